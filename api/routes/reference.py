"""The page that shows the HTTP interface, made from `/openapi.json` by a script of our own; nothing from elsewhere."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, RedirectResponse

router = APIRouter(include_in_schema=False)

_WEB = Path(__file__).parent.parent / "web"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("/")
def start() -> RedirectResponse:
    return RedirectResponse("/docs")


@router.get("/docs")
def page() -> FileResponse:
    return FileResponse(_WEB / "docs.html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs.js")
def script() -> FileResponse:
    return FileResponse(_WEB / "docs.js", media_type="text/javascript")


@router.get("/docs.css")
def style() -> FileResponse:
    return FileResponse(_WEB / "docs.css", media_type="text/css")
