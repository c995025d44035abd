"""Who wants no more messages says so in many ways, and does not always spell it right."""

import pytest

from app.clients.inbound.stop_words import means_stop, says_more

STOPS = """
СТОП|стоп|Стоп.|стоп!!!|СТОП СТОП|стоп, пожалуйста|Стопп|CTOП|cтoп|СТОР|stop|STOP|Stop.|STOP please|sтор|ЅTOP|stop all
STOPALL|stop sms|стоп смс|стоп рассылка|отписка|Отписка.|ОТПИСКА|oтпиcкa|атписка|отпска|отписаться|отписатся|отпишите
отпишите меня|Отпишите меня, пожалуйста|отпишите меня от рассылки|отпишити|отпишись|отпиши|otpiska|не писать|Не писать!
не пиши|не пишите|Не пишите мне больше|больше не пишите|Больше мне не пишите!|непишите|не присылайте
не присылайте рекламу
не шлите мне смс|не слать|не беспокойте|не звоните мне|удалите мой номер|удалите меня из базы|уберите меня из рассылки
остановите рассылку|Не надо мне писать|Не нужно нам больше слать смс|прекратите мне слать рекламу
прекратите рассылку|хватит спамить|без рекламы|не надо рекламы|отказ от рассылки|отказываюсь от рассылки
unsubscribe|Unsubscribe me|UNSUBCRIBE|unsub|opt out|opt-out|optout|remove me|remove|do not text me|don't text
don’t text me
no more messages please|stop texting me|take me off your list|quit
не надо слать|Не надо мне слать сообщения|не нужно присылать смс|не присылайте мне больше ваших смс|смс не шлите
Не отправляйте мне эту рекламу|stop sending|please stop sending me texts|don't send me any more ads
"""
STOPS_AND_MORE = """
Не шлите рекламу, мастера жду завтра|Не пишите, позвоните жене|хватит спамить, окно так и не открывается
Прекратите рассылку и отмените замер|Удалите мой номер, мастер не приехал|stop texting me, call my wife
Don't send me ads, fix the window
"""
ANSWERS = """
Да|да, ждём|Нет|нет|Перенести|перенесите на среду|Стоп-кран сломался, приезжайте|Остановка Стоп у магазина
Пишите на почту|напишите адрес|отпишитесь, когда выедете
Не пишите адрес в домофон, звоните 31К, вход со двора, второй подъезд
Спасибо|ok|yes|no|Отказался тот мастер, а когда приедет новый?|стоп 5|1|👍|Когда выезд?|отмените замер|cancel|отказ
Please stop at the gate, the guard will let you in|Не звоните в дверь, ребёнок спит, пишите в чат или стучите
Не надо слать мастера завтра|Мастера завтра не присылайте|Не нужно никого слать|завтра не отправляйте
Не присылайте мне мастера|Не мне звоните, а жене|Не звоните в дверь|Не шлите этого мастера, смс не было
Не мне пишите, а жене|Please stop sending the same worker|Don't send anybody tomorrow|Not me, text my wife
"""


def of(table: str) -> list[str]:
    return [one for line in table.strip().splitlines() for one in line.split("|")]


@pytest.mark.parametrize("text", of(STOPS))
def test_a_refusal_is_understood(text):
    assert means_stop(text)


@pytest.mark.parametrize("text", ["", " ", *of(ANSWERS)])
def test_an_answer_about_the_order_is_no_refusal(text):
    assert not means_stop(text)


@pytest.mark.parametrize("text", of(STOPS))
def test_nobody_has_to_read_a_refusal_that_says_nothing_else(text):
    assert not says_more(text)


@pytest.mark.parametrize("text", of(STOPS_AND_MORE))
def test_a_person_reads_what_a_refusal_says_beside_itself(text):
    assert means_stop(text)
    assert says_more(text)
