import { coded, lang, words } from '$lib/i18n.svelte';
import { dayTime, money } from '$lib/format';

export const t = words({
  ru: {
    retention: 'Удержание', statuses: 'Статусы', invitations: 'Приглашения', plans: 'Планы касаний', returns: 'Возвраты',
    cases: 'Дела о возврате',
    rules: 'Правила жизни', today: 'Сегодня', cold: 'давно молчат: {many}', overTime: 'Как менялось',
    byWeek: 'Клиенты по статусам в конце недели', week: 'Неделя',
    moves: 'Кто кем стал', newcomers: 'Новичков: {newcomers}, из них стали поклонниками: {fans}.', was: 'Был', became: 'Стал',
    wouldBe: 'Станет', clients: 'Клиентов',
    nothingBefore: 'ещё не было', noMoves: 'За этот период никто не менял статус.', candidates: 'Кого пригласить', counts: 'Итоги',
    propose: 'Предложить список',
    proposed: 'Предложено приглашений: {many}', release: 'Выпустить приглашения', round: 'предлагать каждое утро',
    nextRound: 'следующий раз {when}',
    roundOn: 'Программа будет предлагать каждое утро', roundOff: 'Утренние предложения выключены', needs: 'Что нужно', dueOn: 'Срок',
    expires: 'Потом будет потерян',
    noCandidates: 'Приглашать некого', noCandidatesWhy: 'Здесь появятся те, у кого подходит срок, нет записи и нет разочарования.',
    noInvitations: 'Приглашений нет',
    state: 'Состояние', sentAt: 'отправлено {when}', request: 'обращение', answer: 'Ответ клиента', withdraw: 'Не приглашать',
    words: 'Словами клиента', why: 'Почему',
    saved: 'Записано', save: 'Записать', releaseName: 'Приглашения {day}',
    releaseText: 'Это реклама: за неё отвечает тот, кто выпустил. Уйдёт столько приглашений, сколько есть свободного времени бригад.',
    releaseLabel: 'Название',
    template: 'Шаблон', noTemplate: 'Опубликованных рекламных шаблонов нет: опубликуйте шаблон в настройках.',
    within: 'Свободное время в ближайшие дни',
    atMost: 'Не больше приглашений', releaseDone: 'Приглашения выпущены', released: 'Приглашено', booked: 'Уже записались',
    not_due: 'Срок больше не подходит',
    no_consent: 'Нет согласия на рекламу', no_time: 'Некому приехать', plan: 'План',
    plansText: 'Что, кому и когда сообщать и что прекращает план. Ничего не уйдёт, пока план не опубликован и не выпущен.',
    addPlan: 'Новый план',
    addOccasion: 'Новый повод', begins: 'С чего начинается', stepsMany: 'Шагов', version: 'Версия', releasedBy: 'Выпустил',
    noPlans: 'Планов нет',
    occasions: 'Календарь поводов', occasion: 'Повод', day: 'День', canceled: 'отменён', cancelOccasion: 'Отменить',
    occasionCanceled: 'Повод отменён',
    noOccasionPlan: 'Нужен план, который начинается с повода.', forStatuses: 'Только для статусов', create: 'Создать', code: 'Код',
    
    copyOf: 'С чего начать', fromScratch: 'с одного звонка после акта', draft: 'Черновик', dryRun: 'Проба', versions: 'Версии',
    results: 'Результаты', publish: 'Опубликовать',
    publishFirst: 'Сначала опубликуйте план',
    publishText: 'Версия остаётся такой навсегда. Новые клиенты пойдут по ней, прежние доходят по своей.',
    publishDone: 'Опубликована версия {number}', releasePlan: 'Выпустить', pause: 'Приостановить', pauseDone: 'План приостановлен',
    retire: 'Закрыть',
    retireDone: 'План закрыт', retireSure: 'Закрыть план навсегда?', takeIn: 'Взять нынешних',
    takeInDone: 'Подходящих клиентов добавляют в фоне', comment: 'Примечание',
    dryRunText: 'Проба считает, что сделал бы черновик со всей базой. Никому ничего не отправляется.',
    segmentPrice: 'Цена одной части SMS, ₽',
    toTemplates: 'К шаблонам сообщений', tryIt: 'Провести пробу', isDone: 'Проба закончена', isRunning: 'Проба идёт',
    asked: 'начата {when}',
    run_looked_at: 'Просмотрено клиентов', run_enrolled: 'Вошли бы в план', run_control: 'В контрольной группе',
    run_messages: 'Сообщений', run_segments: 'Частей SMS',
    run_cost: 'Стоимость', run_tasks: 'Задач', run_talks: 'Бесед', run_stopped: 'Остановлено', run_unreachable: 'Нет контакта',
    run_unmet: 'Условие не выполнено',
    step: 'Шаг', steps: 'Шаги', stops: 'Что прекращает план', move: 'Перевести всех на новую версию',
    movedSoFar: 'переведено {clients}, осталось {left}',
    movedDone: 'Переведено клиентов: {many}', nothingPublished: 'Ещё ничего не опубликовано',
    nothingPublishedWhy: 'Проверьте черновик пробой и опубликуйте его.',
    reached: 'Достигли цели', share: 'Доля', treated: 'Получили план', control: 'Контрольная группа', uplift: 'Польза плана',
    touches: 'Касаний',
    noTouches: 'Касаний ещё не было', before: 'до', after: 'после', at: 'в момент:', ownerRole: 'Кто отвечает',
    holdout: 'Контрольная группа, %',
    holdoutHint: 'они ничего не получают, чтобы измерить пользу', audience: 'Для кого', addStep: 'Добавить шаг', goal: 'Цель',
    withinDays: 'За сколько дней',
    again: 'Повторно', againEach: 'с каждым новым поводом', againNever: 'один раз', cooldown: 'Не раньше чем через, дней',
    saveDraft: 'Сохранить черновик',
    draftSaved: 'Черновик сохранён', draftHint: 'Кто уже в плане, того это не касается.', daysBefore: 'За сколько дней до срока',
    onlyStatuses: 'Только статусы',
    onlyCategories: 'Только категории', onlyIf: 'Только если', condition: 'Условие', isNot: 'не', anyOf: 'через запятую', number: 'Число',
    remove: 'Убрать',
    addCondition: 'условие', noAnswer: 'не ответил', person: 'частное лицо', organisation: 'организация', follows: 'После шага',
    withPlan: 'с начала плана',
    whatKind: 'Что это', message: 'Сообщение', task: 'Задача', lives: 'Сколько ещё ждать после срока', onlyAfter: 'Только если тот шаг',
    removeStep: 'Убрать шаг',
    when: 'Когда', amount: 'Сколько', unit: 'Единица', beforeAfter: 'До или после', anchor: 'От чего считать', atLocal: 'во время',
    onCapped: 'Если сообщений уже достаточно', onQuiet: 'Если ночь', withoutConsent: 'Без согласия на рекламу',
    talkInstead: 'задача поговорить',
    asksQuality: 'спрашивает о качестве', invites: 'приглашает на визит', note: 'Что сделать и почему', channel: 'Как', who: 'Кто',
    elseRole: 'Иначе кто из роли',
    escalate: 'Минут на каждого', view_lost: 'Потерянные', view_due: 'Вернулись в срок', view_curves: 'Кривые возврата',
    view_refused: 'Отказы лидов',
    view_sources: 'Источники', view_workers: 'Исполнители', why_matured: 'Срок наступил', why_returned: 'Вернулись', why_lost: 'Потеряны',
    why_stated: 'Причина со слов',
    why_verified: 'Причина проверена', why_differ: 'Расходятся', why_return: 'Вернулось', why_kept: 'Без внешних причин',
    reasons: 'Причины', whose: 'По чьей вине',
    stated: 'Со слов клиента', verified: 'Проверено', worker: 'Исполнитель', workers: 'Исполнители', category: 'Категория',
    wasDue: 'Что ожидалось',
    lastBought: 'Последняя покупка', noLost: 'Потерянных нет',
    noLostWhy: 'За этот период все, у кого наступил срок, пришли, или он ещё не прошёл.',
    divideBy: 'Разделить по', by_worker: 'исполнителям', by_source: 'источникам', by_category: 'категориям', by_area: 'районам',
    by_month: 'месяцам',
    interval: 'Интервал', sameWorker: 'К тому же', immature: 'Рано судить', curveText: 'Клиентов: {clients}, купили снова: {came}.',
    median: 'Половина возвращается за {days} дн.', noMedian: 'Половина ещё не вернулась.', curveTitle: 'Какая доля купила снова',
    days: 'Дней',
    noCurve: 'За этот период никто не купил впервые', refusedText: 'Отказались: {leads}, без причины: {silent}.',
    bySource: 'По источникам', noSource: 'не указан',
    noRefused: 'Отказов за этот период нет', source: 'Источник', kind: 'Вид', trust: 'Доверие', oneVisit: 'Пришли один раз',
    discount: 'Средняя скидка',
    badSource: 'случайные', noSources: 'Источников за этот период нет', companyReturn: 'По компании возвращается', crude: 'Как есть',
    standard: 'При равных клиентах',
    standing: 'Место', noWorkers: 'Сравнивать некого', opened: 'Открыто', severity: 'Тяжесть', contactBy: 'Поговорить до',
    owner: 'Кто ведёт', budget: 'Бюджет',
    nobodyYet: 'никто', noCases: 'Дел нет', noCasesWhy: 'Дело открывается само, когда клиент разочарован и его стоит вернуть.',
    expected: 'Ещё принесёт',
    confirmed: 'Клиент подтвердил', closeReason: 'Почему закрыто', signals: 'Что разочаровало', min: 'мин', talk: 'Как говорить',
    concerned: 'Дело о вашей работе: его ведёт другой сотрудник.', notYours: 'Дело ведёт {name}.', stepDone: 'Шаг записан',
    stepNow: 'Шаг {number} из 7',
    hint_evidence: 'Посмотрите, что произошло, прежде чем говорить с клиентом.',
    hint_money: 'Сколько клиент ещё принесёт и сколько можно потратить без спроса.',
    hint_contact: 'Задавайте открытые вопросы и не начинайте с оправданий.',
    hint_verify: 'Та ли причина на самом деле? Выберите, на чём это основано.',
    hint_action: 'Что сделаем для клиента. Что дороже бюджета, ждёт руководителя.',
    hint_confirm: 'Дождитесь, когда клиент сам скажет, что вопрос улажен.',
    hint_prevent: 'Поручите, чтобы это не повторилось.', seeEvidence: 'Материалы изучены', seeMoney: 'Посчитать',
    paysWell: 'Как клиент платит', notKnown: 'неизвестно',
    paysYes: 'вовремя', paysNo: 'с задержками', contactResult: 'Удалось поговорить?', write: 'Записать', restsOn: 'На чём основано',
    noProofs: 'Материалов нет',
    explain: 'Пояснение', actionKind: 'Мера', actionNote: 'Что именно', cost: 'Сколько стоит, ₽', budgetHint: 'без спроса можно {sum}',
    propose2: 'Предложить',
    oneMore: 'Ещё одна мера', settled: 'Улажено', notSettled: 'Не улажено', preventTask: 'Поручить', preventNothing: 'Предотвращать нечего',
    preventWhat: 'Что сделать, чтобы это не повторилось', until: 'До', endCase: 'Закончить дело', askAgain: 'Спросить ещё раз',
    isSatisfied: 'Доволен ли клиент теперь?',
    actions: 'Меры', decided: 'Решение записано', approve: 'Разрешить', refuse: 'Отказать', evidence: 'Материалы дела',
    takeStatement: 'Записать слова сотрудника',
    packAgain: 'Собрать заново', packed: 'Материалы собраны', file: 'Файл № {number}', product: 'программа', showFile: 'Показать материалы',
    noFile: 'Материалы ещё не собраны.', whoSays: 'Кто говорит', whatSays: 'Что говорит', statementTaken: 'Слова записаны',
    history: 'История дела', give: 'Передать',
    closeCase: 'Закрыть без успеха', rulesNow: 'Действует версия {version} с {when}, опубликовал(а): {who}.', categories: 'Категории',
    tryRules: 'Проверить на всей базе', publishRules: 'Опубликовать правила', rulesPublished: 'Правила опубликованы',
    nothingChanges: 'Ни у кого статус не изменится.',
    validFrom: 'Действует с', publishedBy: 'Опубликовал', takeAsDraft: 'Взять за основу', nameRu: 'Название', nameEn: 'По-английски',
    cycle: 'Снова нужно через, дней',
    early: 'Приглашать раньше, дней', lateDays: 'Потерян после, дней', typical: 'Обычно приносит, ₽', isPurchase: 'Это покупка',
    view_fixed: 'Между периодами',
    fixedText: 'Кто купил в первом периоде и снова во втором: так считают другие программы. При сроке в годы это занижает возврат – смотрите «Вернулись в срок».',
    visited_from: 'Купили с', visited_to: 'до', returned_from: 'Снова с', returned_to: 'до', newOnes: 'Новички',
    atClock: 'в', repeats: 'каждые {amount} {unit}, всего {times}', formerStep: 'прежний шаг ({code})', toCorrect: 'исправьте',
    noSteps: 'Добавьте хотя бы один шаг.',
    goalHint: 'По цели сравнивают тех, кто получил план, с контрольной группой', noGoal: 'без цели', repeat: 'повторять', every: 'Каждые',
    times: 'Сколько раз всего',
    weekdays: 'Только по дням (не отмечено – любой)', freeWithin: 'Свободное время бригад, дней вперёд',
    freeWithinHint: 'Приглашение уйдёт, если в эти дни есть кому приехать',
    quietAndCaps: 'Тихие часы и пределы сообщений общие для компании.', toSettings: 'Настроить', channels: 'Каналы',
    channelFirst: 'Сначала', channelThen: 'затем',
    giveUp: 'не доставлено за, минут', channelUp: 'первым', preview: 'Как это выглядит', textNotPublished: 'текст ещё не опубликован',
    escalateHint: 'потом задача идёт дальше: заместителю, руководителю',
    whichRole: 'Какая роль', hasDeputy: 'есть заместитель', deputy: 'Заместитель', needWithin: 'в ближайшие, дней',
  },
  en: {
    retention: 'Retention', statuses: 'Statuses', invitations: 'Invitations', plans: 'Touch plans', returns: 'Returns',
    cases: 'Recovery cases', rules: 'Rules of life',
    today: 'Today', cold: 'silent for long: {many}', overTime: 'Over time', byWeek: 'Clients by status at the end of each week',
    week: 'Week', moves: 'Who became what',
    newcomers: 'Newcomers: {newcomers}, of them fans by now: {fans}.', was: 'Was', became: 'Became', wouldBe: 'Would be',
    clients: 'Clients',
    nothingBefore: 'nothing before', noMoves: 'Nobody changed in this period.', candidates: 'Whom to invite', counts: 'Counts',
    propose: 'Propose a list',
    proposed: 'Invitations proposed: {many}', release: 'Release invitations', round: 'propose each morning', nextRound: 'next time {when}',
    roundOn: 'It proposes each morning', roundOff: 'It proposes nothing by itself', needs: 'What is needed', dueOn: 'Due',
    expires: 'Lost after',
    noCandidates: 'Nobody to invite', noCandidatesWhy: 'Clients appear here who come due, have nothing booked and are not disappointed.',
    noInvitations: 'No invitations', state: 'State', sentAt: 'sent {when}', request: 'request', answer: 'Answer of the client',
    withdraw: 'Do not invite',
    words: 'In the client’s words', why: 'Why', saved: 'Written down', save: 'Write down', releaseName: 'Invitations {day}',
    releaseText: 'This is advertising: whoever releases it answers for it. As many go as brigades have free hours for.',
    releaseLabel: 'Name', template: 'Template',
    noTemplate: 'No advertising template is published: publish one in the settings.', within: 'Somebody is free within days',
    atMost: 'At most',
    releaseDone: 'Invitations are released', released: 'Invited', booked: 'Have booked meanwhile', not_due: 'Nothing comes due any more',
    no_consent: 'No consent',
    no_time: 'Nobody is free', plan: 'Plan',
    plansText: 'What is said to whom, when, and what ends it. Nothing goes until a plan is published and released.',
    addPlan: 'New plan', addOccasion: 'New occasion', begins: 'Begins with', stepsMany: 'Steps', version: 'Version',
    releasedBy: 'Released by', noPlans: 'No plans',
    occasions: 'Calendar of occasions', occasion: 'Occasion', day: 'Day', canceled: 'cancelled', cancelOccasion: 'Cancel',
    occasionCanceled: 'The occasion is cancelled',
    noOccasionPlan: 'A plan that begins with an occasion is needed.', forStatuses: 'Only for statuses', create: 'Create', code: 'Code',
    
    copyOf: 'Begin with', fromScratch: 'one call after an act', draft: 'Draft', dryRun: 'Dry run', versions: 'Versions',
    results: 'Results', publish: 'Publish',
    publishFirst: 'Publish the plan first', publishText: 'A version stays as it is. New clients follow it, others keep theirs.',
    publishDone: 'Version {number} is published', releasePlan: 'Release', pause: 'Pause', pauseDone: 'The plan is paused', retire: 'Retire',
    retireDone: 'The plan is retired', retireSure: 'Retire the plan for ever?', takeIn: 'Take in',
    takeInDone: 'Clients who belong to it are being brought in',
    comment: 'Comment', dryRunText: 'A dry run counts what the draft would do with the whole base. Nothing is sent.',
    segmentPrice: 'Price of a part of an SMS, ₽',
    toTemplates: 'To the templates', tryIt: 'Try it', isDone: 'The dry run is done', isRunning: 'The dry run goes on',
    asked: 'begun {when}',
    run_looked_at: 'Clients looked at', run_enrolled: 'Would come in', run_control: 'In the control group', run_messages: 'Messages',
    run_segments: 'Parts of SMS',
    run_cost: 'Cost', run_tasks: 'Tasks', run_talks: 'Talks', run_stopped: 'Stopped', run_unreachable: 'Not reachable',
    run_unmet: 'Condition not met', step: 'Step',
    steps: 'Steps', stops: 'What ends it', move: 'Take all over to the newest version', movedSoFar: '{clients} moved, {left} left',
    movedDone: 'Clients moved: {many}',
    nothingPublished: 'Nothing is published yet', nothingPublishedWhy: 'Try the draft, then publish it.', reached: 'Reached the goal',
    share: 'Share',
    treated: 'Got the plan', control: 'Control group', uplift: 'Effect of the plan', touches: 'Touches', noTouches: 'No touches yet',
    before: 'before', after: 'after',
    at: 'at', ownerRole: 'Who answers for it', holdout: 'Control group, %',
    holdoutHint: 'they get nothing, so that the effect is measured', audience: 'For whom',
    addStep: 'Add a step', goal: 'Goal', withinDays: 'Within days', again: 'Again', againEach: 'with each new reason',
    againNever: 'once for ever',
    cooldown: 'Not before, days', saveDraft: 'Save the draft', draftSaved: 'The draft is saved',
    draftHint: 'Whoever is in the plan is not affected.',
    daysBefore: 'Days before it is due', onlyStatuses: 'Only statuses', onlyCategories: 'Only categories', onlyIf: 'Only if',
    condition: 'Condition', isNot: 'not',
    anyOf: 'with commas', number: 'Number', remove: 'Remove', addCondition: 'condition', noAnswer: 'no answer', person: 'person',
    organisation: 'organisation',
    follows: 'After the step', withPlan: 'with the plan', whatKind: 'What it is', message: 'Message', task: 'Task',
    lives: 'May go so many days late',
    onlyAfter: 'Only if that step', removeStep: 'Remove the step', when: 'When', amount: 'How much', unit: 'Unit',
    beforeAfter: 'Before or after',
    anchor: 'Counted from', atLocal: 'at time', onCapped: 'If he has had enough', onQuiet: 'At night', withoutConsent: 'Without consent',
    talkInstead: 'a task to talk',
    asksQuality: 'asks about quality', invites: 'invites to a visit', note: 'What to do, and why', channel: 'How', who: 'Who',
    elseRole: 'Else somebody of the role',
    escalate: 'Minutes for each', view_lost: 'The lost', view_due: 'Came when due', view_curves: 'Return curves',
    view_refused: 'Refused leads', view_sources: 'Sources',
    view_workers: 'Workers', why_matured: 'Were due', why_returned: 'Came back', why_lost: 'Lost', why_stated: 'Reason stated',
    why_verified: 'Reason verified',
    why_differ: 'Differ', why_return: 'Return', why_kept: 'Without outside causes', reasons: 'Reasons', whose: 'Whose doing',
    stated: 'Stated', verified: 'Verified',
    worker: 'Worker', workers: 'Workers', category: 'Category', wasDue: 'Was due', lastBought: 'Last purchase', noLost: 'Nobody is lost',
    noLostWhy: 'Everybody who was due in this period came, or it is too early to tell.', divideBy: 'Divide by', by_worker: 'worker',
    by_source: 'source',
    by_category: 'category', by_area: 'area', by_month: 'month', interval: 'Interval', sameWorker: 'To the same', immature: 'Too early',
    curveText: 'Clients: {clients}, bought again: {came}.', median: 'Half come back within {days} days.',
    noMedian: 'Fewer than half have come back.',
    curveTitle: 'What share has bought again', days: 'Days', noCurve: 'Nobody bought for the first time in this period',
    refusedText: 'Refused: {leads}, without a reason: {silent}.', bySource: 'By source', noSource: 'not given',
    noRefused: 'No refusals in this period',
    source: 'Source', kind: 'Kind', trust: 'Trust', oneVisit: 'Came once', discount: 'Discount', badSource: 'chance clients',
    noSources: 'No sources in this period',
    companyReturn: 'The company as a whole', crude: 'As it is', standard: 'Under equal conditions', standing: 'Standing',
    noWorkers: 'Nobody to compare',
    opened: 'Opened', severity: 'Severity', contactBy: 'Speak by', owner: 'Owner', budget: 'Budget', nobodyYet: 'nobody',
    noCases: 'No cases',
    noCasesWhy: 'A case is opened by itself when a client is disappointed and worth winning back.', expected: 'Will bring',
    confirmed: 'Confirmed',
    closeReason: 'Why it was closed', signals: 'What disappointed', min: 'min', talk: 'How to speak',
    concerned: 'The case is about your own work: somebody else has it.', notYours: '{name} has the case.',
    stepDone: 'The step is written down',
    stepNow: 'Step {number} of 7', hint_evidence: 'See what happened before anybody speaks with the client.',
    hint_money: 'What the client will bring, and how much may be spent without asking.',
    hint_contact: 'Ask open questions and begin with no excuse.',
    hint_verify: 'Is it the true reason? Choose what it rests on.',
    hint_action: 'What is done for the client. What costs more than the budget waits for a supervisor.',
    hint_confirm: 'Wait until the client says that it is settled.', hint_prevent: 'See that it does not happen again.',
    seeEvidence: 'I have seen the file',
    seeMoney: 'See the money', paysWell: 'How the client pays', notKnown: 'not known', paysYes: 'on time', paysNo: 'late',
    contactResult: 'Was he reached?',
    write: 'Write down', restsOn: 'What it rests on', noProofs: 'No evidence', explain: 'Explanation', actionKind: 'What is done',
    actionNote: 'What exactly',
    cost: 'Cost, ₽', budgetHint: '{sum} may be spent without asking', propose2: 'Propose', oneMore: 'One more measure',
    settled: 'It is settled',
    notSettled: 'It is not settled', preventTask: 'Give a task', preventNothing: 'There is nothing to prevent',
    preventWhat: 'What to do so that it does not happen again', until: 'Until', endCase: 'End the case', askAgain: 'Ask again',
    isSatisfied: 'Is the client satisfied now?', actions: 'Measures', decided: 'The decision is written down', approve: 'Approve',
    refuse: 'Refuse',
    evidence: 'Evidence', takeStatement: 'Take a statement', packAgain: 'Pack anew', packed: 'The file is packed',
    file: 'File No {number}', product: 'the product',
    showFile: 'Show the file', noFile: 'The file is not packed yet.', whoSays: 'Who says it', whatSays: 'What he says',
    statementTaken: 'The statement is written down',
    history: 'History of the case', give: 'Give to', closeCase: 'Close without success',
    rulesNow: 'Version {version} is in force since {when}, published by {who}.',
    categories: 'Categories', tryRules: 'Try on the whole base', publishRules: 'Publish the rules',
    rulesPublished: 'The rules are published',
    nothingChanges: 'Nobody would change.', validFrom: 'In force since', publishedBy: 'Published by', takeAsDraft: 'Use as a draft',
    nameRu: 'Name in Russian',
    nameEn: 'Name in English', cycle: 'Needed again after, days', early: 'Invite days before', lateDays: 'Lost after, days',
    typical: 'Usually brings, ₽',
    isPurchase: 'Is a purchase',
    view_fixed: 'Between periods',
    fixedText: 'Who bought in the first period and again in the second, as other programs count it. Where needs come in years it shows too little: see “Came when due”.',
    visited_from: 'Bought from', visited_to: 'before', returned_from: 'Again from', returned_to: 'before', newOnes: 'Newcomers',
    atClock: 'at', repeats: 'every {amount} {unit}, {times} in all', formerStep: 'a former step ({code})', toCorrect: 'to correct',
    noSteps: 'Add at least one step.',
    goalHint: 'Those who got the plan are compared by it with the control group', noGoal: 'no goal', repeat: 'repeat', every: 'Every',
    times: 'How often in all',
    weekdays: 'Only on these days (none marked: any)', freeWithin: 'Free hours of brigades, days ahead',
    freeWithinHint: 'An invitation goes if somebody can come within these days',
    quietAndCaps: 'Quiet hours and caps of messages are the same for the whole company.', toSettings: 'Change them', channels: 'Channels',
    channelFirst: 'First', channelThen: 'then',
    giveUp: 'not delivered within, minutes', channelUp: 'first', preview: 'What it looks like',
    textNotPublished: 'the text is not published yet', escalateHint: 'then the task goes on: to the deputy, to a supervisor',
    whichRole: 'Which role', hasDeputy: 'has a deputy', deputy: 'Deputy', needWithin: 'within days',
  },
});

export const INVITATION_STATUSES = ['proposed', 'released', 'sent', 'answered', 'booked', 'expired', 'withdrawn'] as const;
export const invitationStatus = coded({
  ru: {
    proposed: 'предложены', released: 'выпущены', sent: 'отправлены', answered: 'ответили', booked: 'записались', expired: 'срок прошёл',
    withdrawn: 'сняты',
  },
  en: {
    proposed: 'proposed', released: 'released', sent: 'sent', answered: 'answered', booked: 'booked', expired: 'expired',
    withdrawn: 'withdrawn',
  },
});
export const invitationAnswer = coded({
  ru: { yes: 'да', no: 'нет', move: 'в другое время' },
  en: { yes: 'yes', no: 'no', move: 'another time' },
});
export const invitationReason = coded({
  ru: {
    booked: 'клиент записался', asked: 'клиент обратился сам', not_due: 'срок не подходит', no_consent: 'нет согласия',
    consent: 'нет согласия', stop: 'клиент отказался', contact: 'нет контакта', quiet: 'тихие часы', cap: 'предел сообщений',
    repeated: 'такой текст уже был', won_back: 'клиента возвращают',
  },
  en: {
    booked: 'the client has booked', asked: 'the client asked himself', not_due: 'nothing is due', no_consent: 'no consent',
    consent: 'no consent', stop: 'the client refused', contact: 'no contact', quiet: 'quiet hours', cap: 'cap of messages',
    repeated: 'same text', won_back: 'is being won back',
  },
});
export const planStatus = coded({
  ru: { off: 'не выпущен', on: 'работает', paused: 'приостановлен', retired: 'закрыт' },
  en: { off: 'not released', on: 'running', paused: 'paused', retired: 'retired' },
});
export const TRIGGERS = ['request', 'proposal', 'act', 'quality_answer', 'disappointment', 'status', 'track', 'occasion'] as const;
export const trigger = coded({
  ru: {
    request: 'обращение', proposal: 'предложение клиенту', act: 'подписан акт', quality_answer: 'ответ о качестве',
    disappointment: 'разочарование', status: 'новый статус', track: 'подходит срок', occasion: 'повод из календаря',
  },
  en: {
    request: 'a request', proposal: 'a proposal', act: 'a signed act', quality_answer: 'an answer about quality',
    disappointment: 'a disappointment', status: 'a new status', track: 'something comes due', occasion: 'an occasion of the calendar',
  },
});
export const STOPS = [
  'purchase_made', 'booking_created', 'replied', 'opted_out', 'complaint_opened', 'status_changed', 'contact_invalid',
  'proposal_answered',
] as const;
export const GOALS = ['purchase_made', 'booking_created', 'replied'] as const;
export const stopName = coded({
  ru: {
    purchase_made: 'клиент купил', booking_created: 'клиент записался', replied: 'клиент ответил', opted_out: 'клиент отписался',
    complaint_opened: 'клиент недоволен', status_changed: 'статус изменился', contact_invalid: 'нет контакта',
    proposal_answered: 'ответил на предложение',
  },
  en: {
    purchase_made: 'has bought', booking_created: 'has booked', replied: 'has answered', opted_out: 'has opted out',
    complaint_opened: 'is disappointed', status_changed: 'has another status', contact_invalid: 'has no contact',
    proposal_answered: 'answered the proposal',
  },
});
export const CONDITIONS = [
  'status', 'nothing_booked', 'need', 'interest', 'bought', 'purchases', 'quality', 'not_disappointed', 'unanswered', 'source', 'tier',
  'kind', 'month', 'silent',
] as const;
export const conditionName = coded({
  ru: {
    status: 'статус', nothing_booked: 'ничего не записано', need: 'подходит срок', interest: 'интересовался', bought: 'покупал',
    purchases: 'покупок не меньше', quality: 'ответ о качестве', not_disappointed: 'не разочарован',
    unanswered: 'не ответил на предложение', source: 'источник', tier: 'уровень', kind: 'вид клиента', month: 'месяц',
    silent: 'молчит дней',
  },
  en: {
    status: 'status', nothing_booked: 'nothing booked', need: 'something is due', interest: 'asked about', bought: 'has bought',
    purchases: 'purchases at least', quality: 'answer about quality', not_disappointed: 'not disappointed',
    unanswered: 'has not answered', source: 'source', tier: 'level', kind: 'kind of client', month: 'month', silent: 'silent for days',
  },
});
export const UNITS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export const unitName = coded({
  ru: { minute: 'мин.', hour: 'ч.', day: 'дн.', week: 'нед.', month: 'мес.' },
  en: { minute: 'min', hour: 'h', day: 'days', week: 'weeks', month: 'months' },
});
export const ANCHORS = ['previous', 'event', 'due', 'ready', 'birthday'] as const;
export const anchorName = coded({
  ru: { previous: 'предыдущего шага', event: 'начала плана', due: 'срока', ready: 'готовности заказа', birthday: 'дня рождения' },
  en: { previous: 'the step before', event: 'the beginning', due: 'the due day', ready: 'the day of readiness', birthday: 'the birthday' },
});
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const WEEKDAY_NAMES = { ru: ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'], en: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] };
/** 1 is Monday. */
export const weekday = (number: number): string => WEEKDAY_NAMES[lang()][number - 1] ?? '';
export const MESSAGE_ENDS = ['sent', 'skipped', 'failed'] as const;
export const TASK_ENDS = ['no_answer', 'refused', 'agreed', 'wrong_number', 'done', 'dropped', 'skipped'] as const;
export const endName = coded({
  ru: {
    sent: 'отправлен', skipped: 'пропущен', failed: 'не удался', no_answer: 'не ответил', refused: 'отказался', agreed: 'договорились',
    wrong_number: 'номер неверный', done: 'сделан', dropped: 'снят',
  },
  en: {
    sent: 'was sent', skipped: 'was skipped', failed: 'failed', no_answer: 'no answer', refused: 'refused', agreed: 'agreed',
    wrong_number: 'wrong number', done: 'was done', dropped: 'was dropped',
  },
});
export const INSTEAD = ['wait', 'skip', 'task'] as const;
export const instead = coded({
  ru: { wait: 'подождать', skip: 'пропустить', task: 'поставить задачу' },
  en: { wait: 'wait', skip: 'leave out', task: 'open a task' },
});
export const RESPONSIBLES = ['owner', 'last_worker', 'measurer', 'dispatcher_of_area', 'role'] as const;
export const responsible = coded({
  ru: {
    owner: 'кто говорил с клиентом последним', last_worker: 'последний исполнитель', measurer: 'замерщик',
    dispatcher_of_area: 'диспетчер района', role: 'кто свободнее из роли',
  },
  en: {
    owner: 'who spoke with him last', last_worker: 'the last worker', measurer: 'the measurer',
    dispatcher_of_area: 'dispatcher of the area', role: 'somebody of the role',
  },
});
export const OWNER_ROLES = ['owner', 'supervisor', 'dispatcher', 'operator'] as const;
export const DUE_BY = ['worker', 'source', 'category', 'area'] as const;
export const CURVES_BY = ['month', 'category', 'source', 'worker'] as const;
export const reasonStatus = coded({
  ru: { unknown: 'неизвестно' },
  en: { unknown: 'not known' },
});
export const stands = coded({
  ru: { too_few: 'мало данных', below: 'ниже всех', within: 'как все', above: 'выше всех' },
  en: { too_few: 'few data', below: 'below', within: 'as all', above: 'above' },
});
export const CONTACTED = ['reached', 'refused', 'not_reached'] as const;
export const contacted = coded({
  ru: { reached: 'поговорили', refused: 'не хочет говорить', not_reached: 'не дозвонились' },
  en: { reached: 'reached', refused: 'does not want to speak', not_reached: 'not reached' },
});
export const actionKind = coded({
  ru: {
    apology: 'извинение руководителя', rework: 'переделка', other_crew: 'другая бригада', other_manager: 'другой менеджер',
    refund: 'возврат денег', discount: 'скидка', bonus: 'бонус', gift: 'подарок',
  },
  en: {
    apology: 'apology of the head', rework: 'rework', other_crew: 'another crew', other_manager: 'another manager', refund: 'refund',
    discount: 'discount', bonus: 'bonus', gift: 'gift',
  },
});
export const actionDecision = coded({
  ru: { waiting: 'ждёт решения', approved: 'разрешено', refused: 'отказано' },
  en: { waiting: 'waits', approved: 'approved', refused: 'refused' },
});
export const caseLine = coded({
  ru: {
    opened: 'дело открыто', signal_added: 'добавлен сигнал', owner_changed: 'дело передано', evidence_seen: 'материалы изучены',
    statement_taken: 'записаны слова сотрудника', money_seen: 'деньги оценены', contacted: 'попытка поговорить',
    verified: 'причина проверена', action_proposed: 'предложена мера', action_decided: 'решение о мере', confirmed: 'клиент подтвердил',
    not_confirmed: 'клиент не подтвердил', prevented: 'поручено, чтобы не повторилось', closed: 'дело закрыто',
    asked_again: 'спросили ещё раз', reached: 'поговорили', refused: 'не хочет говорить', not_reached: 'не дозвонились',
  },
  en: {
    opened: 'opened', signal_added: 'signal added', owner_changed: 'given to another', evidence_seen: 'file seen',
    statement_taken: 'statement taken', money_seen: 'money seen', contacted: 'attempt to speak', verified: 'reason verified',
    action_proposed: 'measure proposed', action_decided: 'measure decided', confirmed: 'client confirmed',
    not_confirmed: 'client did not confirm', prevented: 'prevention given', closed: 'closed', asked_again: 'asked again',
    reached: 'reached', refused: 'does not want to speak', not_reached: 'not reached',
  },
});
/** What stands in the file of a case. */
export const heading = coded({
  ru: {
    signals: 'Сигнал', jobs: 'Наряд', visits: 'Выезд', acts: 'Акт', photos: 'Фото', chat: 'Чат', messages: 'Сообщение', calls: 'Разговор',
    answers: 'Ответ о качестве', payments: 'Деньги', orders: 'Заказ', statements: 'Слова сотрудника',
  },
  en: {
    signals: 'Signal', jobs: 'Job', visits: 'Visit', acts: 'Act', photos: 'Photo', chat: 'Chat', messages: 'Message', calls: 'Talk',
    answers: 'Answer about quality', payments: 'Money', orders: 'Order', statements: 'Statement',
  },
});
export const touchReason = coded({
  ru: {
    consent: 'нет согласия', stop: 'клиент отказался', contact: 'нет контакта', supplier: 'поставщик', cap: 'предел сообщений',
    quiet: 'тихие часы', condition: 'условие не выполнено', expired: 'срок прошёл', stopped: 'план закончился',
    control: 'контрольная группа', dropped: 'задача снята', paused: 'план приостановлен', no_day: 'нет даты',
    undelivered: 'не доставлено', not_released: 'не выпущено', repeated: 'такой текст уже был', no_text: 'нет текста',
    booked: 'клиент записан', invited: 'уже приглашён', no_time: 'некому приехать', too_early: 'рано', won_back: 'клиента возвращают',
  },
  en: {
    consent: 'no consent', stop: 'the client refused', contact: 'no contact', supplier: 'a supplier', cap: 'cap of messages',
    quiet: 'quiet hours', condition: 'condition not met', expired: 'too late', stopped: 'plan ended', control: 'control group',
    dropped: 'task dropped', paused: 'plan paused', no_day: 'no day', undelivered: 'not delivered', not_released: 'not released',
    repeated: 'same text', no_text: 'no text', booked: 'has booked', invited: 'is invited', no_time: 'nobody is free',
    too_early: 'too early', won_back: 'is being won back',
  },
});


/** A fact of the evidence as people read it. */
export function sayFact(name: string, value: unknown): string {
  if (name.endsWith('_at') || name === 'at') return dayTime(String(value));
  if (name === 'amount_kop') return money(Number(value));
  if (name === 'number') return `№ ${value}`;
  if (name === 'late_min') return `+${value} ${t('min')}`;
  return String(value);
}
