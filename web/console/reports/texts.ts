import { words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    month: 'Месяц', week: 'Неделя', newcomers: 'Новички', fans: 'Поклонники', share: 'Доля', interval: 'Интервал', within: 'За {days} дн.', cohortTitle: 'Сколько новичков месяца стали поклонниками', cohortText: 'Новичков: {newcomers}. Стали поклонниками: {fans}.',
    nothing: 'За этот период ничего нет', nothingWhy: 'Выберите другой период.', leads: 'Лиды', bought: 'Купили', source: 'Источник', noSource: 'не указан', leadsTitle: 'Новые лиды по неделям', leadsText: 'Лидов: {leads}. Из них купили: {bought}.', all: 'всего',
    clients: 'Клиенты', money: 'Деньги', status: 'Статус', moneyText: 'Оплачено за период: {sum}. Доля поклонников {share} при цели {goal}.', reached: 'цель достигнута', notReached: 'цель не достигнута', dormant: 'Заснули', touched: 'К ним обратились', cameBack: 'Вернулись',
    cameBackTouched: 'Вернулись после обращения', booked: 'Записались', still: 'Всё ещё спят', byTouch: 'Что их разбудило', by: 'Касание', overhead: 'Постоянные расходы в месяц, ₽', profit: 'Желаемая прибыль, ₽', newcomerRub: 'Прибыль с новичка, ₽', acquisition: 'Привлечение новичка, ₽', fanRub: 'Прибыль с покупки поклонника, ₽',
    fansNow: 'Поклонников сейчас', purchases: 'Покупок поклонника на 100 месяцев', toFan: 'Новичков становятся поклонниками, %', loss: 'Поклонников уходит в месяц, %', calculate: 'Рассчитать', asWas: 'Числа за последний год подставлены.', needNow: 'Новичков нужно в этом месяце', fansBring: 'Поклонники принесут', steady: 'Когда всё установится',
    steadyNewcomers: 'Новичков в месяц', steadyFans: 'Поклонников', steadyNew: 'Новых поклонников в месяц', impossible: 'При таких числах цели не достичь.', channel: 'Канал', reachable: 'Оставили контакт', contactsTitle: 'Новые клиенты и контакты по неделям', worker: 'Кто', visits: 'Выездов', proposed: 'Предложил', named: 'Назвали день', thinking: 'Думают', refused: 'Отказались', kind: 'Кто это',
    who: 'Имя', trust: 'Доверие', buyers: 'Купили', paid: 'Заплатили', repeats: 'Повторные', influenced: 'Помог решиться', nobody: 'Никто ещё не рекомендовал',
  },
  en: {
    month: 'Month', week: 'Week', newcomers: 'Newcomers', fans: 'Fans', share: 'Share', interval: 'Interval', within: '{days} days', cohortTitle: 'How many newcomers of a month became fans', cohortText: 'Newcomers: {newcomers}. Became fans: {fans}.',
    nothing: 'Nothing in this period', nothingWhy: 'Choose another period.', leads: 'Leads', bought: 'Bought', source: 'Source', noSource: 'not given', leadsTitle: 'New leads by week', leadsText: 'Leads: {leads}. Of them bought: {bought}.', all: 'all',
    clients: 'Clients', money: 'Money', status: 'Status', moneyText: 'Paid in the period: {sum}. Share of fans {share}, the aim is {goal}.', reached: 'the aim is reached', notReached: 'the aim is not reached', dormant: 'Became dormant', touched: 'The company turned to', cameBack: 'Came back',
    cameBackTouched: 'Came back after it', booked: 'Booked', still: 'Still dormant', byTouch: 'What woke them', by: 'Touch', overhead: 'Overhead a month, ₽', profit: 'Wanted profit, ₽', newcomerRub: 'Profit of a newcomer, ₽', acquisition: 'Acquiring a newcomer, ₽', fanRub: 'Profit of a fan’s purchase, ₽',
    fansNow: 'Fans now', purchases: 'Purchases of a fan in 100 months', toFan: 'Newcomers who become fans, %', loss: 'Fans lost a month, %', calculate: 'Calculate', asWas: 'The numbers of the last year are filled in.', needNow: 'Newcomers needed this month', fansBring: 'Fans will bring', steady: 'When it has settled',
    steadyNewcomers: 'Newcomers a month', steadyFans: 'Fans', steadyNew: 'New fans a month', impossible: 'With these numbers the aim cannot be reached.', channel: 'Channel', reachable: 'Left a contact', contactsTitle: 'New clients and contacts by week', worker: 'Who', visits: 'Visits', proposed: 'Proposed', named: 'Named a day', thinking: 'Think about it', refused: 'Refused', kind: 'What it is',
    who: 'Name', trust: 'Trust', buyers: 'Bought', paid: 'Paid', repeats: 'Again', influenced: 'Helped to decide', nobody: 'Nobody has recommended yet',
  },
});
