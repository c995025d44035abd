import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.folding import as_typed, fold, fold_code


def apart(written):
    return unicodedata.normalize("NFD", written)


SAME_NAMES = [
    ("Соловьёв", "Соловьев", "СОЛОВЬЁВ", apart("Соловьёв"), "Солов\u00adьёв"),
    ("Йорданский", apart("Йорданский"), "йорданский"),
    ("O’Brien", "O'Brien", "O`Brien", "OʼBrien", "O´Brien", "OBrien"),
    ("Петрова‑Лис", "Петрова-Лис", "Петрова – Лис", "Петрова—Лис", "Петрова Лис", "Петрова−Лис"),
    (
        "ООО «Ромашка»",
        'ООО "Ромашка"',
        "ООО “Ромашка”",
        "ооо\u00a0ромашка",
        "ООО „Ромашка“",
        "ООО\u2003Ромашка ",
    ),
    ("Müller", "Muller", apart("Müller"), "ＭÜＬＬＥＲ"),
]


@pytest.mark.parametrize("same", SAME_NAMES, ids=lambda same: same[0])
def test_one_name_written_in_several_ways_is_one_name(same):
    assert len({fold(name) for name in same}) == 1


def test_other_names_stay_other_names():
    assert len({fold(name) for name in ("Иванов", "Иванова", "Ивонов", "Ива нов", "100%", "100")}) == 6


@given(st.text())
def test_folding_twice_changes_nothing(written):
    assert fold(fold(written)) == fold(written)
    assert as_typed(as_typed(written)) == as_typed(written)
    assert fold_code(fold_code(written)) == fold_code(written)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("нкм-2вс", "HKM2BC"), ("О–1", "O1"), ("о 1", "O1"), ("AB\u00a012/3", "AB123"), ("\u200bＡＢ_12", "AB12"),
     ("ΗΚΜ", "HKM")],
)  # fmt: skip
def test_a_code_typed_on_another_keyboard_is_the_same_code(typed, code):
    assert fold_code(typed) == code
