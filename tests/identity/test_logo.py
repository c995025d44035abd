from io import BytesIO

import obstore
import pytest
from PIL import Image
from sqlalchemy import select

from app.db.session import transaction
from app.identity.companies.models import Company


def picture(kind: str, size=(40, 20), mode="RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.covers("M41")
@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
async def test_the_logo_comes_back_as_the_picture_it_was(cast, kind, media_type):
    stored = await cast.irina.put("/company/logo", picture(kind), content_type=media_type)

    answer = await cast.timur.get("/company/logo")
    assert (stored.status_code, answer.status_code) == (204, 200)
    assert answer.headers["content-type"] == media_type
    with Image.open(BytesIO(answer.content)) as shown:
        assert (shown.format, shown.size) == (kind, (40, 20))
    assert (await cast.irina.get("/company")).json()["has_logo"] is True


async def test_a_new_logo_takes_the_place_of_the_old_one(app, cast, maker):
    await cast.irina.put("/company/logo", picture("PNG"))
    await cast.irina.put("/company/logo", picture("PNG", size=(10, 10)))

    kept = [
        one["path"] for one in await obstore.list(app.state.files, f"{cast.company_id}/logo/").collect_async()
    ]
    async with transaction(maker, cast.company_id) as session:
        company = (await session.scalars(select(Company).where(Company.id == cast.company_id))).one()
    assert kept == [company.logo_key]


async def test_what_hides_in_a_logo_is_left_out(cast):
    exif = Image.Exif()
    exif[0x010E] = "taken at 55.75, 37.61"
    hiding = picture("JPEG", exif=exif) + b"<?php system($_GET['c']); ?>"

    await cast.irina.put("/company/logo", hiding)

    shown = (await cast.irina.get("/company/logo")).content
    assert b"taken at" in hiding
    assert b"taken at" not in shown
    assert b"<?php" not in shown


@pytest.mark.covers("P-rel-14")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture("GIF"),
        picture("PNG")[:60],
        picture("PNG", size=(20_000, 20_000), mode="1"),
        picture("PNG", size=(2001, 2000), mode="1"),
    ],
    ids=["nothing", "svg", "gif", "cut off", "bomb", "a little too large"],
)
async def test_what_is_no_logo_is_refused(cast, body):
    answer = await cast.irina.put("/company/logo", body, content_type="image/png")

    assert (answer.status_code, answer.json()["code"]) == (422, "logo_not_an_image")
    assert (await cast.irina.get("/company/logo")).status_code == 404


async def test_a_logo_of_more_than_a_megabyte_is_too_large(cast):
    answer = await cast.irina.put("/company/logo", picture("PNG") + b"0" * 1_000_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.covers("M37")
async def test_another_company_does_not_see_the_logo(cast, other_cast):
    await cast.irina.put("/company/logo", picture("PNG"))

    assert (await other_cast.irina.get("/company/logo")).status_code == 404


def test_the_contract_says_that_a_logo_is_a_png_or_a_jpeg(app):
    answer = app.openapi_schema.to_schema()["paths"]["/api/v1/company/logo"]["get"]["responses"]["200"]

    assert set(answer["content"]) == {"image/png", "image/jpeg"}
