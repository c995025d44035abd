import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    clients: 'Клиенты', add: 'Новый клиент', search: 'Имя, телефон или адрес', name: 'Имя', phone: 'Телефон', address: 'Адрес', status: 'Статус', nextNeed: 'Следующая потребность',
    paid: 'Заплатил', archive: 'Архив', dueSoon: 'Срок в ближайшие 30 дней', nobody: 'Клиентов ещё нет', nobodyWhy: 'Клиент появляется с первым обращением. Можно завести карточку самим.',
    notFound: 'Никого не нашли', notFoundWhy: 'Ищите по части имени, по началу или концу телефона, по улице.', surname: 'Фамилия', firstName: 'Имя и отчество', organisation: 'Организация',
    person: 'Частное лицо', kind: 'Кто это', email: 'Эл. почта', source: 'Откуда узнал', comment: 'Примечание', create: 'Создать карточку', created: 'Карточка создана', keysSearch: 'поиск',
    keysRows: 'по списку', contacts: 'Контакты', sites: 'Объекты', permissions: 'Согласия', life: 'Статус', needs: 'Потребности', history: 'История', all: 'вся история',
    since: 'с', purchases: 'Покупок', money: 'Оплачено', firstBought: 'Первая покупка', lastBought: 'Последняя покупка', tier: 'Уровень', noLife: 'Статуса ещё нет: карточка открыта только что или это поставщик.',
    noNeeds: 'Ничего не ожидается', noSites: 'Объектов нет', noContacts: 'Нет ни телефона, ни почты', noHistory: 'Ничего не записано', noEntries: 'Таких записей нет', primary: 'основной', shared: 'общий', forSms: 'для SMS',
    archived: 'в архиве', toArchive: 'В архив', restore: 'Вернуть из архива', restored: 'Карточка снова в работе', putAway: 'Карточка убрана в архив', birthday: 'День рождения', inn: 'ИНН', lang: 'Язык сообщений',
    call: 'Записать разговор', task: 'Поставить задачу', edit: 'Изменить карточку', note: 'Заметка', stop: 'Стоп: не писать', consent: 'Согласие', merge: 'Объединить', more: 'Ещё', wishes: 'Пожелания',
    disappointed: 'Клиент недоволен', namedDate: 'Назвал день', interest: 'Интересуется', proposal: 'Предложение',
    steps: 'Как менялся статус', withdrawn: 'отозван', responsible: 'Кто знает клиента', warnings: 'Внимание', open: 'Открыто', promises: 'Обещано', handover: 'Главное', sources: 'Откуда пришёл',
    orders: 'Заказы', talk: 'Связь', messages: 'Планы', tasks: 'Задачи', passports: 'Паспорта изделий', number: '№', date: 'Дата', sum: 'Сумма', state: 'Состояние', product: 'Изделие', site: 'Объект',
    noOrders: 'Заказов нет', noTasks: 'Задач нет', noPlans: 'Клиент не в планах', noTouches: 'Касаний ещё не было', plan: 'План', step: 'Шаг', why: 'Почему', planned: 'Срок', endPlan: 'Прекратить', planEnded: 'План для клиента прекращён', control: 'контрольная группа',
    allowed: 'можно', forbidden: 'нельзя', quietUntil: 'просил не писать до {day}', addSite: 'Добавить объект', handOver: 'Передать', callBackNote: 'Обещание перезвонить станет задачей.', first: 'первый источник',
    contactOk: 'Проверен', contactWrong: 'Неверный', checked: 'Проверка записана', dueOn: 'срок', anchor: 'Основание', from: 'Откуда срок', cold: 'давно молчит', isNew: 'ещё не покупал', addSource: 'Отметить источник', saved: 'Записано',
    perMonth: 'не больше {many} сообщений в месяц', channelsOff: 'не использовать', said: 'Что говорил клиент', how: 'Как', nothingSaid: 'О рассылках с клиентом ещё не говорили.', ordersOnly: 'Заказы', jobs: 'Наряды', kindOfJob: 'Вид',
    invoices: 'Счета', prepaid: 'Предоплата', left: 'Осталось', installed: 'Установлено', warranty: 'Гарантия до', touches: 'Касания', nobodyKnows: 'С клиентом ещё никто не работал.', noSource: 'Не отмечено',
    talkTitle: 'Записать разговор', talkSaved: 'Разговор записан', outcome: 'Чем закончилось', direction: 'Кто начал', out: 'мы', in: 'клиент', minutes: 'Минут', said2: 'О чём говорили', callBackAt: 'Когда перезвонить', agreedOn: 'На какой день договорились',
    clientWords: 'Словами клиента', channelOf: 'Как говорили', save: 'Записать', stopTitle: 'Клиент просит не писать', stopText: 'Что ждало отправки, не уйдёт. О своём заказе клиент всё равно узнает.', stopWhere: 'Какой контакт', everywhere: 'все контакты клиента',
    stopAbout: 'О чём не писать', stopSaved: 'Отказ записан', consentBack: 'Согласие записано', consentTitle: 'Клиент согласен получать сообщения', consentWhere: 'Контакт', consentChannels: 'Каналы', consentHow: 'Как сказал', cameFrom: 'Какая форма', proof: 'Чем подтверждается',
    consentHint: 'Согласие относится к опубликованному тексту. Его можно отозвать кнопкой «Стоп».', noText: 'Текст согласия ещё не опубликован: попросите руководителя.', wishesTitle: 'Как клиент хочет получать сообщения', perMonthLabel: 'Сообщений в месяц, не больше', notBefore: 'Не писать до', offChannels: 'Не использовать', wishesHint: 'Пожелания только сужают то, на что клиент согласился.',
    editTitle: 'Карточка клиента', addContact: 'Добавить контакт', removeContact: 'Убрать', isPrimary: 'основной', isShared: 'общий с другим клиентом', isForSms: 'сюда SMS', birthdayHint: 'Год можно не указывать: 12-04 → 04-12', bornOn: 'Дата рождения',
    changedMeanwhile: 'Карточку уже изменили. Загружены новые данные: проверьте и сохраните ещё раз.', mergeTitle: 'Объединить карточки одного клиента', mergeFind: 'Какая карточка лишняя', mergePreview: 'Что получится', mergeStays: 'Останется', mergeGoes: 'Войдёт в неё', mergeReason: 'Почему это один клиент', mergeDo: 'Объединить',
    merged: 'Карточки объединены', unmerged: 'Карточки разъединены', undoReason: 'Объединены по ошибке', notSame: 'Это разные клиенты', notSameSaved: 'Записано: это разные клиенты', suggestions: 'Похожие карточки', noSuggestions: 'Похожих карточек не нашли. Найдите вторую карточку сами.', gets: 'Карточка получит контакты и объекты второй; из согласий действует самое строгое. Отменить можно в течение 90 дней.',
    mergesBefore: 'Объединения этой карточки', undo: 'Разъединить', undone: 'отменено', undoUntil: 'можно отменить до {day}', mergeOther: 'Выберите карточку, чтобы сравнить', disappointTitle: 'Клиент недоволен', severity: 'Насколько серьёзно', mild: 'слегка', serious: 'серьёзно', worst: 'очень серьёзно', complaint: 'жалоба', saidSo: 'сказал в разговоре', what: 'Что именно', disappointSaved: 'Записано. Если дело серьёзное, откроется дело о возврате.',
    needTitle: 'Когда клиент ждёт следующего визита', day: 'День', category: 'Что нужно', anyCategory: 'всё, что есть', needSaved: 'День записан', interestToo: 'Записать, что интересуется', interestSaved: 'Интерес записан', needKind: 'Что сказал клиент', proposalTitle: 'Что предложили клиенту', proposalWhat: 'Что предложили', proposalSum: 'Сумма, ₽', validUntil: 'Действует до', proposalSaved: 'Предложение записано',
    stopByMistake: 'Отказ записали по ошибке: отменён сразу', siteTitle: 'Новый объект', sitePoint: 'Щёлкните по карте, где объект', noPoint: 'Точка не выбрана', entrance: 'Подъезд', floor: 'Этаж', apartment: 'Квартира', intercom: 'Домофон', access: 'Как попасть', siteSaved: 'Объект добавлен',
  },
  en: {
    clients: 'Clients', add: 'New client', search: 'Name, phone or address', name: 'Name', phone: 'Phone', address: 'Address', status: 'Status', nextNeed: 'Next need',
    paid: 'Has paid', archive: 'Archive', dueSoon: 'Due within 30 days', nobody: 'There are no clients yet', nobodyWhy: 'A client appears with his first request. A card can also be opened by hand.',
    notFound: 'Nobody found', notFoundWhy: 'Try a part of the name, the first or last digits of the phone, or the street.', surname: 'Surname', firstName: 'Name and patronymic', organisation: 'Organisation',
    person: 'Person', kind: 'Who it is', email: 'E-mail', source: 'Heard of us from', comment: 'Note', create: 'Open the card', created: 'The card is open', keysSearch: 'search',
    keysRows: 'through the list', contacts: 'Contacts', sites: 'Sites', permissions: 'Consents', life: 'Status', needs: 'Needs', history: 'History', all: 'the whole history',
    since: 'since', purchases: 'Purchases', money: 'Paid', firstBought: 'First purchase', lastBought: 'Last purchase', tier: 'Level', noLife: 'No status yet: the card was opened a moment ago, or it is a supplier.',
    noNeeds: 'Nothing comes due', noSites: 'No sites', noContacts: 'Neither phone nor e-mail', noHistory: 'Nothing is written down', noEntries: 'There are no such entries', primary: 'main', shared: 'shared', forSms: 'for SMS',
    archived: 'in the archive', toArchive: 'Archive', restore: 'Restore', restored: 'The card is in use again', putAway: 'The card is in the archive', birthday: 'Birthday', inn: 'INN', lang: 'Language of messages',
    call: 'Note a talk', task: 'Open a task', edit: 'Change the card', note: 'Note', stop: 'Stop: no messages', consent: 'Consent', merge: 'Merge', more: 'More', wishes: 'Wishes',
    disappointed: 'The client is disappointed', namedDate: 'Named a day', interest: 'Is interested', proposal: 'Proposal',
    steps: 'How the status changed', withdrawn: 'withdrawn', responsible: 'Who knows the client', warnings: 'Mind', open: 'Open', promises: 'Promised', handover: 'At a glance', sources: 'Where he came from',
    orders: 'Orders', talk: 'Contact', messages: 'Plans', tasks: 'Tasks', passports: 'Product passports', number: 'No', date: 'Date', sum: 'Sum', state: 'State', product: 'Product', site: 'Site',
    noOrders: 'No orders', noTasks: 'No tasks', noPlans: 'The client is in no plan', noTouches: 'No touches yet', plan: 'Plan', step: 'Step', why: 'Why', planned: 'Due', endPlan: 'End', planEnded: 'The plan is ended for the client', control: 'control group',
    allowed: 'allowed', forbidden: 'not allowed', quietUntil: 'asked not to be written to before {day}', addSite: 'Add a site', handOver: 'Hand over', callBackNote: 'A promise to call back becomes a task.', first: 'first source',
    contactOk: 'Is right', contactWrong: 'Is wrong', checked: 'The check is written down', dueOn: 'due', anchor: 'Since', from: 'Where it comes from', cold: 'silent for long', isNew: 'has not bought yet', addSource: 'Note a source', saved: 'Written down',
    perMonth: 'at most {many} messages a month', channelsOff: 'do not use', said: 'What the client said', how: 'How', nothingSaid: 'Nobody has spoken with the client about messages yet.', ordersOnly: 'Orders', jobs: 'Jobs', kindOfJob: 'Kind',
    invoices: 'Invoices', prepaid: 'Prepaid', left: 'Left to pay', installed: 'Installed', warranty: 'Warranty until', touches: 'Touches', nobodyKnows: 'Nobody has worked with the client yet.', noSource: 'Not noted',
    talkTitle: 'Note a talk', talkSaved: 'The talk is written down', outcome: 'What came of it', direction: 'Who began', out: 'we did', in: 'the client', minutes: 'Minutes', said2: 'What was said', callBackAt: 'When to call back', agreedOn: 'For which day',
    clientWords: 'In the client’s words', channelOf: 'How', save: 'Write down', stopTitle: 'The client wants no messages', stopText: 'What waits to be sent does not go. What concerns his order still reaches him.', stopWhere: 'Which contact', everywhere: 'all contacts of the client',
    stopAbout: 'About what', stopSaved: 'The stop is written down', consentBack: 'The consent is written down', consentTitle: 'The client agrees to get messages', consentWhere: 'Contact', consentChannels: 'Channels', consentHow: 'How he said it', cameFrom: 'Which form', proof: 'What proves it',
    consentHint: 'The consent is to the published text. “Stop” withdraws it.', noText: 'No text is published that a client could agree to: ask a supervisor.', wishesTitle: 'How the client wants to hear from us', perMonthLabel: 'Messages a month, at most', notBefore: 'Not before', offChannels: 'Do not use', wishesHint: 'Wishes only narrow what the client has agreed to.',
    editTitle: 'Card of the client', addContact: 'Add a contact', removeContact: 'Remove', isPrimary: 'main', isShared: 'shared with another client', isForSms: 'SMS go here', birthdayHint: 'The year may be left out', bornOn: 'Date of birth',
    changedMeanwhile: 'Somebody has changed the card. It was read anew: check it and save again.', mergeTitle: 'Merge cards of one client', mergeFind: 'Which card is too many', mergePreview: 'What comes of it', mergeStays: 'Stays', mergeGoes: 'Goes into it', mergeReason: 'Why it is one client', mergeDo: 'Merge',
    merged: 'The cards are merged', unmerged: 'The cards are two again', undoReason: 'Merged by mistake', notSame: 'These are two clients', notSameSaved: 'Written down: two clients', suggestions: 'Similar cards', noSuggestions: 'No similar cards found. Look for the other card yourself.', gets: 'The card gets contacts and sites of the other; of all consents the strictest hold. It can be undone for 90 days.',
    mergesBefore: 'Merges of this card', undo: 'Undo', undone: 'undone', undoUntil: 'can be undone until {day}', mergeOther: 'Choose a card to compare', disappointTitle: 'The client is disappointed', severity: 'How bad it is', mild: 'a little', serious: 'bad', worst: 'very bad', complaint: 'complaint', saidSo: 'said so in a talk', what: 'What exactly', disappointSaved: 'Written down. If it is bad, a recovery case is opened.',
    needTitle: 'When the client expects the next visit', day: 'Day', category: 'What is needed', anyCategory: 'everything he has', needSaved: 'The day is written down', interestToo: 'Note an interest', interestSaved: 'The interest is written down', needKind: 'What the client said', proposalTitle: 'What the client was offered', proposalWhat: 'What was offered', proposalSum: 'Sum, ₽', validUntil: 'Valid until', proposalSaved: 'The proposal is written down',
    stopByMistake: 'The stop was a mistake and was undone at once', siteTitle: 'New site', sitePoint: 'Click on the map where the site is', noPoint: 'No point chosen', entrance: 'Entrance', floor: 'Floor', apartment: 'Flat', intercom: 'Intercom', access: 'How to get in', siteSaved: 'The site is added',
  },
});

/** Why something may or may not be sent. */
export const permissionReason = coded({
  ru: { consent: 'согласия нет', stop: 'клиент отказался', contact: 'нет такого контакта', quiet: 'просил пока не писать', supplier: 'это поставщик', allowed: 'согласие есть', service: 'о заказе пишут без согласия' },
  en: { consent: 'no consent', stop: 'the client refused', contact: 'no such contact', quiet: 'asked to wait', supplier: 'a supplier', allowed: 'has agreed', service: 'messages about an order need no consent' },
});

export const duplicateReason = coded({
  ru: { same_phone: 'одинаковый телефон', same_email: 'одинаковая почта', same_inn: 'одинаковый ИНН', same_name_and_place: 'похожее имя в том же месте', same_name_and_address: 'похожее имя и адрес' },
  en: { same_phone: 'same phone', same_email: 'same e-mail', same_inn: 'same INN', same_name_and_place: 'similar name at the same place', same_name_and_address: 'similar name and address' },
});

export const consentHow = coded({
  ru: { form: 'в форме', spoken: 'на словах', sms: 'по SMS', paper: 'на бумаге', link: 'по ссылке', contact_removed: 'контакт убран', merged: 'карточки объединены', suppressed: 'владелец номера отказался' },
  en: { form: 'in a form', spoken: 'spoken', sms: 'by SMS', paper: 'on paper', link: 'by a link', contact_removed: 'contact removed', merged: 'cards merged', suppressed: 'the owner of the number refused' },
});
export const decision = coded({ ru: { granted: 'согласен', withdrawn: 'отказ' }, en: { granted: 'agrees', withdrawn: 'refuses' } });
export const jobKind = coded({
  ru: { measurement: 'замер', installation: 'монтаж', service: 'сервис', delivery: 'доставка', claim: 'рекламация' },
  en: { measurement: 'measurement', installation: 'installation', service: 'service', delivery: 'delivery', claim: 'claim' },
});
export const jobStatus = coded({
  ru: { new: 'новый', planned: 'запланирован', in_progress: 'выполняется', completed: 'выполнен', closed: 'закрыт', canceled: 'отменён' },
  en: { new: 'new', planned: 'planned', in_progress: 'in work', completed: 'completed', closed: 'closed', canceled: 'cancelled' },
});
export const orderStatus = coded({
  ru: {
    new: 'новый', measured: 'замер сделан', prepaid: 'внесена предоплата', in_production: 'в производстве', ready: 'изделия готовы', installation_planned: 'монтаж назначен',
    installed: 'смонтирован', handed_over: 'сдан клиенту', canceled: 'отменён',
  },
  en: {
    new: 'new', measured: 'measured', prepaid: 'prepaid', in_production: 'in production', ready: 'products ready', installation_planned: 'installation planned',
    installed: 'installed', handed_over: 'handed over', canceled: 'cancelled',
  },
});
export const invoiceStatus = coded({
  ru: { issued: 'выставлен', partly_paid: 'оплачен частично', paid: 'оплачен', overdue: 'просрочен', canceled: 'отменён' },
  en: { issued: 'issued', partly_paid: 'partly paid', paid: 'paid', overdue: 'overdue', canceled: 'cancelled' },
});
export const enrolmentStatus = coded({
  ru: {
    open: 'идёт', ended: 'закончен', finished: 'все шаги пройдены', stopped: 'прекращён', by_hand: 'прекратили вручную', purchase_made: 'клиент купил', booking_created: 'клиент записался', replied: 'клиент ответил', opted_out: 'клиент отписался',
    complaint_opened: 'клиент недоволен', status_changed: 'статус изменился', contact_invalid: 'нет контакта', proposal_answered: 'ответил на предложение', data_withdrawn: 'отозвал согласие на данные', case_opened: 'клиента возвращают по делу',
    archived: 'клиент в архиве', merged: 'другая карточка уже в плане', need_gone: 'срок больше не ожидается', retired: 'план закрыт', step_gone: 'шага больше нет в плане',
  },
  en: {
    open: 'going on', ended: 'ended', finished: 'all steps done', stopped: 'stopped', by_hand: 'ended by hand', purchase_made: 'has bought', booking_created: 'has booked', replied: 'has answered', opted_out: 'has opted out',
    complaint_opened: 'is disappointed', status_changed: 'another status', contact_invalid: 'no contact', proposal_answered: 'answered the proposal', data_withdrawn: 'withdrew the data consent', case_opened: 'a case is open',
    archived: 'in the archive', merged: 'another card is in the plan', need_gone: 'nothing is due', retired: 'plan retired', step_gone: 'step is gone',
  },
});
export const touchStatus = coded({
  ru: { planned: 'запланировано', queued: 'ждёт отправки', open: 'задача поставлена', sent: 'отправлено', done: 'сделано', skipped: 'не делалось', failed: 'не удалось' },
  en: { planned: 'planned', queued: 'waits to be sent', open: 'task given', sent: 'sent', done: 'done', skipped: 'not done', failed: 'failed' },
});
