"""The API contract as a file: `openapi/openapi.json`."""

import json
from pathlib import Path

from litestar import Litestar

from app.core.settings import Settings
from app.main import create_app

CONTRACT = Path(__file__).parents[1] / "openapi" / "openapi.json"


def app_to_describe() -> Litestar:
    """The application with all its routes, connected to nothing."""
    settings = Settings(
        app_database_url="postgresql://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1",
        secret_key="0" * 64,
    )
    return create_app(settings)


def contract_text() -> str:
    """The OpenAPI document, formatted for a readable diff."""
    return json.dumps(app_to_describe().openapi_schema.to_schema(), ensure_ascii=False, indent=2) + "\n"
