"""Commands for whoever runs the server: `python -m app.cli --help`."""

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import uvloop

from app.core.clock import Clock
from app.core.settings import SettingsInvalid, check_secret_key, settings_from
from app.db.prepare import DatabaseUnusable, migrate, prepare_roles


@click.group()
def cli() -> None:
    """Brigada's commands."""


@cli.command()
def prepare_database() -> None:
    """Create roles, extensions and tables in DATABASE_URL. Print the database URL for the processes.

    If APP_DATABASE_URL is set, the application's role is made as it says.
    """
    owner_url = _owner_url()
    secret_key = os.environ.get("SECRET_KEY", "")
    try:
        check_secret_key(secret_key)
        app_url = asyncio.run(
            prepare_roles(owner_url, secret_key=secret_key, app_url=os.environ.get("APP_DATABASE_URL"))
        )
    except (SettingsInvalid, DatabaseUnusable) as error:
        raise click.ClickException(str(error)) from error
    migrate(owner_url)
    click.echo(f"APP_DATABASE_URL={app_url}")


@cli.command(name="distribute")
@click.option("--shards", default=16, show_default=True, help="How many parts; settled by the first run.")
def distribute_database(shards: int) -> None:
    """Distribute DATABASE_URL by company over the nodes of its Citus cluster.

    After prepare-database, once or again. DATABASE_URL must name a superuser. See docs/deployment.md.
    """
    from app.db.distribute import distribute  # noqa: PLC0415  # see seed_demo
    from app.schema import metadata  # noqa: PLC0415  # see seed_demo

    try:
        moved = asyncio.run(distribute(_owner_url(), metadata.sorted_tables, shards=shards))
    except DatabaseUnusable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"distributed: {', '.join(moved) or 'nothing new'}")


@cli.command()
@click.option("--logins", type=click.Path(path_type=Path), required=True, help="File for the demo logins.")
@click.option("--anew", is_flag=True, help="Create another one, although there is one.")
def seed_demo(logins: Path, *, anew: bool) -> None:
    """Create the demo company, once, and write its logins to a file.

    No background process may run meanwhile: it would keep deadlines of days that are being lived through.
    """
    from app.seed import seed_demo_company  # noqa: PLC0415  # imports the whole product, which takes time; other commands do not need it

    known = json.loads(logins.read_text(encoding="utf-8")) if logins.exists() else None
    made = uvloop.run(seed_demo_company(settings_from(), known, Clock(), anew=anew))
    if made is not None:
        logins.parent.mkdir(parents=True, exist_ok=True)
        logins.touch(mode=0o600)
        logins.write_text(json.dumps(made, ensure_ascii=False, indent=2), encoding="utf-8")
    click.echo("the demo company is there")


@cli.command()
def verify_audit() -> None:
    """Compare the audit and the signed acts with their seals and with the file store. Exit 1 if anything differs.

    Needs the settings of the processes (APP_DATABASE_URL, FILES_URL, AUDIT_KEY if they have one).
    """
    from app.audit_check import verify  # noqa: PLC0415  # see seed_demo

    findings = asyncio.run(verify(settings_from(), Clock(), click.echo))
    if findings:
        raise click.ClickException(f"{findings} findings: what is there is not what was sealed")


@cli.command()
@click.option("--check", is_flag=True, help="Only compare; exit 1 when the file is stale.")
def openapi(check: bool) -> None:
    """Write openapi/openapi.json from the routes."""
    from app.openapi_file import CONTRACT, contract_text  # noqa: PLC0415  # see seed_demo

    text = contract_text()
    if not check:
        CONTRACT.parent.mkdir(exist_ok=True)
        CONTRACT.write_text(text, encoding="utf-8")
    elif not CONTRACT.exists() or CONTRACT.read_text(encoding="utf-8") != text:
        sys.exit(f"{CONTRACT} is stale: run `make openapi`")


@cli.command()
def prove_books() -> None:
    """Compare every balance with its payments, acts and estimates, company by company.

    Print a line for each company and for each difference. Exit 1 if there is one. Nothing is changed.
    """
    if not asyncio.run(_prove_books(settings_from().app_database_url)):
        sys.exit(1)


async def _prove_books(database_url: str) -> bool:
    from app.orders.api import prove_every_company  # noqa: PLC0415  # see seed_demo

    differing = 0
    async for company_id, books in prove_every_company(database_url):
        word = "adds up" if books.is_proved else f"DIFFERS in {books.differing}"
        click.echo(
            f"{company_id} {word}: {books.orders} orders, charged {books.charged_kop}, paid {books.paid_kop},"
            f" refunded {books.refunded_kop}, owed {books.balance_kop} kop"
        )
        for one in books.differences:
            click.echo(
                f"  order {one.order_number} {one.kind} {one.part} {one.source_id}:"
                f" expected {one.expected_kop}, found {one.found_kop} kop"
            )
        differing += books.differing
    return differing == 0


@cli.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="No earlier days.")
@click.option("--every-version", is_flag=True, help="Also days that this version of the algorithm derived.")
def derive_again(since: datetime | None, *, every_version: bool) -> None:
    """Let days of workers be derived again from their positions, after an update with another algorithm.

    Print how many, company by company. The background process derives them, the newest first, one a second for each
    company. Days of which positions are no longer kept stay as they are. It can be run any number of times.
    """
    asyncio.run(_derive_again(settings_from().app_database_url, since, every_version=every_version))


async def _derive_again(database_url: str, since: datetime | None, *, every_version: bool) -> None:
    from app.tracking.api import derive_again_everywhere  # noqa: PLC0415  # see seed_demo

    first = since.date() if since else None
    async for company_id, days in derive_again_everywhere(
        database_url, now=Clock().now(), since=first, every_version=every_version
    ):
        click.echo(f"{company_id}: {days} days")


@cli.command()
@click.option("--company", type=click.UUID, help="Only this company.")
@click.option("--processes", default=2, show_default=True, help="How many processes share the base.")
def rebuild_statuses(company: UUID | None, processes: int) -> None:
    """Work out the status of every client anew from what happened to him, and write what differs.

    Ordinary work goes on meanwhile. It can be stopped and started again at any time.
    """
    from app.crm.api import rebuild_statuses as rebuild  # noqa: PLC0415  # see seed_demo

    now, url = Clock().now(), settings_from().app_database_url
    for part, rebuilt in rebuild(url, company_id=company, processes=processes, now=now):
        click.echo(
            f"{part.company_id} up to {part.last}: {rebuilt.clients} clients, {rebuilt.changed} with another status"
        )


def _owner_url() -> str:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise click.ClickException("DATABASE_URL must name the database and its owner")
    return url


if __name__ == "__main__":
    cli()
