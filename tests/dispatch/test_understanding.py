"""What clients mean by their answers, as they type them."""

import pytest

from app.dispatch.answering.understanding import understood
from app.dispatch.confirmation.policies import Says

YES = """
Да|ДА!|да.|Да, ждём|да ждем вас|ага|ок|Ok|OK 👍|👍|+|yes|Yes pls|yes please|YES!!!|Yep|sure|Да, спасибо|ждём|lf|Lf!|da
Конечно, ждем завтра|подтверждаю|Потверждаю|Да да|нет проблем, ждём|confirm|ok, see you|That works for us|Буду дома|дп
да,удобно|хорошо, спасибо большое|Здравствуйте, да, ждём мастера|Да. Не отменяйте|✅|см. да
"""
NO = """
Нет|нет!|НЕТ, спасибо|не смогу|Не смогу завтра|к сожалению не получится|отмена|Отмените пожалуйста|no|No, sorry|cancel
can't|I can't|не надо|ytn|неудобно|нт|❌|не приезжайте|нет не смогу
"""
MOVE = """
Перенести|перенести!|переносим|перенос|давайте в другой день|Нет, давайте в другой день|можно перенести?|да, перенести
пиренести|перинести|reschedule|another day please|Move|MOVE it|gthtytcnb|можно на завтра|Лучше в субботу|позже
can we reschedule?|let's postpone|другое время|Не смогу, перенесите на пятницу
"""
UNCLEAR = """
?|а кто приедет?|да нет|да, но после 14|Да? А во сколько?|12|наверное да|не знаю|кто это|Стоп|stop|STOP|не переносите
да, домофон не работает позвоните|Подскажите цену окна|не отменяйте|может быть|если до 12 то да|...|🤔|да или нет|Maybe
who is this|да, отмените|👍👎|yes no
"""


def texts(listed: str) -> list[str]:
    return [one for line in listed.strip().splitlines() for one in line.split("|")]


@pytest.mark.covers("M27", "R89")
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *((text, Says.YES) for text in texts(YES)),
        *((text, Says.NO) for text in texts(NO)),
        *((text, Says.MOVE) for text in texts(MOVE)),
        *((text, None) for text in texts(UNCLEAR)),
        ("", None),
        ("да " * 5000, Says.YES),
        ("\u0000\ufffd", None),
    ],
)
def test_an_answer_is_understood_as_it_is_meant_or_not_at_all(text, meaning):
    assert understood(text) == meaning
