from tests.http.conftest import client, its_sessions, live_cast, product  # noqa: F401
