"""Files that come in as a form's field `file`, and files that go out line by line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from cti.access.errors import TooLarge
from cti.base.errors import UserError

M = TypeVar("M", bound=BaseModel)

_CHUNK = 256 * 1024
_FORM_OVERHEAD = 1024 * 1024
_GIB, _MIB = 1024**3, 1024**2


def form_of(file: str, *required: str, **fields: dict[str, Any]) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads its form itself.

    file: what the file holds, in words. fields: the other fields, as JSON schemas by name.
    """
    schema = {
        "type": "object",
        "required": ["file", *required],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": file},
            **fields,
        },
    }
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }


@asynccontextmanager
async def uploaded(
    request: Request, most: int, cure: str = "Split it."
) -> AsyncIterator[tuple[UploadFile, FormData]]:
    """The form's file and the whole form, which are gone after the block.

    Before the body is taken in: UserError for a file of unknown size, TooLarge for one of more
    than `most` bytes; `cure` says what to do about it. UserError for a form without a file.
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise UserError("The size of the upload is unknown.", "Send a Content-Length header.")
    if int(length) > most + _FORM_OVERHEAD:
        shown = f"{most // _GIB} GiB" if most >= _GIB else f"{most // _MIB} MiB"
        raise TooLarge(f"The file is larger than {shown}.", cure)
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise UserError("The form has no file.", "Send it as multipart field “file”.")
        yield file, form


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """An uploaded file, bit by bit."""
    while chunk := await file.read(_CHUNK):
        yield chunk


def options_of(form: FormData, model: type[M]) -> M:
    """The form's field `options`, JSON. UserError names the first field that is wrong."""
    try:
        return model.model_validate_json(str(form.get("options") or "{}"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"The import's options are wrong: {where} {first['msg']}.",
            "They are a JSON object; see the API's documentation.",
        ) from error


def csv_file(lines: AsyncIterator[bytes], name: str) -> StreamingResponse:
    """A CSV to download, sent as it is made."""
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
