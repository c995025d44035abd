"""One person who calls the API by the generated client: `olga.offer_visit(visit_id, {"worker_id": …})`."""

import importlib
import io
import json
import pkgutil
from collections.abc import Callable, Mapping
from enum import Enum
from types import ModuleType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import httpx

from demo.generated import load_client

OK_BELOW = 300


class Refused(Exception):
    """The API refused a call. `problem` is the problem document."""

    def __init__(self, operation: str, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.problem = problem
        super().__init__(f"{operation}: {status} {self.code}: {problem.get('detail', '')}")


def code_of(call: Callable[[], Any]) -> str | None:
    """The code with which the call was refused. None if it was not refused."""
    try:
        call()
    except Refused as refused:
        return refused.code
    return None


class Caller:
    """Operations of the API as methods, named by operation id in snake case.

    A dict or bytes argument is the body. Other positional arguments go into the path, named ones are
    parameters. Answers are plain dicts (bytes for files).
    """

    def __init__(self, url: str, name: str, token: str | None = None) -> None:
        package = load_client()
        self.name = name
        self.url = url
        self.token = token
        kind = package.AuthenticatedClient if token else package.Client
        options = {"token": token} if token else {}
        self._client = kind(base_url=url, timeout=httpx.Timeout(60), **options)
        self._operations = _operations_of(package)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        module = self._operations.get(operation)
        if module is None:
            raise AttributeError(f"the API has no operation {operation}")
        return lambda *args, **kwargs: self._call(operation, module, *args, **kwargs)

    def _call(self, operation: str, module: ModuleType, *args: Any, **kwargs: Any) -> Any:
        hints = get_type_hints(module.sync_detailed)
        path: list[Any] = []
        for arg in args:
            if isinstance(arg, dict | bytes):
                kwargs["body"] = _body(hints["body"], arg)
            else:
                path.append(UUID(arg) if _is_uuid(arg) else arg)
        kwargs = {name: _argument(hints.get(name), value) for name, value in kwargs.items()}
        answer = module.sync_detailed(*path, client=self._client, **kwargs)
        if answer.status_code >= OK_BELOW:
            raise Refused(operation, int(answer.status_code), _problem(answer.content))
        return _plain(answer)


def _operations_of(package: ModuleType) -> dict[str, ModuleType]:
    root = importlib.import_module(f"{package.__name__}.api")
    found = pkgutil.walk_packages(root.__path__, f"{root.__name__}.")
    return {one.name.rpartition(".")[2]: importlib.import_module(one.name) for one in found if not one.ispkg}


def _body(model: Any, value: Any) -> Any:
    if isinstance(value, bytes):
        types = importlib.import_module(f"{load_client().__name__}.types")
        return types.File(payload=io.BytesIO(value))
    return model.from_dict(value)


def _argument(hint: Any, value: Any) -> Any:
    """Convert the text of an id or enumeration to the type the generated client needs."""
    kinds = [one for one in get_args(hint) if isinstance(one, type) and issubclass(one, Enum)]
    if kinds and isinstance(value, str):
        return kinds[0](value)
    return UUID(value) if _is_uuid(value) else value


def _is_uuid(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _plain(answer: Any) -> Any:
    if answer.headers.get("content-type", "").startswith("application/json"):
        return json.loads(answer.content)
    return answer.content


def _problem(content: bytes) -> dict[str, Any]:
    try:
        problem: dict[str, Any] = json.loads(content)
    except ValueError:
        return {"detail": content.decode(errors="replace")[:300]}
    return problem
