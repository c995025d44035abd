import hashlib

import obstore
import pytest

from app.core.ids import uuid7
from app.db.files import FilesUnavailable, put_file
from app.db.session import transaction
from app.documents.acts.queries import get_act_of_company
from app.documents.api import refuse_act
from app.documents.codes import draw_code, show_code
from tests.cast import NOON
from tests.documents.given import ADDRESS, CLIENT, SIGNER, a_presented_act, a_signed_act

pytestmark = pytest.mark.covers("M42", "P-rel-8")

PUBLIC = "/api/v1/public/acts"


async def printed(cast, act, lang="ru") -> bytes:
    return (await cast.olga.get(f"/acts/{act.id}/pdf?lang={lang}")).content


async def check(anonymous, act) -> dict:
    answer = await anonymous.get(f"{PUBLIC}/{act.check_code}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_everybody_can_check_a_signed_act(cast, files, anonymous):
    act = (await a_signed_act(cast, files)).act
    pdf = await printed(cast, act)

    answer = await anonymous.get(f"{PUBLIC}/{act.check_code}")

    assert answer.json() == {
        "check_code": act.check_code,
        "is_valid": True,
        "verdict": "signed",
        "status": "signed",
        "number": 1,
        "drawn_on": "2026-03-02",
        "signed_at": "2026-03-02T09:09:00Z",
        "has_remarks": False,
        "total_kop": 10_500_00,
        "company": "ООО «Окна Плюс»",
        "content_sha256": act.content_hash.hex(),
        "is_content_intact": True,
        "signature_sha256": act.signature_hash.hex(),
        "is_signature_intact": True,
        "is_picture_intact": True,
        "changed_parts": [],
        "pdfs": [{"lang": "ru", "sha256": hashlib.sha256(pdf).hexdigest(), "is_intact": True}],
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_the_code_is_read_as_people_write_it(cast, anonymous):
    act = await a_presented_act(cast)
    sloppy = show_code(act.check_code).lower().replace("0", "o").replace("1", "l")

    assert (await anonymous.get(f"{PUBLIC}/{sloppy}")).json()["number"] == act.number
    assert (await anonymous.get(f"/check/{sloppy}")).status_code == 200


async def test_an_act_that_nobody_signed_is_not_valid_and_says_why(cast, anonymous):
    visit_id = uuid7()
    voided = await a_presented_act(cast, visit_id=visit_id)
    refused = await a_presented_act(cast, visit_id=visit_id)
    async with transaction(cast.maker, cast.company_id) as session:
        await refuse_act(session, cast.rinat.scope, act_id=refused.id, reason="шов", now=NOON)
    presented = await a_presented_act(cast, visit_id=visit_id)

    found = [await check(anonymous, act) for act in (voided, refused, presented)]

    assert [one["verdict"] for one in found] == ["voided", "refused", "presented"]
    assert [one["is_valid"] for one in found] == [False] * 3
    assert [(one["is_content_intact"], one["is_signature_intact"]) for one in found] == [(True, None)] * 3


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("content = jsonb_set(content, '{total_kop}', '100')", "is_content_intact"),
        ("content = jsonb_set(content, '{lines,0,quantity}', '20')", "is_content_intact"),
        ("content = jsonb_set(content, '{client_name}', '\"Иван\"')", "is_content_intact"),
        ("content = content - 'lines'", "is_content_intact"),
        ("content_hash = '\\x00'", "is_content_intact"),
        ("total_kop = 1", "is_content_intact"),
        ("number = 4001", "is_signature_intact"),
        ("signature = jsonb_set(signature, '{signer_name}', '\"Иван\"')", "is_signature_intact"),
        ("signature_hash = '\\x00'", "is_signature_intact"),
    ],
)
async def test_a_row_changed_by_a_forger_is_found(cast, files, anonymous, forger, change, broken):
    act = (await a_signed_act(cast, files)).act
    await forger.execute(f"UPDATE act SET {change} WHERE id = $1", act.id)

    found = await check(anonymous, act)

    assert (found["is_valid"], found["verdict"], found[broken]) == (False, "tampered", False)


async def test_a_content_rewritten_together_with_its_hash_is_found_by_the_signature(
    cast, files, anonymous, forger
):
    act = (await a_signed_act(cast, files)).act
    other = await a_presented_act(cast)
    forged = "UPDATE act SET content = o.content, content_hash = o.content_hash, total_kop = o.total_kop"
    same = "act.company_id = o.company_id AND act.id = $1 AND o.id = $2"
    await forger.execute(
        f"{forged}, check_code = 'gone' FROM act o WHERE {same}",
        other.id,
        other.id,
    )
    await forger.execute(
        f"{forged}, check_code = o.content->>'check_code' FROM act o WHERE {same}",
        act.id,
        other.id,
    )

    found = await check(anonymous, other)

    assert (found["is_content_intact"], found["is_signature_intact"]) == (True, False)
    assert found["verdict"] == "tampered"


@pytest.mark.parametrize("harm", ["flip a bit", "delete"])
async def test_a_stored_pdf_that_was_touched_is_found(cast, files, anonymous, harm):
    act = (await a_signed_act(cast, files)).act
    pdf = await printed(cast, act)
    async with transaction(cast.maker, cast.company_id) as session:
        key = (await get_act_of_company(session, cast.company_id, act.id)).pdf_ru_key
    if harm == "delete":
        await obstore.delete_async(files, key)
    else:
        await put_file(files, key, bytes([pdf[0] ^ 1]) + pdf[1:])

    found = await check(anonymous, act)

    assert (found["verdict"], found["pdfs"][0]["is_intact"]) == ("tampered", False)
    assert found["is_content_intact"]


async def test_a_file_store_that_is_away_does_not_make_an_act_false(cast, files, anonymous, monkeypatch):
    act = (await a_signed_act(cast, files)).act
    await printed(cast, act)

    async def away(*_, **__):
        raise FilesUnavailable("away")

    monkeypatch.setattr("app.db.damage.read_file", away)
    found = await check(anonymous, act)

    assert (found["is_valid"], found["pdfs"][0]["is_intact"]) == (True, None)


async def test_a_genuine_file_is_confirmed_and_a_changed_one_denied(cast, files, anonymous):
    act = (await a_signed_act(cast, files)).act
    pdfs = {lang: await printed(cast, act, lang) for lang in ("ru", "en")}
    address = f"{PUBLIC}/{act.check_code}/verify"
    as_pdf = {"content-type": "application/pdf"}

    genuine = {
        lang: (await anonymous.post(address, content=pdf, headers=as_pdf)).json()
        for lang, pdf in pdfs.items()
    }
    changed = (await anonymous.post(address, content=pdfs["ru"] + b" ", headers=as_pdf)).json()

    assert [(one["is_genuine"], one["document"]) for one in genuine.values()] == [
        (True, "pdf_ru"),
        (True, "pdf_en"),
    ]
    assert (changed["is_genuine"], changed["document"]) == (False, None)
    assert changed["act"]["is_valid"]


async def test_a_hash_is_enough(cast, files, anonymous):
    act = (await a_signed_act(cast, files)).act
    pdf = await printed(cast, act)
    address = f"{PUBLIC}/{act.check_code}/verify"

    by_file = await anonymous.post(address, json={"sha256": hashlib.sha256(pdf).hexdigest().upper()})
    by_content = await anonymous.post(address, json={"sha256": act.content_hash.hex()})
    foreign = await anonymous.post(address, json={"sha256": "0" * 64})

    assert by_file.json()["document"] == "pdf_ru"
    assert by_content.json()["document"] == "content"
    assert foreign.json()["is_genuine"] is False


async def test_a_pdf_of_another_act_is_denied(cast, files, anonymous):
    mine, other = (await a_signed_act(cast, files)).act, (await a_signed_act(cast, files)).act
    pdf = await printed(cast, other)

    answer = await anonymous.post(f"{PUBLIC}/{mine.check_code}/verify", content=pdf)

    assert answer.json()["is_genuine"] is False


@pytest.mark.parametrize("body", [{}, {"sha256": "abc"}, {"sha256": 1}, {"hash": "0" * 64}, [], b"{"])
async def test_verifying_needs_a_file_or_a_hash(cast, anonymous, body):
    act = await a_presented_act(cast)
    address = f"{PUBLIC}/{act.check_code}/verify"
    sent = {"content": body} if isinstance(body, bytes) else {"json": body}

    answer = await anonymous.post(address, headers={"content-type": "application/json"}, **sent)
    empty = await anonymous.post(address, headers={"content-type": "application/pdf"})

    assert (answer.status_code, answer.json()["code"]) == (422, "hash_required")
    assert (empty.status_code, empty.json()["code"]) == (422, "hash_required")


async def test_a_file_too_large_to_be_ours_is_refused(cast, anonymous):
    act = await a_presented_act(cast)

    answer = await anonymous.post(f"{PUBLIC}/{act.check_code}/verify", content=b"0" * 20_000_001)

    assert answer.status_code == 413


async def test_unknown_misread_and_foreign_codes_are_answered_alike(cast, anonymous):
    act = await a_presented_act(cast)
    wrong_check = act.check_code[:-1] + ("0" if act.check_code[-1] != "0" else "1")

    answers = [
        (await anonymous.get(f"{PUBLIC}/{code}"))
        for code in (draw_code(12), wrong_check, "x", "%00", act.check_code[:-1])
    ]
    verified = await anonymous.post(f"{PUBLIC}/{draw_code(12)}/verify", json={"sha256": "0" * 64})

    assert {(one.status_code, one.json()["code"]) for one in [*answers, verified]} == {(404, "act_not_found")}


async def test_no_public_answer_names_the_client_the_place_or_a_worker(cast, files, anonymous):
    act = (await a_signed_act(cast, files)).act
    await printed(cast, act)

    shown = [
        (await anonymous.get(path, headers={"accept-language": lang})).text
        for path in (f"{PUBLIC}/{act.check_code}", f"/check/{act.check_code}")
        for lang in ("ru", "en")
    ]

    for person in (
        CLIENT,
        "Ёлкина",
        ADDRESS,
        "Щёлковское",
        SIGNER,
        cast.rinat.name,
        cast.timur.name,
        cast.rinat.phone,
    ):
        assert all(person not in text for text in shown), person
    assert all(str(cast.rinat.id) not in text for text in shown)


async def test_the_page_is_for_people_without_script_in_their_language(cast, files, anonymous):
    act = (await a_signed_act(cast, files)).act
    pdf = await printed(cast, act)

    russian = await anonymous.get(f"/check/{act.check_code}", headers={"accept-language": "ru"})
    english = await anonymous.get(f"/check/{act.check_code}", headers={"accept-language": "en"})

    assert russian.headers["content-type"] == "text/html; charset=utf-8"
    for said in (
        "Проверка акта",
        "Акт подписан",
        "2 марта 2026 г.",
        "10 500,00 ₽",
        hashlib.sha256(pdf).hexdigest(),
    ):
        assert said in russian.text.replace("\xa0", " ")
    assert "The act is signed" in english.text
    assert "<script" not in russian.text
    assert len(russian.content) < 8_000


async def test_the_page_is_neither_indexed_nor_framed_nor_kept(cast, anonymous):
    act = await a_presented_act(cast)

    headers = (await anonymous.get(f"/check/{act.check_code}")).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_file_can_be_checked_on_the_page_itself(cast, files, anonymous):
    act = (await a_signed_act(cast, files)).act
    pdf = await printed(cast, act)
    address = f"/check/{act.check_code}"

    genuine = await anonymous.post(address, files={"file": ("act.pdf", pdf, "application/pdf")})
    foreign = await anonymous.post(address, files={"file": ("act.pdf", pdf + b" ", "application/pdf")})
    nothing = await anonymous.post(address, data={"file": "x"})

    assert "Присланный файл подлинный" in genuine.text
    assert "изменён" in foreign.text
    assert nothing.status_code == 200
    assert "Присланный" not in nothing.text


async def test_the_page_of_a_changed_act_warns(cast, files, anonymous, forger):
    act = (await a_signed_act(cast, files)).act
    await forger.execute("UPDATE act SET content = '{}' WHERE id = $1", act.id)

    answer = await anonymous.get(f"/check/{act.check_code}")

    assert answer.status_code == 200
    assert "не совпадают с подписанными" in answer.text


async def test_the_page_of_an_unknown_code_says_so(anonymous):
    answer = await anonymous.get("/check/0000", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert "Nothing is known by this code" in answer.text
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.covers("M37")
async def test_somebody_of_another_company_checks_like_everybody(cast, other_cast, files):
    act = (await a_signed_act(cast, files)).act

    answer = await other_cast.olga.get(f"/public/acts/{act.check_code}")

    assert answer.json()["is_valid"]
