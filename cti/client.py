"""A client of the HTTP API: finds the running service, asks it, tells its faults as UserError."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from cti.base.errors import UserError

SERVICE_FILE = "service.json"
"""What a running service writes into its state folder."""
_START = "Start it with `cti serve`."


class ApiFault(UserError):
    """The service refused. status: the HTTP status."""

    def __init__(self, status: int, what: str, cure: str = "") -> None:
        super().__init__(what, cure)
        self.status = status


class NotRunning(UserError):
    """There is no service, or it does not answer."""


@dataclass(frozen=True)
class ServiceAddress:
    """Where the API is. pid: the service's process, when it is on this machine."""

    url: str
    token: str = field(repr=False)
    pid: int | None = None


def find_service(state: Path) -> ServiceAddress:
    """The service of CTI_API_URL and CTI_API_TOKEN, else the one that runs in `state`.

    Raises NotRunning when there is none.
    """
    if url := os.environ.get("CTI_API_URL"):
        return ServiceAddress(url.rstrip("/"), os.environ.get("CTI_API_TOKEN", ""))
    file = state / SERVICE_FILE
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return ServiceAddress(str(said["url"]), str(said["token"]), int(said["pid"]))
    except FileNotFoundError as error:
        raise NotRunning(
            f"No service runs in {state}.",
            f"{_START} Another state folder is named by --state, another machine by CTI_API_URL.",
        ) from error
    except PermissionError as error:
        raise UserError(f"{file} is another user's.", "Run this as that user.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} cannot be read: {error}.", "Restart the service.") from error


class Client:
    """One connection to the API; a context manager.

    Every method raises NotRunning when the service does not answer and ApiFault when it refuses.
    """

    def __init__(
        self, address: ServiceAddress, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.address = address
        token = address.token.strip()
        try:
            self._http = httpx.Client(
                base_url=address.url,
                headers={"Authorization": f"Bearer {token}"} if token else {},
                timeout=httpx.Timeout(30.0, connect=5.0),
                transport=transport,
                trust_env=False,  # the service is ours: no proxy stands between
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise UserError(
                f"{address.url!r} or its token cannot be used: {error}.",
                "CTI_API_URL is like http://127.0.0.1:8080.",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """GET; parameters that are None are left out."""
        return self._ask("GET", path, params=_given(parameters))

    def post(self, path: str, body: Any = None) -> Any:
        """POST, with a JSON body unless it is None. None for an answer without a body."""
        return self._ask("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        """PUT."""
        return self._ask("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH."""
        return self._ask("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self._ask("DELETE", path)

    def health(self) -> dict[str, str]:
        """What /ready tells of each part, also while it is not ready."""
        with self._faults():
            answer = self._http.get("/ready")
            parts: dict[str, str] = answer.json()["parts"]
        return parts

    def upload(
        self,
        path: str,
        file: BinaryIO,
        name: str,
        form: dict[str, str],
        sent: Callable[[int], None],
    ) -> Any:
        """POST a file as multipart field `file`; `sent` is told of the bytes as they leave."""
        watched = _Watched(file, sent)
        return self._ask(
            "POST", path, files={"file": (name, watched)}, data=form, timeout=httpx.Timeout(600.0)
        )

    def download(self, path: str, target: Path | None, out: BinaryIO) -> int:
        """GET into the file `target`, whole or not at all, or to `out`. Returns bytes."""
        with self._faults(), self._http.stream("GET", path) as answer:
            if not answer.is_success:
                answer.read()
                _check(answer)
            if target is None:
                return _copy(answer.iter_bytes(), out)
            new = target.with_name(f".{target.name}.part")
            try:
                with new.open("wb") as part:
                    size = _copy(answer.iter_bytes(), part)
                new.replace(target)
            except OSError as error:
                raise UserError(f"{target} cannot be written: {error.strerror}.") from error
            finally:
                new.unlink(missing_ok=True)
            return size

    def first_lines(self, path: str, most: int) -> list[str]:
        """The first lines of a text, without its byte order mark and line ends."""
        with self._faults(), self._http.stream("GET", path) as answer:
            if not answer.is_success:
                answer.read()
                _check(answer)
            lines = list(islice(answer.iter_lines(), most))
        return [line.removeprefix("\ufeff") for line in lines]

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        with self._faults():
            answer = self._http.request(method, path, **how)
            _check(answer)
            return answer.json() if answer.content else None

    @contextmanager
    def _faults(self) -> Iterator[None]:
        url = self.address.url
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotRunning(f"No service answers at {url}.", _START) from error
        except httpx.TimeoutException as error:
            raise NotRunning(
                f"The service at {url} does not answer in time.", "`cti doctor` looks at its parts."
            ) from error
        except httpx.UnsupportedProtocol as error:
            raise UserError(
                f"{url!r} is no address of a service.", "CTI_API_URL is like http://127.0.0.1:8080."
            ) from error
        except httpx.HTTPError as error:
            raise NotRunning(
                f"The service at {url} broke off: {error}.", "Its log says why."
            ) from error
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise UserError(
                f"What answers at {url} is not the service.", "Look at CTI_API_URL."
            ) from error


class _Watched:
    """A file that tells how much of it was read; httpx streams it and asks for its size."""

    def __init__(self, file: BinaryIO, sent: Callable[[int], None]) -> None:
        self._file = file
        self._sent = sent

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._sent(len(data))
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


def _copy(chunks: Iterator[bytes], out: BinaryIO) -> int:
    return sum(out.write(chunk) for chunk in chunks)


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise ApiFault(401, "The service does not know this token.", "Look at CTI_API_TOKEN.")
    try:
        fault = answer.json()
        what, cure = str(fault["error"]), str(fault.get("cure", ""))
    except (ValueError, KeyError, TypeError):
        what = (
            f"{answer.request.method} {answer.request.url.path} failed with {answer.status_code}."
        )
        cure = "The service's log says why."
    raise ApiFault(answer.status_code, what, cure)
