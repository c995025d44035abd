"""What a worker does with his thumb on a page of the app, for tests of more than one file."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import BrowserContext, Page, expect

from tests.pictures import a_photo, seen_at

MOSCOW = ZoneInfo("Europe/Moscow")
SIZES = [1400, 1402, 1401, 1300, 1300, 1301, 1911, 1912]
"""Of a window, in the order in which the app asks for them."""


async def lose_network(page: Page, context: BrowserContext) -> None:
    """The app is started anew without network, from the files that the service worker keeps."""
    await page.evaluate("navigator.serviceWorker.ready")
    await context.set_offline(True)
    await page.reload()
    await expect(page.get_by_text("Нет сети. Данные от")).to_be_visible()


async def set_out(page: Page) -> None:
    """`page` shows the visit. If it is of later, or another is under way, the app asks first."""
    await page.get_by_role("button", name="Выехал").click()
    asked = page.get_by_role("dialog", name="Выехать сейчас?")
    await expect(asked.or_(page.locator("[data-status='en_route']"))).to_be_visible()
    if await asked.is_visible():
        await asked.get_by_role("button", name="Выехал").click()


async def measure(page: Page) -> None:
    """One window. `page` shows its visit."""
    await page.get_by_role("link", name="Замер").click()
    await page.get_by_role("button", name="Добавить проём").click()
    for index, size in enumerate(SIZES):
        await page.locator("fieldset input").nth(index).fill(str(size))
    await page.get_by_role("button", name="Готово").click()
    await page.get_by_role("button", name="Отправить лист замера").click()
    await expect(page.get_by_text("проёмов: 1")).to_be_visible()


async def photograph(page: Page, folder: Path) -> None:
    """Twelve megapixels of a phone that was held upright."""
    photo = folder / "kitchen.jpg"
    exif = seen_at(55.75, 37.61, orientation=6, taken=f"{datetime.now(MOSCOW):%Y:%m:%d %H:%M:%S}")
    photo.write_bytes(a_photo(size=(2400, 1800), exif=exif))
    await page.get_by_role("link", name="Фото", exact=False).first.click()
    await page.get_by_label("Подпись к следующему фото").fill("Кухня, вид от двери")
    await page.locator("input[type=file]").first.set_input_files(photo)
    await expect(page.get_by_text("ждёт", exact=False).first).to_be_visible()
    await expect(page.get_by_text("Кухня, вид от двери")).to_be_visible()
    await page.get_by_role("link", name="Назад").click()


async def draw_signature(page: Page) -> None:
    """The finger goes up and down over the field."""
    canvas = page.locator("canvas")
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 30, box["y"] + 120)
    await page.mouse.down()
    for step in range(1, 16):
        await page.mouse.move(box["x"] + 30 + 16 * step, box["y"] + (60 if step % 2 else 150))
    await page.mouse.up()


async def open_screen(page: Page, path: str) -> None:
    """As a link does, without loading the page anew."""
    await page.evaluate(
        """path => {
             const link = document.createElement('a');
             link.href = '/field' + path;
             document.body.append(link);
             link.click();
             link.remove();
           }""",
        path,
    )
