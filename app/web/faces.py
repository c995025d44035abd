"""Routes of the faces: the dispatcher's console and the installer's app.

A face is a page that draws itself: each address below it without a dot is answered by the same `index.html`. Names in
`assets/` contain a hash of their content, so browsers keep them for ever and ask for everything else anew.
"""

from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from app.core.i18n import choose_lang, text
from app.core.settings import Settings
from app.http.guards import EXPECTED, public
from app.web.built import SHELL, BuiltFile, read_built
from app.web.headers import headers_of_face
from app.web.policies import has_version

AnyRequest = Request[Any, Any, Any]

FACES = ("console", "field")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
ROUTE: dict[str, Any] = {"guards": [public], "include_in_schema": False, "opt": {EXPECTED: True}}
"""A page loads dozens of files at once; strangers who do so are not held up."""
NO_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Brigada</title><p>{said}</p></html>\n'
)


class Faces(NamedTuple):
    """The built faces, and what is said about them in headers."""

    folder: Path
    headers: dict[str, dict[str, str]]

    @classmethod
    def in_folder(cls, folder: Path, settings: Settings) -> "Faces":
        return cls(folder, {face: headers_of_face(face, settings) for face in FACES})


@get("/", **ROUTE)
async def open_console() -> Redirect:
    """Somebody who opens the bare address in a browser gets to the console."""
    return Redirect("/console/")


@get(["/console", "/console/{path:path}"], **ROUTE)
async def show_console(request: AnyRequest) -> Response[Any]:
    return await _show(request, "console")


@get(["/field", "/field/{path:path}"], **ROUTE)
async def show_field(request: AnyRequest) -> Response[Any]:
    return await _show(request, "field")


async def _show(request: AnyRequest, face: str) -> Response[Any]:
    asked = str(request.scope["path"])
    if request.scope["raw_path"] == f"/{face}".encode():  # Litestar leaves out the slash at the end
        return Redirect(f"/{face}/" + (f"?{request.url.query}" if request.url.query else ""))
    faces: Faces = request.app.state.faces
    folder, name = faces.folder / face, asked.removeprefix(f"/{face}").strip("/")
    accepted = request.headers.get("accept-encoding", "")
    file = await read_built(folder, name, accept_encoding=accepted)
    if file is None and "." in name.rpartition("/")[2]:
        raise NotFoundException  # never the page: a worker would keep it as the script that is missing
    file = file or await read_built(folder, SHELL, accept_encoding=accepted)
    return _answer(request, file, faces.headers[face]) if file else _not_built(request)


def _answer(request: AnyRequest, file: BuiltFile, of_face: dict[str, str]) -> Response[bytes]:
    headers = {
        **of_face,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
        "Cache-Control": FOR_EVER if file.name.startswith("assets/") else ASK_EACH_TIME,
    }
    if file.encoding:
        headers["Content-Encoding"] = file.encoding
    if file.name == "sw.js":
        headers["Service-Worker-Allowed"] = "/field/"
    if has_version(request.headers.get("if-none-match", ""), file.etag):
        return Response(b"", status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


def _not_built(request: AnyRequest) -> Response[str]:
    lang = choose_lang(request.headers.get("accept-language"))
    page = NO_PAGE.format(lang=lang, said=text(lang, "web", "faces_not_built"))
    return Response(
        page,
        status_code=503,
        media_type="text/html",
        headers={"Content-Language": lang, "Vary": "Accept-Language"},
    )
