"""What those who run the server rely on: health, metrics, the log, request ids, the interface's page."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import log
from retrieval.errors import CatalogueCorrupt
from tests.api.conftest import Server


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where the log goes meanwhile."""
    stream = io.StringIO()
    log.configure("info", stream)
    yield stream
    log.configure("error")


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_health_and_readiness(server: Server) -> None:
    client = server.client()

    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}

    server.engine.catalog.broken = CatalogueCorrupt("damaged", remedy="restore it")

    assert client.get("/healthz").status_code == 200
    broken = client.get("/readyz")
    assert (broken.status_code, broken.json()["error"]["code"]) == (503, "not_ready")


def test_a_fit_request_id_is_taken_over_and_any_other_replaced(server: Server) -> None:
    client = server.client()

    fit = client.get("/healthz", headers={"X-Request-ID": "abc-1.2_3"})
    unfit = client.get("/healthz", headers={"X-Request-ID": 'x" {injected'})

    assert fit.headers["x-request-id"] == "abc-1.2_3"
    assert re.fullmatch("[0-9a-f]{32}", unfit.headers["x-request-id"])


def test_errors_carry_the_request_s_id(server: Server) -> None:
    answer = server.client().get("/v1/documents/nothing", headers={"X-Request-ID": "mine"})

    assert answer.json()["error"]["request_id"] == "mine"


def test_a_request_is_one_line_of_the_log_without_its_words(server: Server, lines: io.StringIO) -> None:
    secret = server.key("clerk")
    client = server.client(secret=secret)

    client.post("/v1/ask", json={"question": "portugal confidentialword"}, headers={"X-Request-ID": "mine"})
    client.get("/v1/documents/unknownid?version=3")

    first, second = (line for line in logged(lines) if line["event"] == "request")
    key_id = server.activity.keys.every()[0].key_id
    assert {name: first[name] for name in ("request_id", "method", "route", "status", "key")} == {
        "request_id": "mine",
        "method": "POST",
        "route": "/v1/ask",
        "status": 200,
        "key": key_id,
    }
    assert first["ms"] >= 0
    assert (second["route"], second["status"], second["code"]) == ("/v1/documents/{document_id}", 404, "not_found")
    for word in ("confidentialword", "portugal", "Portugal", secret, "unknownid"):
        assert word not in lines.getvalue()


def test_a_bug_is_a_plain_500_and_its_place_is_in_the_log_without_its_words(server: Server, lines: io.StringIO) -> None:
    server.engine.failure = ZeroDivisionError("secret words of a document")

    answer = server.client().post("/v1/ask", json={"question": "portugal"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    fault = next(line for line in logged(lines) if line["event"] == "fault")
    assert fault["error"] == "ZeroDivisionError"
    assert any("fake_engine.py" in frame for frame in fault["frames"])
    assert "secret words" not in lines.getvalue() + answer.text


def test_what_a_library_logs_is_named_but_not_repeated(lines: io.StringIO) -> None:
    import logging

    logging.getLogger("some.parser").warning("bad object in %s", "a secret document")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")

    first, second = logged(lines)
    assert first["logger"] == "some.parser"
    assert "secret" not in json.dumps(first)
    assert second["message"] == "Invalid HTTP request received."


def test_metrics_count_by_route_and_stage_and_take_no_label_from_a_caller(server: Server) -> None:
    client = server.client()
    client.post("/v1/ask", json={"question": "portugal"})
    client.get("/v1/documents/some-unknown-id")
    client.get("/wp-login.php")
    server.engine.failure = ZeroDivisionError()
    client.post("/v1/ask", json={"question": "portugal", "collection": "products"})
    client.post("/v1/ask", json={"question": "portugal", "stream": True})

    server.client(headers={"Host": "evil.example"}).get("/v1/jobs/some-unknown-id")

    text = client.get("/metrics").text

    assert 'footnote_requests_total{method="POST",route="/v1/ask",status="200"} 2.0' in text
    assert 'footnote_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'footnote_errors_total{code="internal",route="/v1/ask",stage="answer"} 2.0' in text
    assert 'footnote_stage_seconds_count{route="/v1/ask",stage="retrieve"} 3.0' in text
    assert "footnote_places_taken 0.0" in text
    assert 'footnote_errors_total{code="forbidden",route="/v1/jobs/{job_id}",stage="admission"} 1.0' in text
    for word in ("unknown-id", "wp-login", "portugal", "products"):
        assert word not in text


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_nothing_from_elsewhere(server: Server, path: str) -> None:
    client = server.client()

    page = client.get(path)

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    addresses = re.findall(r"""(?:src|href)=["']([^"'#]+)""", page.text)
    assert any(address.endswith(".js") for address in addresses)
    assert all(client.get(address).status_code == 200 for address in addresses)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page.text)


def test_no_script_or_style_of_the_pages_names_another_origin() -> None:
    """But for the name of SVG's elements, which is no address."""
    web = Path(__file__).parents[2] / "api" / "web"
    for path in (one for one in web.rglob("*") if one.suffix in (".js", ".css", ".html")):
        code = re.sub(r"^\s*//.*$| // .*$", "", path.read_text(), flags=re.M).replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:https?:)?//[a-z]", code), path


def test_nothing_but_the_pages_own_parts_is_handed_out(server: Server) -> None:
    client = server.client()

    assert client.get("/web/ask/main.js").headers["content-type"].startswith("text/javascript")
    for path in ("/web/index.html", "/web/../app.py", "/web/%2e%2e/app.py", "/web/ask", "/web/"):
        assert client.get(path).status_code == 404, path
