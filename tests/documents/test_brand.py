"""The company's name and logo on top of the pages of clients."""

import re
from io import BytesIO

from PIL import Image

from tests.documents.given import a_presented_act

SMALL = 5_000


def a_picture(colour: str = "navy") -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 400), colour).save(out, "PNG")
    return out.getvalue()


def logo_on(page):
    found = re.search(r'<img src="(/logo/[^"]+)"', page.text)
    return found[1] if found else None


async def set_logo(cast, image):
    answer = await cast.irina.put("/company/logo", image, content_type="image/png")
    assert answer.status_code == 204, answer.text


async def test_the_logo_stands_on_a_page_small_and_for_good(cast, anonymous):
    act = await a_presented_act(cast)
    path = f"/check/{act.check_code}"
    without = await anonymous.get(path)
    await set_logo(cast, a_picture())
    first = logo_on(await anonymous.get(path))
    picture = await anonymous.get(first)
    await set_logo(cast, a_picture("green"))
    second = logo_on(await anonymous.get(path))
    gone = await anonymous.get(first)

    assert logo_on(without) is None
    assert "Окна Плюс" in without.text
    assert "immutable" in picture.headers["cache-control"]
    with Image.open(BytesIO(picture.content)) as shown:
        assert (shown.format, shown.height) == ("WEBP", 80)
    assert len(picture.content) <= SMALL
    assert second != first
    assert gone.status_code == 404
    assert "img-src 'self'" in (await anonymous.get(path)).headers["content-security-policy"]
