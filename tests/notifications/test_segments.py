import pytest

from app.notifications.channels.sms.segments import Alphabet, count_segments

GSM, UCS = Alphabet.GSM_7, Alphabet.UCS_2


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", GSM, 0, 1),
        ("A" * 160, GSM, 160, 1),
        ("A" * 161, GSM, 161, 2),
        ("A" * 306, GSM, 306, 2),
        ("A" * 307, GSM, 307, 3),
        ("[" * 80, GSM, 160, 1),
        ("[" * 81, GSM, 162, 2),
        ("Я" * 70, UCS, 70, 1),
        ("Я" * 71, UCS, 71, 2),
        ("Я" * 134, UCS, 134, 2),
        ("Я" * 135, UCS, 135, 3),
        ("😀" * 35, UCS, 70, 1),
        ("😀" * 36, UCS, 72, 2),
    ],
)
def test_a_text_costs_what_operators_bill(text, alphabet, units, parts):
    counted = count_segments(text)

    assert counted == (alphabet, units, parts)


@pytest.mark.parametrize("letter", ["«", "№", "–", "ё", "`", "\N{NO-BREAK SPACE}"])
def test_one_letter_outside_gsm_puts_the_whole_text_in_ucs_2(letter):
    counted = count_segments("A" * 70 + letter)

    assert (counted.alphabet, counted.parts) == (UCS, 2)


@pytest.mark.parametrize("letter", list("@£$è\nΔ !¿§à"))
def test_letters_of_the_gsm_alphabet_cost_one_unit(letter):
    assert count_segments(letter) == (GSM, 1, 1)


def test_an_escape_pair_is_not_split_between_two_parts():
    fits = "A" * 152 + "B" + "[" + "C" * 151
    does_not = "A" * 152 + "[" + "C" * 152

    assert count_segments(fits).parts == 2
    assert count_segments(does_not) == (GSM, 306, 3)


def test_a_surrogate_pair_is_not_split_between_two_parts():
    does_not = "Я" * 66 + "😀" + "Я" * 66

    assert count_segments(does_not) == (UCS, 134, 3)
