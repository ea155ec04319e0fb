"""The pages /, /operator and /docs, and their files: read once, sent with a tag by which browsers keep them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).parent.parent / "pages"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Scripts, styles, pictures and requests from here alone, and no text that becomes HTML or a script.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Kept, and asked for again by its tag: what was deployed a minute ago is what is shown.
    "Cache-Control": "no-cache",
}
router = APIRouter()


class File(NamedTuple):
    """A file as it is sent."""

    data: bytes
    kind: str
    tag: str


@cache
def read_files() -> dict[str, File]:
    """The files of the folder by their names."""
    found = {path.name: (path.read_bytes(), KINDS[path.suffix]) for path in FOLDER.iterdir() if path.suffix in KINDS}
    return {
        name: File(data, kind, f'"{hashlib.sha256(data).hexdigest()[:20]}"') for name, (data, kind) in found.items()
    }


@router.get("/")
async def show_question(request: Request) -> Response:
    return send("ask.html", request)


@router.get("/operator")
async def show_operator(request: Request) -> Response:
    return send("operator.html", request)


@router.get("/docs")
async def show_document(request: Request) -> Response:
    return send("docs.html", request)


@router.get("/static/{name}")
async def show_file(name: str, request: Request) -> Response:
    return send(name, request)


def send(name: str, request: Request) -> Response:
    """A file, or 304 where the browser has it. Raises HTTPException."""
    file = read_files().get(name)
    if file is None:
        raise HTTPException(404, "Not Found")
    headers = HEADERS | {"ETag": file.tag}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.tag in known:
        return Response(status_code=304, headers=headers)
    return Response(file.data, media_type=file.kind, headers=headers)
