"""Promotion is found in whatever dress it comes, and ordinary words are left alone."""

import pytest

from app.notifications.templates.promotion import find_promotion, words_of_html

PROMOTES = [
    "Скидка 10 процентов на москитные сетки",
    "У нас акция до конца месяца",
    "Вам начислен бонус",
    "Подоконник в подарок",
    "Ваш промокод: ОКНА",
    "Успейте до пятницы",
    "Регулировка бесплатно",
    "Новая цена ждёт вас",
    "Всего 500 ₽",
    "Всего 500 руб. за створку",
    "Москитная сетка за 5 000 р.",
    "Окна -20%",
    "РАСПРОДАЖА окон",
    "Выгодное предложение",
    "Кэшбэк на карту",
    "Discount for old clients",
    "The autumn sale has begun",
    "A gift for you",
    "Adjustment is free",
    "Our prices are low",
    "Only $5 a window",
    "Hurry, 20% off",
    "Special offer inside",
]
DISGUISED = [
    "cкидка",  # the first letter is Latin
    "скид\u00adка",  # a soft hyphen
    "ски\u200bдка",  # a space without width
    "СКИДКА",
    "бoнус",  # a Latin o
    "подáрок",
    "dіscount",  # a Cyrillic letter
    "ＳＡＬＥ",  # wide letters
]
ORDINARY = [
    "Спасибо за реакцию на наше сообщение",
    "Акционерное общество «Окна»: мастер выехал",
    "Оценка качества: ответьте числом от 0 до 10",
    "Мастер приедет 2 марта с 10:00 до 12:00",
    "Окна готовы на 50%, доставим в среду",
    "Мы рады, что вы с нами",
    "Рубанок мастер возьмёт с собой",
    "Фракция щебня, акцент на деталях",
    "Feel free to call us",
    "Your window is ready",
    "The wholesaler has delivered the windows",
    "Акт и счёт придут на почту",
]


@pytest.mark.covers("R177")
@pytest.mark.parametrize("text", PROMOTES)
def test_promotion_is_found(text):
    assert find_promotion(text)


@pytest.mark.covers("R177")
@pytest.mark.parametrize("text", DISGUISED)
def test_promotion_in_disguise_is_found(text):
    assert find_promotion(f"Мастер приедет завтра. {text}!")


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_left_alone(text):
    assert find_promotion(text) == []


def test_each_word_is_named_with_its_place_as_it_stands_in_the_text():
    text = "Замер завтра. СКИДКА и Бо\u00adнус до мая"

    found = find_promotion(text)

    assert [(one.word, one.at) for one in found] == [("СКИДКА", 14), ("Бо\u00adнус", 23)]
    assert all(text[one.at :].startswith(one.word) for one in found)


def test_names_of_variables_promote_nothing():
    assert find_promotion("К оплате {price}, {bonus}") == []


def test_a_page_is_read_as_people_see_it():
    page = '<p style="width: 50%">Ски&shy;дка</p><img src="https://o.example/1.png" alt="Подарок">'

    assert [one.word for one in find_promotion(words_of_html(page))] == ["Ски\u00adдка", "Подарок"]
    assert find_promotion(words_of_html('<p style="width: 50%; free">Мастер приедет завтра</p>')) == []
