"""Acts and labels looked at as pages: short and long, in Russian and English."""

import io
from datetime import date

import msgspec
import pytest
from PIL import ImageChops
from pypdf import PdfReader

from app.core.canonical import canonical_hash
from app.documents.content.act import ActLine
from app.documents.printing.act import print_act
from app.documents.printing.label import Label, lay_label, print_label
from tests.documents.given import a_presented_act, a_signed_act, a_window
from tests.documents.pages import Page, cut_by_rules, outside, overlaps, pages_of, picture_of
from tests.documents.test_pdf import text_of
from tests.pictures import a_signature

pytestmark = pytest.mark.covers("M7", "M8", "M41")

LONG = "Монтажно-демонтажные работы по остеклению фасада здания с вывозом строительного мусора"
RARE = "Оля 🌸 王小明 ქეთევან Қазақ Әлия Ñandú"


def lines_of(count: int, *, price_kop: int, name: str = "Монтаж окна", unit: str = "set") -> list[ActLine]:
    return [
        ActLine(
            position=position,
            code="work",
            name_ru=name,
            name_en="Window installation",
            unit=unit,
            quantity="1000.125" if unit == "m2" else position,
            price_kop=price_kop,
            sum_kop=price_kop * position,
            warranty_months=600,
            comment="кухня" if position % 2 else "",
        )
        for position in range(1, count + 1)
    ]


ACTS = {
    "short": {},
    "sums of hundreds of billions": {"lines": lines_of(7, price_kop=12_345_678_901_23)},
    "more than anybody pays": {"lines": lines_of(3, price_kop=99_999_999_999_999_99, name=LONG)},
    "square metres": {"lines": lines_of(5, price_kop=1_234_567_89, unit="m2")},
    "one endless word": {
        "client_name": "А" * 200,
        "address": "Щ" * 300,
        "lines": lines_of(2, price_kop=1_00, name="Я" * 200),
        "products": [a_window("Ж" * 200, name="W" * 200, serial="9" * 200)],
    },
    "rare letters": {"client_name": RARE, "products": [a_window(RARE, name=RARE)]},
    "many lines": {
        "lines": lines_of(130, price_kop=4_500_00)[95:],
        "products": [a_window(f"О-{n}") for n in range(15)],
    },
}


async def printed(cast, lang: str, facts: dict) -> bytes:
    act = await a_presented_act(cast)
    content = act.content | msgspec.to_builtins(facts)
    total_kop = sum(line["sum_kop"] for line in content["lines"])
    content |= {"total_kop": total_kop, "due_kop": total_kop}
    act = msgspec.structs.replace(
        act, content=content, content_hash=canonical_hash(content), total_kop=total_kop
    )
    return await print_act(act, lang, public_url="https://okna.example", logo=None, drawing=None)


def faults(page: Page, *, margin: float = 0) -> dict[str, list]:
    found = {
        "overlaps": overlaps(page),
        "outside": outside(page, margin=margin),
        "through a rule": cut_by_rules(page),
    }
    return {fault: words for fault, words in found.items() if words}


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("which", ACTS)
async def test_on_an_act_nothing_runs_into_anything_or_off_the_page(cast, which, lang):
    pages = pages_of(await printed(cast, lang, ACTS[which]))

    assert [faults(page, margin=15) for page in pages] == [{}] * len(pages)


async def test_on_an_act_of_many_pages_headings_are_repeated_and_signatures_stand_with_a_row(cast):
    for count in (22, 23, 24, 25, 26, 48):
        pages = pages_of(
            await printed(cast, "ru", {"lines": lines_of(count, price_kop=1_00), "products": []})
        )

        words = [{word.text for word in page.words} for page in pages]
        assert all("Наименование" in page for page in words)
        assert [page for page in words if "Подпись" in page and "компл." not in page] == []


async def test_letters_of_every_kind_are_drawn(cast):
    """A letter without a font would be an empty box: two such letters look alike."""
    pictures = [
        picture_of(await printed(cast, "ru", {"client_name": name})) for name in ("王", "小", "🌸", "🪟")
    ]

    for index, one in enumerate(pictures):
        for other in pictures[index + 1 :]:
            assert (
                ImageChops.difference(one.crop((0, 0, *one.size)), other)
                .crop((0, 300, one.width, 700))
                .getbbox()
            )


async def test_control_characters_reach_neither_the_page_nor_the_metadata(cast):
    act = await a_presented_act(cast)
    company = act.content["company"] | {"legal_name": "ООО\x07 «Окна\u202e\nПлюс»\x00"}
    pdf = await printed(cast, "ru", {"company": company, "client_name": "Анна\x1b[31m\u2066 Котова"})

    assert PdfReader(io.BytesIO(pdf)).metadata.author == "ООО «Окна Плюс»"
    assert "Анна[31m Котова" in text_of(pdf)


async def test_a_signature_is_on_paper_dark_and_large_enough(cast, files):
    act = (await a_signed_act(cast, files)).act
    drawing = a_signature(mode="RGB", ground=(20, 20, 20), ink=(255, 255, 255))

    pdf = await print_act(act, "ru", public_url="https://okna.example", logo=None, drawing=drawing)

    page = picture_of(pdf, page=len(pages_of(pdf)) - 1, dpi=254).convert("L")
    half = page.crop((page.width // 2, 0, page.width, page.height))
    ink = half.point(lambda level: 255 * (level < 110))
    assert ink.getextrema()[1] == 255
    assert ink.histogram()[255] < 0.2 * half.width * half.height


LABELS = {
    "short": ("Окна Плюс", "+7 495 123-45-67", "Окно ПВХ", "О-1"),
    "a long company": (
        "Окна и двери Северо-Запада, ИП Длиннофамильный",
        "+7 812 315-98-83",
        "Окно ПВХ двухстворчатое поворотно-откидное",
        "О-1 кухня",
    ),
    "everything long": (LONG, "+7 (812) 315-98-83 доб. 12345", LONG, LONG),
    "one endless word": ("W" * 200, "9" * 32, "Ж" * 200, "Щ" * 200),
    "rare letters": (RARE, "", RARE, RARE),
    "nothing but the product": ("Окна", "", "Окно", ""),
}


def a_label(which: str) -> Label:
    company, phone, product, opening = LABELS[which]
    return Label(
        tag_code="7H3K9QXM2WA",
        tag_url="https://okna.example/p/7H3K9QXM2WA",
        product=product,
        opening=opening,
        installed_on=date(2026, 3, 2),
        company_name=company,
        company_phone=phone,
    )


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("which", LABELS)
async def test_on_a_label_nothing_is_cut_through_and_date_and_opening_stand(which, lang):
    label = a_label(which)

    [page] = pages_of(await print_label(label, lang))

    words = [word.text for word in page.words]
    below_mm = [word for word in page.words if word.left > 29 * 72 / 25.4 and word.bottom < 10 * 72 / 25.4]
    assert faults(page, margin=4) == {}
    assert [word.text for word in below_mm if "-" not in word.text[4:5]] == []
    assert ("02.03.2026" if lang == "ru" else "02/03/2026") in words
    assert not label.opening or label.opening.split()[0][:8] in " ".join(words)


def test_what_does_not_fit_on_a_label_ends_between_two_words():
    _, parts = lay_label(a_label("everything long"), "ru")

    ends = [lines[-1].removesuffix("…").split()[-1] for _, lines in parts]
    assert all(any(word.strip(",") in LABELS["everything long"][i] for i in range(4)) for word in ends[:-1])
    assert ["доб. 12345" in " ".join(lines) for _, lines in parts] == [False, True, False, False, False]
