"""What of a run a caller hears who is not the owner."""

from types import SimpleNamespace

from api.ledger import visible
from retrieval.models import OWNER, Caller, Outcome


class OneDocument:
    """A catalogue in which everybody sees document `a`."""

    def documents(self, caller: Caller, collection: str | None = None) -> tuple[SimpleNamespace, ...]:
        return (SimpleNamespace(document_id="a"),)


def test_a_duplicate_does_not_name_its_twin_to_others() -> None:
    """The twin may lie in a folder that they may not know of; the owner hears its name."""
    twin = Outcome("file:///docs/a.md", "duplicate", "same bytes as file:///docs/hr/b.md", document_id="a")
    hidden = Outcome("file:///docs/hr/b.md", "indexed", document_id="b")

    shown = visible([twin, hidden], OneDocument(), Caller())  # type: ignore[arg-type]

    assert [(one.uri, one.reason) for one in shown] == [("file:///docs/a.md", "same bytes as another")]
    assert visible([twin, hidden], OneDocument(), OWNER) == (twin, hidden)  # type: ignore[arg-type]
