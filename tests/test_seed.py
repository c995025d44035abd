"""The demo company of `make run`."""

from app.core.clock import Clock
from app.main import API
from app.seed import seed_demo_company


async def test_the_demo_company_is_made_once_whatever_became_of_its_passwords(settings, anonymous):
    logins = await seed_demo_company(settings, None, Clock())
    irina = logins["office"][0]
    signed_in = await anonymous.post(
        f"{API}/auth/sign-in", json={"email": irina["email"], "password": irina["password"]}
    )
    headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    changed = await anonymous.post(
        f"{API}/users/{signed_in.json()['user_id']}/password",
        json={"old_password": irina["password"], "new_password": "new-windows-in-spring"},
        headers=headers,
    )

    again = await seed_demo_company(settings, logins, Clock())

    assert (signed_in.status_code, changed.status_code) == (200, 204)
    assert again is None


async def test_the_demo_company_of_another_database_does_not_count(settings):
    elsewhere = {"company_id": "01990000-0000-7000-8000-000000000000"}

    logins = await seed_demo_company(settings, elsewhere, Clock())

    assert logins is not None
    assert logins["company_id"] != elsewhere["company_id"]
