import pytest

from app.core.emails import EmailInvalid, normalise_email


@pytest.mark.parametrize(
    "raw",
    ["irina@okna.example", "ирина@окна.рф", "a+b@mail.okna.example"],
)
def test_an_address_is_kept_as_it_is(raw):
    assert normalise_email(raw) == raw


def test_case_and_spaces_around_make_no_other_address():
    assert normalise_email(" Irina@Okna.Example ") == "irina@okna.example"


@pytest.mark.parametrize(
    "raw",
    ["irina", "irina@okna", "irina@okna..example", "irina@@okna.example", "irina @okna.example", ""],
)
def test_what_is_no_address_is_refused(raw):
    with pytest.raises(EmailInvalid):
        normalise_email(raw)


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\u00a0", "\u200b{}", "{}\n", "\ufeff{}"])
def test_what_a_keyboard_puts_around_an_address_makes_no_other_address(around):
    assert normalise_email(around.format("irina@okna.example")) == "irina@okna.example"
