"""The pages for people, served as they lie in `api/web`; nothing in them comes from another place."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from retrieval.errors import NotFound

router = APIRouter(include_in_schema=False)

_WEB = Path(__file__).parent.parent / "web"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FILES = {path.relative_to(_WEB).as_posix(): path for path in _WEB.rglob("*") if path.suffix in _TYPES}


@router.get("/")
def ask_page() -> FileResponse:
    return _page("index.html")


@router.get("/docs")
def interface_page() -> FileResponse:
    """The HTTP interface, made from `/openapi.json` by a script of our own."""
    return _page("docs.html")


@router.get("/web/{name:path}")
def part(name: str) -> FileResponse:
    """A script, a style sheet or a drawing of one of the pages."""
    path = _FILES.get(name)
    if path is None:
        raise NotFound(f"there is no {name}", remedy="see / and /docs")
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})


def _page(name: str) -> FileResponse:
    return FileResponse(_WEB / name, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})
