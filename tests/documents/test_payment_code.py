"""The code on an invoice that a bank's app reads (GOST R 56042-2014), field by field and from the printed page."""

import io
from datetime import date

import msgspec
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from app.core.i18n import LANGS
from app.documents.content.act import Requisites
from app.documents.content.invoice import FORMAT, Bank, InvoiceContent, InvoiceLine
from app.documents.payment_code import payment_code
from app.documents.printing.invoice import InvoicePaper, print_invoice

pytestmark = pytest.mark.covers("M10", "M41")

COMPANY = Requisites(
    name="Окна Плюс",
    legal_name="ООО «Окна Плюс»",
    inn="7707083893",
    kpp="770701001",
    ogrn="1027700132195",
    address="Москва, ул. Вавилова, 19",
    phone="+74955005550",
    bank_details="",
    timezone="Europe/Moscow",
    logo=None,
)
BANK = Bank(
    name="ПАО Сбербанк, г. Москва",
    bic="044525225",
    account="40702810138250123017",
    corr_account="30101810400000000225",
)
LONG_NAME = "Блок оконный двухстворчатый с поворотно-откидной створкой и противовзломной фурнитурой " * 2


def a_line(position=1, **changes) -> InvoiceLine:
    facts = {
        "name_ru": "Окно REHAU, 1400 × 1300",
        "name_en": "REHAU window, 1400 × 1300",
        "unit": "pcs",
        "quantity": 2,
        "price_kop": 35_500_00,
        "discount_kop": 0,
        "total_kop": 71_000_00,
        "vat_rate": 22,
        "vat_kop": 12_803_28,
        **changes,
    }
    return InvoiceLine(position=position, **facts)


def an_invoice(*lines, **changes) -> InvoiceContent:
    lines = list(lines) or [a_line()]
    facts = {
        "number": 5,
        "kind": "whole",
        "issued_on": date(2026, 3, 2),
        "pay_by": date(2026, 3, 9),
        "lang": "ru",
        "company": COMPANY,
        "bank": BANK,
        "client_name": "Анна Сергеевна Котова",
        "client_inn": "",
        "address": "Москва, Тверская улица, 12, кв. 31",
        "order_number": 17,
        "comment": "",
        **changes,
    }
    return InvoiceContent(
        format=FORMAT, lines=lines, total_kop=sum(line.total_kop for line in lines), **facts
    )


def fields_of(code: str) -> dict[str, str]:
    header, *fields = code.split("|")
    assert header == "ST00012"
    return dict(field.split("=", 1) for field in fields)


def printed_pages(pdf: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]


async def printed(content: InvoiceContent, lang="ru", status="issued", reason=None) -> bytes:
    paper = InvoicePaper(content=content, status=status, cancel_reason=reason)
    return await print_invoice(paper, lang, logo=None)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


def test_the_payload_says_who_is_paid_how_much_and_for_what():
    code = payment_code(an_invoice())

    assert list(fields_of(code).items()) == [
        ("Name", "ООО «Окна Плюс»"),
        ("PersonalAcc", "40702810138250123017"),
        ("BankName", "ПАО Сбербанк, г. Москва"),
        ("BIC", "044525225"),
        ("CorrespAcc", "30101810400000000225"),
        ("PayeeINN", "7707083893"),
        ("KPP", "770701001"),
        ("Sum", "7100000"),
        ("Purpose", "Оплата по счёту № 5 от 02.03.2026, заказ № 17. В т.ч. НДС 22 % 12 803,28 руб."),
    ]


def test_vat_of_several_rates_and_no_vat_are_named():
    mixed = an_invoice(a_line(), a_line(2, vat_rate=10, vat_kop=100_00), a_line(3, vat_rate=0, vat_kop=0))
    without = an_invoice(a_line(vat_rate=None, vat_kop=0))

    assert fields_of(payment_code(mixed))["Purpose"].endswith(
        "В т.ч. НДС 0 % 0,00 руб., НДС 10 % 100,00 руб., НДС 22 % 12 803,28 руб."
    )
    assert fields_of(payment_code(without))["Purpose"].endswith("Без НДС")


def test_what_people_wrote_cannot_begin_another_field_and_fits_the_standard():
    company = msgspec.structs.replace(
        COMPANY, legal_name="ООО «Окна|Sum=1|Двери»\n" + "Ж" * 200, kpp="", inn="500100732259"
    )
    bank = msgspec.structs.replace(BANK, name="Банк " * 20, corr_account="")

    fields = fields_of(payment_code(an_invoice(company=company, bank=bank)))

    assert fields["Name"].startswith("ООО «Окна/Sum=1/Двери» ЖЖЖ")
    assert [len(fields["Name"]), len(fields["BankName"]) <= 45, len(fields["Purpose"]) <= 210] == [
        160,
        True,
        True,
    ]
    assert (fields["CorrespAcc"], "KPP" in fields, fields["Sum"]) == ("0", False, "7100000")


@pytest.mark.parametrize("lang", LANGS)
async def test_a_phone_reads_the_code_from_the_printed_page(lang):
    content = an_invoice()

    pdf = await printed(content, lang)

    (code,) = zxingcpp.read_barcodes(printed_pages(pdf, 200)[0])
    assert code.format.name.upper().startswith("QR")
    assert bytes(code.bytes) == payment_code(content).encode("utf-8")


async def test_the_longest_code_is_still_read_from_a_page_printed_coarsely():
    long = msgspec.structs.replace(COMPANY, legal_name="Общество «" + "Светлые окна и двери " * 10)
    bank = msgspec.structs.replace(BANK, name="Публичное акционерное общество «Банк Развитие»")
    lines = [a_line(n, vat_rate=rate) for n, rate in enumerate((5, 7, 10, 20, 22), start=1)]
    content = an_invoice(*lines, company=long, bank=bank, number=1_000_000)

    (code,) = zxingcpp.read_barcodes(printed_pages(await printed(content), 150)[0])

    assert bytes(code.bytes).decode() == payment_code(content)


async def test_the_paper_says_whom_to_pay_and_until_when_in_both_languages():
    content = an_invoice(a_line(discount_kop=1_000_00), a_line(2, unit="m2", quantity="2.425"))

    russian, english = [text_of(await printed(content, lang)) for lang in LANGS]

    for said in (
        "Счёт на оплату № 5",
        "40702810138250123017",
        "9 марта 2026 г.",
        "2,425",
        "142 000,00",
        "25 606,56",
        "Сто сорок две тысячи рублей 00 копеек",
    ):
        assert said in russian
    for said in ("Invoice No. 5", "Pay by 9 March 2026", "2.425", "142,000.00", "REHAU window"):
        assert said in english


@pytest.mark.parametrize(
    ("status", "said"), [("paid", "Счёт оплачен"), ("canceled", "Счёт аннулирован: Заказ изменился")]
)
async def test_nobody_pays_what_is_paid_or_canceled(status, said):
    pdf = await printed(an_invoice(), status=status, reason="Заказ изменился")

    assert zxingcpp.read_barcodes(printed_pages(pdf, 150)[0]) == []
    assert said in text_of(pdf)


async def test_sixty_long_lines_and_large_sums_stay_inside_the_page():
    lines = [
        a_line(n, name_ru=LONG_NAME, price_kop=1_234_567_890_12, total_kop=2_469_135_780_24, vat_kop=1)
        for n in range(1, 61)
    ]

    pdf = await printed(an_invoice(*lines))

    pages = printed_pages(pdf, 50)
    assert 4 <= len(pages) <= 15
    for page in pages:
        right = page.crop((page.width - 25, 0, page.width, page.height))
        assert min(right.tobytes()) > 200, "something is printed into the margin"
    assert "2 469 135 780,24" in text_of(pdf)


async def test_the_same_invoice_prints_to_the_same_bytes():
    assert await printed(an_invoice()) == await printed(an_invoice())
