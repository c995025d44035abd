import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.documents.codes import ALPHABET, draw_code, read_code, show_code

LENGTH = 10
codes = st.builds(lambda _: draw_code(LENGTH), st.integers())

pytestmark = pytest.mark.covers("M8", "M42")


def test_a_code_is_letters_and_digits_that_nobody_confuses():
    drawn = {draw_code(LENGTH) for _ in range(500)}

    assert len(drawn) == 500
    assert {len(code) for code in drawn} == {LENGTH + 1}
    assert set("".join(drawn)) <= set(ALPHABET)


@given(codes)
def test_a_code_is_read_as_people_write_it(code):
    sloppy = show_code(code).lower().replace("0", "o").replace("1", "l") + " "

    assert read_code(sloppy, LENGTH) == code
    assert read_code(code.replace("1", "I"), LENGTH) == code
    assert read_code(code.translate(str.maketrans("ABCEHKMPTXY3", "АВСЕНКМРТХУЗ")), LENGTH) == code
    assert read_code(f"\u200b{code[:4]}\u00a0{code[4:8]} − {code[8:]}".lower(), LENGTH) == code


@given(codes, st.integers(0, LENGTH), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(code, position, wrong):
    assume(code[position] != wrong)

    assert read_code(code[:position] + wrong + code[position + 1 :], LENGTH) is None


@given(codes, st.integers(0, LENGTH - 1))
def test_two_swapped_characters_are_found(code, position):
    assume(code[position] != code[position + 1])
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]

    assert read_code(swapped, LENGTH) is None


@pytest.mark.parametrize(
    "written", ["", "0", "0" * 10, "0" * 12, "!" * 11, "Ж" * 11, "U" * 11, "0000 0000 00*"]
)
def test_what_cannot_be_a_code_is_not_looked_up(written):
    assert read_code(written, LENGTH) is None


def test_a_code_is_shown_in_groups():
    assert show_code("7H3K9QXM2WA") == "7H3K-9QXM-2WA"
