from tests.cast import Cast


async def test_a_live_server_says_so(anonymous):
    answer = await anonymous.get("/health/live")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_an_unknown_address_is_a_problem_document_in_the_readers_language(anonymous):
    answer = await anonymous.get("/api/v1/nowhere", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["title"]) == ("not_found", "Not found.")


async def test_the_company_exists(cast: Cast):
    assert cast.olga.id
