// Words of touch plans: what begins, ends and times them, and what becomes of a touch.
import { coded, lang } from '$lib/i18n.svelte';

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
const EN_UNITS: Record<string, [string, string]> = {
  minute: ['minute', 'minutes'], hour: ['hour', 'hours'], day: ['day', 'days'], week: ['week', 'weeks'], month: ['month', 'months'],
};
/** 3 days; in Russian the short words need no forms: 3 дн. */
export const sayAmount = (amount: number, unit: string): string =>
  lang() === 'ru' ? `${amount} ${unitName(unit)}` : `${amount} ${EN_UNITS[unit]?.[amount === 1 ? 0 : 1] ?? unit}`;
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
