import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from obstore.store import ObjectStore

from app.db.files import open_files
from deploy.local.servers import SeaweedFS

BUCKET = "brigada"


@pytest.fixture(scope="session")
def s3() -> Iterator[ObjectStore]:
    """A real S3 server, started when the first test wants it: about ten seconds."""
    server = SeaweedFS(Path(os.environ["TEST_SERVER_DIR"]) / f"seaweedfs-{os.getpid()}")
    server.start()
    try:
        filer = f"http://127.0.0.1:{server.ports['filer']}"
        httpx.post(f"{filer}/buckets/{BUCKET}/").raise_for_status()
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ACCESS_KEY_ID", server.access_key)
            environment.setenv("AWS_SECRET_ACCESS_KEY", server.secret_key)
            yield open_files(f"s3://{BUCKET}?endpoint={server.endpoint}&region={server.region}")
    finally:
        server.stop()


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, app: Litestar) -> Iterator[ObjectStore]:
    """Where the app under test keeps its files: once a local folder, once S3."""
    usual = app.state.files
    if request.param == "s3":
        app.state.files = request.getfixturevalue("s3")
    yield app.state.files
    app.state.files = usual
