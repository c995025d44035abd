// Texts of the pages that keep the base of clients in order.
import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    from: 'С дня', span: 'На сколько дней', day: 'День', client: 'Клиент', turns: 'Исполнится', phone: 'Телефон',
    call: 'Поставить задачу', noBirthdays: 'В эти дни именинников нет',
    birthdaysWhy: 'День рождения пишут на карточке клиента: «Изменить карточку».',
    birthdaysText: 'Кого поздравить. Поздравление с подарком – реклама: его можно отправлять тем, кто согласился.',
    birthdayPlan: 'Поздравлять планом касаний', today: 'сегодня', tomorrow: 'завтра',

    pairs: 'Похожие карточки', merges: 'Что объединили',
    duplicatesText: 'Карточки, которые похожи на одного клиента. Решите каждую пару один раз.',
    looking: 'Карточки просматриваются', looked: 'Просмотрено карточек', noPairs: 'Похожих карточек нет',
    noPairsWhy: 'Программа сравнивает телефоны, почту, ИНН, имена и адреса.', moreCards: 'Искать дальше', same: 'Один клиент',
    notSame: 'Разные клиенты',
    stays: 'Какая карточка останется', reason: 'Почему', opened: 'карточка открыта {day}', noContacts: 'ни телефона, ни почты',
    mergeTitle: 'Объединить карточки', merge: 'Объединить', merged: 'Карточки объединены', unmerged: 'Карточки разъединены',
    mergeText: 'Контакты, объекты и история второй карточки перейдут в эту. Отменить можно 90 дней.',
    notSameTitle: 'Это разные клиенты', notSameText: 'Программа больше не спросит про эту пару.',
    notSameDone: 'Записано: это разные клиенты',
    twoPeople: 'Два разных человека', byMistake: 'Объединены по ошибке', undo: 'Разъединить', undone: 'разъединены: {why}',
    undoUntil: 'до {day}',
    when: 'Когда', who: 'Кто', stayed: 'Осталась', went: 'Вошла в неё', noMerges: 'Карточки ещё не объединяли', back: 'Можно отменить',
    tooOld: 'срок прошёл',
    leftAsIs: 'Осталось как есть: {what}',

    contactsText: 'Контакты, которые давно никто не проверял. Позвоните и спросите, по-прежнему ли они верны.',
    contact: 'Контакт', confirmedAt: 'Подтверждён', choose: 'Выбрать', chooseAll: 'Выбрать всех на странице', chosen: 'Выбрано: {many}',
    giveCheck: 'Поручить проверку', checkTitle: 'Поручить проверку контактов', checkWho: 'Кому', checkDue: 'До какого времени',
    checkDone: 'Поставлено задач: {many}', noContactsToCheck: 'Все контакты проверены',
    noContactsToCheckWhy: 'Здесь появятся те, которые никто не подтверждал дольше {months} мес. Срок меняют в «Согласиях».',

    sourcesText: 'Откуда приходят клиенты и насколько этому источнику доверяют.', source: 'Источник', kind: 'Вид', trust: 'Доверие',
    inUse: 'Используется', addSource: 'Новый источник', name: 'Название', save: 'Сохранить', saved: 'Сохранено',
    noSources: 'Источников ещё нет',
    noSourcesWhy: 'Добавьте первый: отчёты покажут, какой источник приводит клиентов, которые остаются.',
    trustHint: '1 – случайный человек, 5 – верит как другу',
    recommender: 'Кто рекомендует', change: 'Изменить', retired: 'не используется', colleague: 'Сотрудник',
  },
  en: {
    from: 'From', span: 'For how many days', day: 'Day', client: 'Client', turns: 'Turns', phone: 'Phone',
    call: 'Open a task', noBirthdays: 'Nobody has a birthday in these days',
    birthdaysWhy: 'A birthday is written on the client’s card: “Change the card”.',
    birthdaysText: 'Whom to greet. A greeting with a gift is advertising: it may go to those who have agreed.',
    birthdayPlan: 'Greet by a touch plan', today: 'today', tomorrow: 'tomorrow',

    pairs: 'Similar cards', merges: 'What was merged', duplicatesText: 'Cards that may be of one client. Decide each pair once.',
    looking: 'Looking through the cards', looked: 'Cards looked at', noPairs: 'No similar cards',
    noPairsWhy: 'The product compares phones, e-mails, INN, names and addresses.', moreCards: 'Look further', same: 'One client',
    notSame: 'Two clients',
    stays: 'Which card stays', reason: 'Why', opened: 'card opened {day}', noContacts: 'neither phone nor e-mail',
    mergeTitle: 'Merge the cards', merge: 'Merge', merged: 'The cards are merged', unmerged: 'The cards are two again',
    mergeText: 'Contacts, sites and history of the other card go into this one. It can be undone for 90 days.',
    notSameTitle: 'These are two clients', notSameText: 'Nobody is asked about this pair again.', notSameDone: 'Written down: two clients',
    twoPeople: 'Two different people', byMistake: 'Merged by mistake', undo: 'Undo', undone: 'undone: {why}', undoUntil: 'until {day}',
    when: 'When', who: 'Who', stayed: 'Stayed', went: 'Went into it', noMerges: 'No cards were merged yet', back: 'Can be undone',
    tooOld: 'too late',
    leftAsIs: 'Left as it is: {what}',

    contactsText: 'Contacts that nobody has checked for long. Call and ask whether they are still right.',
    contact: 'Contact', confirmedAt: 'Confirmed', choose: 'Choose', chooseAll: 'Choose all of this page', chosen: 'Chosen: {many}',
    giveCheck: 'Have them checked', checkTitle: 'Have contacts checked', checkWho: 'By whom', checkDue: 'Until when',
    checkDone: 'Tasks opened: {many}', noContactsToCheck: 'All contacts are checked',
    noContactsToCheckWhy: 'Those appear here that nobody has confirmed for more than {months} months. “Consents” changes the time.',

    sourcesText: 'Where clients come from, and how much that source is trusted.', source: 'Source', kind: 'Kind', trust: 'Trust',
    inUse: 'In use', addSource: 'New source', name: 'Name', save: 'Save', saved: 'Saved', noSources: 'No sources yet',
    noSourcesWhy: 'Add the first one: reports show which source brings clients who stay.', trustHint: '1 – a stranger, 5 – as a friend',
    recommender: 'Who recommends', change: 'Change', retired: 'not in use', colleague: 'Colleague',
  },
});

/** What could not be as it was before two cards were merged. */
export const conflict = coded({
  ru: {
    field_changed: 'поле изменили', contact_added: 'контакт добавили', contact_removed: 'контакт убрали',
    contact_taken: 'контакт заняла другая карточка',
    site_added: 'объект добавили', site_changed: 'объект изменили',
  },
  en: {
    field_changed: 'a field was changed', contact_added: 'a contact was added', contact_removed: 'a contact was removed',
    contact_taken: 'another card has the contact', site_added: 'a site was added', site_changed: 'a site was changed',
  },
});
