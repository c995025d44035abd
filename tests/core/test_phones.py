import pytest

from app.core.phones import PhoneInvalid, mask_phone, normalise_phone, say_phone, takes_sms


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+7 916 123-45-67", "+79161234567"),
        ("8 (916) 123-45-67", "+79161234567"),
        ("+8 916 123 45 67", "+79161234567"),
        ("007 916 1234567", "+79161234567"),
        ("00 7 916 123 45 67", "+79161234567"),
        ("тел. 00-7 (916) 123-45-67", "+79161234567"),
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


@pytest.mark.parametrize(
    "written",
    ["8 495 123-45-67 доб. 105", "8 (495) 123-45-67, доб. 105", "8(495)1234567 (доб 105)", "8 495 123-45-67 ДОБ.105",
     "+8 495 123 45 67 вн. 105", "8 495 1234567 внутр. 105", "8 495 123-45-67 добавочный 105",
     "8 495 123-45-67 ext. 105", "8 495 123-45-67 x105", "8 495 123-45-67 # 105", "+74951234567;ext=105"],
)  # fmt: skip
def test_an_extension_stays_with_its_number(written):
    assert normalise_phone(written) == "+74951234567;ext=105"
    assert normalise_phone(normalise_phone(written)) == "+74951234567;ext=105"


@pytest.mark.parametrize(
    "pasted",
    ["\u202a+7 916 123\u201145\u201167\u202c", "8\u00a0916\u00a0123\u00a045\u00a067", "８９１６１２３４５６７",
     "8\u200b9161234567", "тел. 8 916 123 45 67", "тел.: +7 (916) 123–45–67", "моб 89161234567", " 8-916-123-45-67\n",
     "tel:+7-916-123-45-67"],
)  # fmt: skip
def test_a_pasted_phone_is_the_same_phone(pasted):
    assert normalise_phone(pasted) == "+79161234567"


@pytest.mark.parametrize(
    "written",
    ["8 916 123-45-67, 8 916 765-43-21", "8 916 123-45-67 Мария", "Мария 8 916 123-45-67", "8 916 123-45-67/68",
     "8 495 123-45-67 доб. 105 или 106", "8 495 123-45-67 доб."],
)  # fmt: skip
def test_what_is_more_than_a_number_is_refused_and_not_cut(written):
    with pytest.raises(PhoneInvalid):
        normalise_phone(written)


@pytest.mark.parametrize(
    ("phone", "can"),
    [
        ("+79161234567", True),
        ("+79300397459", True),  # newer than the library
        ("+77011234567", True),
        ("+375291234567", True),
        ("+12015550123", True),  # nobody can tell an American mobile from a fixed line
        ("+74951234567", False),
        ("+78123159883", False),
        ("+78005553535", False),
        ("+74951234567;ext=105", False),
        ("+79161234567;ext=105", False),
        ("", False),
    ],
)
def test_an_sms_arrives_at_a_mobile_and_not_at_a_fixed_line(phone, can):
    assert takes_sms(phone) == can


@pytest.mark.parametrize(
    ("phone", "lang", "said"),
    [
        ("+74951234567;ext=105", "ru", "+7 495 123-45-67, доб. 105"),
        ("+74951234567;ext=105", "en", "+7 495 123-45-67, ext. 105"),
        ("+79161234567", "ru", "+7 916 123-45-67"),
        ("", "ru", ""),
        ("звоните в офис", "ru", "звоните в офис"),
    ],
)
def test_a_phone_is_printed_as_people_write_it(phone, lang, said):
    assert say_phone(phone, lang) == said


def test_a_masked_phone_tells_no_extension():
    assert mask_phone("+74951234567;ext=105") == "+7 *** ***-45-67"
