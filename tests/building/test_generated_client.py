"""A public generator makes a client from our contract without a warning."""

import importlib
import pkgutil
import re

import pytest

from demo.generated import PACKAGE


def snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_the_generator_makes_a_method_of_every_operation(client_package, document):
    modules = [one.name for one in pkgutil.walk_packages(client_package.__path__, f"{PACKAGE}.")]
    imported = [importlib.import_module(name) for name in modules]
    methods = {one.__name__.rpartition(".")[2] for one in imported if hasattr(one, "asyncio_detailed")}
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert methods == {snake_case(operation["operationId"]) for operation in operations}


@pytest.mark.covers("P-rel-5")
async def test_the_client_creates_once_and_reads_back(client_package, generated_client, cast):
    from brigada_client.api.crm_clients import create_client, get_client
    from brigada_client.models import CreateClient

    olga = generated_client(cast.olga)
    body = CreateClient.from_dict({"name": "Анна Петровна"})

    first = await create_client.asyncio_detailed(client=olga, body=body, idempotency_key="call-17")
    again = await create_client.asyncio_detailed(client=olga, body=body, idempotency_key="call-17")
    read = await get_client.asyncio_detailed(client=olga, client_id=first.parsed.id)

    assert (first.status_code, again.status_code, read.status_code) == (201, 201, 200)
    assert first.parsed == again.parsed == read.parsed
    assert read.headers["etag"] == '"1"'


async def test_a_refusal_arrives_as_a_problem(client_package, generated_client, cast):
    from brigada_client.api.crm_clients import get_client
    from brigada_client.models import Problem

    refused = await get_client.asyncio_detailed(client=generated_client(cast.olga), client_id=cast.crew_id)

    assert isinstance(refused.parsed, Problem)
    assert refused.parsed.code == "client_not_found"
