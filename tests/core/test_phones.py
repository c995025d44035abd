import pytest

from app.core.phones import PhoneInvalid, normalise_phone


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+7 916 123-45-67", "+79161234567"),
        ("8 (916) 123-45-67", "+79161234567"),
        ("+8 916 123 45 67", "+79161234567"),
        ("007 916 1234567", "+79161234567"),
        ("8 495 123-45-67", "+74951234567"),
        ("8 800 555-35-35", "+78005553535"),
        ("+7 701 123 45 67", "+77011234567"),
        ("+375 29 123-45-67", "+375291234567"),
    ],
)
def test_a_phone_is_read_as_people_write_it(written, read):
    assert normalise_phone(written) == read


@pytest.mark.parametrize(
    "phone",
    ["+79300397459", "+79000000001", "+79699999999", "+77061234567", "+375201234567", "+998111234567"],
)
def test_a_mobile_number_of_a_range_issued_yesterday_is_a_phone(phone):
    assert normalise_phone(phone) == phone


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12345",
        "+7930039745",
        "+793003974590",
        "8 930 039 745",
        "112",
        "+70001234567",
        "+71111111111",
        "+72001234567",
        "+73001234567",
        "+76001234567",
        "+7 495 123",
        "+3752912345",
        "+375 29 123-45-678",
        "+499999",
        "+861381234567",
        "+999 123 456 789",
        "позвоните мне",
        "+7 93О 039-74-59",
        "+7 916 абв-гд-еж",
    ],
)
def test_what_nobody_can_call_is_no_phone(written):
    with pytest.raises(PhoneInvalid):
        normalise_phone(written)
