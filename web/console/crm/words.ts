// Words of the client's life that several pages show. Sentences with a reason come from the API, in the reader's language.
import { coded } from '$lib/i18n.svelte';

/** Why a client does not come, as he says or as it was found. */
export const lossReason = coded({
  ru: {
    not_reminded: 'Забыл, мы не напомнили', no_need_now: 'Сейчас не нужно', no_need_ever: 'Больше не нужно: продал, переехал, снесли',
    relocation: 'Переезд', force_majeure: 'Форс-мажор', price: 'Цена', competitor_price: 'Конкурент: цена',
    competitor_speed: 'Конкурент: сроки',
    competitor_quality: 'Конкурент: качество', competitor_range: 'Конкурент: выбор', competitor_acquaintance: 'Конкурент: знакомые',
    competitor_manufacturer: 'Сервис производителя', quality_product: 'Качество изделия', quality_installation: 'Качество монтажа',
    quality_dirt: 'Грязь, повреждения', deadline_missed: 'Сорван срок', no_show_or_late: 'Не приехали или опоздали',
    worker_conduct: 'Поведение работника', office_conduct: 'Работа офиса, долгий ответ', warranty: 'Отказ или задержка по гарантии',
    paperwork: 'Документы или оплата', one_off_discount: 'Пришёл один раз за скидкой', went_private: 'Работает с нашим мастером напрямую',
    does_it_himself: 'Делает сам', wrong_contact: 'Дубль или чужой контакт', unknown: 'Неизвестно',
  },
  en: {
    not_reminded: 'Forgot, and we did not remind him', no_need_now: 'Not needed now',
    no_need_ever: 'Never needed again: sold, moved, demolished',
    relocation: 'Relocation', force_majeure: 'Force majeure', price: 'Price', competitor_price: 'Competitor: price',
    competitor_speed: 'Competitor: speed', competitor_quality: 'Competitor: quality', competitor_range: 'Competitor: range',
    competitor_acquaintance: 'Competitor: an acquaintance', competitor_manufacturer: 'Service of the manufacturer',
    quality_product: 'Quality of the product', quality_installation: 'Quality of the installation', quality_dirt: 'Dirt or damage',
    deadline_missed: 'Deadline missed', no_show_or_late: 'Nobody came, or too late', worker_conduct: 'Conduct of the worker',
    office_conduct: 'Conduct of the office, slow answer', warranty: 'Warranty refused or slow', paperwork: 'Papers or payment',
    one_off_discount: 'Came once for a discount', went_private: 'Has the work done by our worker privately',
    does_it_himself: 'Does it himself',
    wrong_contact: 'Duplicate or wrong contact', unknown: 'Unknown',
  },
});

export const LOSS_REASONS = [
  'not_reminded', 'no_need_now', 'no_need_ever', 'relocation', 'force_majeure', 'price',
  'competitor_price', 'competitor_speed', 'competitor_quality', 'competitor_range', 'competitor_acquaintance', 'competitor_manufacturer',
  'quality_product', 'quality_installation', 'quality_dirt', 'deadline_missed', 'no_show_or_late', 'worker_conduct',
  'office_conduct', 'warranty', 'paperwork', 'one_off_discount', 'went_private', 'does_it_himself',
  'wrong_contact', 'unknown',
] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

export const signalKind = coded({
  ru: {
    late_arrival: 'опоздание', no_show: 'неявка', act_refused: 'отказ подписать акт', act_remarked: 'замечания в акте',
    canceled_after_prepayment: 'отмена после предоплаты', partial_refund: 'частичный возврат денег', full_refund: 'полный возврат денег',
    repeated_rework: 'повторные переделки', said_so: 'сказал сам', complaint: 'жалоба', quality_answer: 'недоволен качеством',
  },
  en: {
    late_arrival: 'late arrival', no_show: 'no-show', act_refused: 'act refused', act_remarked: 'remarks on an act',
    canceled_after_prepayment: 'canceled after prepayment', partial_refund: 'partial refund', full_refund: 'full refund',
    repeated_rework: 'repeated rework', said_so: 'said so', complaint: 'complaint', quality_answer: 'not satisfied with the quality',
  },
});

/** A returnee is somebody to be won back, not somebody who came back. */
export const clientStatus = coded({
  ru: {
    target: 'Целевой', lead: 'Лид', newcomer: 'Новичок', fan: 'Поклонник', dormant: 'Заснувший', returnee: 'Возвращенец (вернуть)',
  },
  en: {
    target: 'Target', lead: 'Lead', newcomer: 'Newcomer', fan: 'Fan', dormant: 'Dormant', returnee: 'Returnee (win back)',
  },
});

export const STATUSES = ['target', 'lead', 'newcomer', 'fan', 'dormant', 'returnee'] as const;
export type ClientStatus = (typeof STATUSES)[number];

export const dueSource = coded({
  ru: {
    client: 'назвал сам клиент', specialist: 'внёс специалист', rhythm: 'по привычке клиента', passport: 'по паспорту изделия',
    cycle: 'по циклу услуги',
  },
  en: {
    client: 'named by the client', specialist: 'entered by the specialist', rhythm: "by the client's own rhythm",
    passport: 'by the passport of the product', cycle: 'by the cycle of the service',
  },
});

/** Whose doing a loss is. */
export const reasonClass = coded({
  ru: {
    ours: 'по нашей вине', market: 'рынок', external: 'внешняя причина', data: 'ошибка данных', other: 'другое',
  },
  en: {
    ours: 'our doing', market: 'the market', external: 'outside cause', data: 'wrong data', other: 'other',
  },
});

export const talkOutcome = coded({
  ru: {
    no_answer: 'не ответил', call_back: 'просил перезвонить', refused: 'отказался', agreed: 'договорились', wrong_number: 'номер неверный',
    done: 'разговор состоялся',
  },
  en: {
    no_answer: 'no answer', call_back: 'call back', refused: 'refused', agreed: 'agreed', wrong_number: 'wrong number',
    done: 'talk took place',
  },
});

export const OUTCOMES = ['agreed', 'done', 'call_back', 'no_answer', 'refused', 'wrong_number'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const channel = coded({
  ru: {
    call: 'звонок', message: 'сообщение', letter: 'письмо', talk: 'личная беседа', sms: 'SMS', email: 'эл. почта', telegram: 'Telegram',
    whatsapp: 'WhatsApp', max: 'MAX', vk: 'ВКонтакте', any: 'любой канал', phone: 'телефон', site: 'сайт', messenger: 'мессенджер',
    office: 'офис', link: 'ссылка',
  },
  en: {
    call: 'call', message: 'message', letter: 'letter', talk: 'talk in person', sms: 'SMS', email: 'e-mail', telegram: 'Telegram',
    whatsapp: 'WhatsApp', max: 'MAX', vk: 'VK', any: 'any channel', phone: 'phone', site: 'site', messenger: 'messenger',
    office: 'office', link: 'link',
  },
});

export const purpose = coded({
  ru: {
    marketing: 'реклама', feedback: 'вопросы о качестве', mass_call: 'массовые звонки', personal_data: 'обработка персональных данных',
    service: 'сообщения о заказе',
  },
  en: {
    marketing: 'advertising', feedback: 'questions about quality', mass_call: 'mass calls', personal_data: 'personal data',
    service: 'messages about the order',
  },
});

export const PURPOSES = ['marketing', 'feedback', 'mass_call', 'personal_data'] as const;
export type Purpose = (typeof PURPOSES)[number];
export const CHANNELS = ['sms', 'email', 'call', 'telegram', 'whatsapp', 'max', 'vk'] as const;
export type Channel = (typeof CHANNELS)[number];
export const TALKS = ['call', 'message', 'letter', 'talk'] as const;
export type Talk = (typeof TALKS)[number];

export const sourceKind = coded({
  ru: {
    paid: 'платный', free: 'бесплатный', partner: 'партнёр', recommendation: 'рекомендация клиента', colleague: 'совет коллеги',
    own_client: 'свой клиент',
  },
  en: {
    paid: 'paid', free: 'free', partner: 'partner', recommendation: 'recommended by a client', colleague: 'advised by a colleague',
    own_client: 'own client',
  },
});

/** Kinds of entries of the history, as headings of a filter. */
export const historyKind = coded({
  ru: {
    visit: 'выезды', order: 'заказы', job: 'наряды', measurement: 'замеры', estimate: 'сметы', invoice: 'счета', payment: 'деньги',
    production: 'производство', act: 'акты', passport: 'паспорта изделий', message: 'сообщения клиенту', text: 'сообщения от клиента',
    chat: 'чаты нарядов', interaction: 'разговоры', request: 'обращения', proposal: 'предложения', proposal_answer: 'ответы на предложения',
    task: 'задачи', status: 'статусы', consent: 'согласия', contact_check: 'проверки контактов', disappointment: 'разочарования',
    quality_answer: 'ответы о качестве', recovery_case: 'дела о возврате', next_visit: 'следующий визит', visit_answer: 'ответы о выезде',
    merge: 'объединения карточек',
  },
  en: {
    visit: 'visits', order: 'orders', job: 'jobs', measurement: 'measurements', estimate: 'estimates', invoice: 'invoices',
    payment: 'money',
    production: 'production', act: 'acts', passport: 'passports', message: 'messages to the client', text: 'messages from the client',
    chat: 'chats of jobs', interaction: 'talks', request: 'requests', proposal: 'proposals', proposal_answer: 'answers to proposals',
    task: 'tasks',
    status: 'statuses', consent: 'consents', contact_check: 'checks of contacts', disappointment: 'disappointments',
    quality_answer: 'answers about quality', recovery_case: 'recovery cases', next_visit: 'next visit',
    visit_answer: 'answers about visits',
    merge: 'merged cards',
  },
});

export const HISTORY_KINDS = [
  'visit', 'order', 'job', 'measurement', 'estimate', 'invoice', 'payment', 'production', 'act',
  'passport', 'message', 'text', 'chat', 'interaction', 'request', 'proposal', 'proposal_answer', 'task',
  'status', 'consent', 'contact_check', 'disappointment', 'quality_answer', 'recovery_case', 'next_visit', 'visit_answer', 'merge',
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** What has to be done next in a case. */
export const caseStep = coded({
  ru: {
    evidence: 'изучить материалы', money: 'оценить деньги', contact: 'поговорить с клиентом', verify: 'проверить причину',
    action: 'предложить меру',
    confirm: 'получить подтверждение', prevent: 'не допустить повторения',
  },
  en: {
    evidence: 'see the file', money: 'see the money', contact: 'speak with the client', verify: 'verify the reason',
    action: 'say what is done',
    confirm: 'ask the client', prevent: 'prevent it',
  },
});

export const CASE_STEPS = ['evidence', 'money', 'contact', 'verify', 'action', 'confirm', 'prevent'] as const;
export type CaseStep = (typeof CASE_STEPS)[number];

export const caseStatus = coded({
  ru: {
    open: 'открыто', recovered: 'клиент возвращён', not_recovered: 'вернуть не удалось', given_up: 'прекращено',
  },
  en: {
    open: 'open', recovered: 'won back', not_recovered: 'not won back', given_up: 'given up',
  },
});

export const CASE_STATUSES = ['open', 'recovered', 'not_recovered', 'given_up'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

export const answer = coded({
  ru: {
    yes: 'да', partly: 'частично', no: 'нет',
  },
  en: {
    yes: 'yes', partly: 'partly', no: 'no',
  },
});
