// Words for codes of the API that several pages show.
import { coded } from '$lib/i18n.svelte';
import { skillName } from './skills.svelte';

export const jobKind = coded({
  ru: { measurement: 'замер', installation: 'монтаж', service: 'сервис', delivery: 'доставка', claim: 'рекламация' },
  en: { measurement: 'measurement', installation: 'installation', service: 'service', delivery: 'delivery', claim: 'claim' },
});

export const jobStatus = coded({
  ru: { new: 'новый', planned: 'запланирован', in_progress: 'в работе', completed: 'выполнен', closed: 'закрыт', canceled: 'отменён' },
  en: { new: 'new', planned: 'planned', in_progress: 'in progress', completed: 'completed', closed: 'closed', canceled: 'cancelled' },
});

export const priority = coded({
  ru: { low: 'низкий', normal: 'обычный', high: 'высокий', urgent: 'срочно' },
  en: { low: 'low', normal: 'normal', high: 'high', urgent: 'urgent' },
});

export const orderStatus = coded({
  ru: {
    new: 'новый', measured: 'замерен', prepaid: 'предоплачен', in_production: 'в производстве', ready: 'готов',
    installation_planned: 'монтаж назначен', installed: 'смонтирован', handed_over: 'сдан', canceled: 'отменён',
  },
  en: {
    new: 'new', measured: 'measured', prepaid: 'prepaid', in_production: 'in production', ready: 'ready',
    installation_planned: 'installation planned', installed: 'installed', handed_over: 'handed over', canceled: 'cancelled',
  },
});

export const requestChannel = coded({
  ru: { phone: 'телефон', site: 'сайт', email: 'почта', messenger: 'мессенджер', manual: 'лично' },
  en: { phone: 'phone', site: 'web site', email: 'e-mail', messenger: 'messenger', manual: 'in person' },
});

export const requestStatus = coded({
  ru: { new: 'без ответа', responded: 'отвечено', converted: 'замер назначен', closed: 'закрыто', duplicate: 'повтор', spam: 'спам' },
  en: { new: 'no response', responded: 'responded', converted: 'measurement booked', closed: 'closed', duplicate: 'duplicate', spam: 'spam' },
});

export const paymentMethod = coded({
  ru: { cash: 'наличные', card: 'карта', sbp: 'СБП', transfer: 'перевод' },
  en: { cash: 'cash', card: 'card', sbp: 'SBP', transfer: 'bank transfer' },
});

export const unit = coded({
  ru: { pcs: 'шт.', m: 'м', m2: 'м²', set: 'компл.', hour: 'ч', kg: 'кг', l: 'л', pack: 'уп.' },
  en: { pcs: 'pcs', m: 'm', m2: 'm²', set: 'set', hour: 'h', kg: 'kg', l: 'l', pack: 'pack' },
});

const ruleWord = coded({
  ru: {
    job_over: 'наряд закрыт или отменён', in_the_past: 'время прошло', has_begun: 'время выезда уже началось',
    not_ready_then: 'изделия ещё не готовы', skill_missing: 'нет навыка', clash: 'другой выезд в это время',
    not_on_shift: 'не на смене', absent: 'отсутствует', outside_territory: 'объект вне территории',
    not_active: 'больше не работает', no_members: 'в бригаде никого нет', crew_dissolved: 'бригада расформирована',
    foreman_missing: 'нет бригадира', crew_incomplete: 'бригада неполная', in_crew: 'состоит в бригаде',
    declined_before: 'уже отказался', offer_expired_before: 'не ответил на предложение', already_offered: 'уже предложено',
  },
  en: {
    job_over: 'the job is closed or cancelled', in_the_past: 'the time is past', has_begun: 'its time has begun',
    not_ready_then: 'the windows are not ready then', skill_missing: 'lacks the skill', clash: 'another visit at that time',
    not_on_shift: 'not on shift', absent: 'absent', outside_territory: 'outside the territory',
    not_active: 'has left', no_members: 'nobody is in the crew', crew_dissolved: 'the crew is dissolved',
    foreman_missing: 'the foreman is missing', crew_incomplete: 'the crew is incomplete', in_crew: 'belongs to a crew',
    declined_before: 'has declined already', offer_expired_before: 'has not answered an offer', already_offered: 'is asked already',
  },
});

/** A reason against somebody: `skill_missing:measure` is «нет навыка: Замер». Ids after a colon are not shown. */
export function rule(code: string): string {
  const [name, detail] = code.split(':');
  return ruleWord(name) + (detail && name === 'skill_missing' ? `: ${skillName(detail)}` : '');
}

const reasons = coded({
  ru: {
    busy: 'занят', sick: 'болеет', too_far: 'слишком далеко', no_tools: 'нет инструмента', not_my_work: 'не его работа', other: 'другая причина',
    break: 'перерыв', waiting_for_client: 'ждёт клиента', waiting_for_goods: 'ждёт материалы', weather: 'погода',
    client_absent: 'клиента нет', no_access: 'не попасть на объект', wrong_goods: 'не те изделия', client_refused: 'клиент отказался',
    site_not_ready: 'объект не готов', unsafe: 'небезопасно',
  },
  en: {
    busy: 'busy', sick: 'ill', too_far: 'too far', no_tools: 'no tools', not_my_work: 'not his work', other: 'another reason',
    break: 'a break', waiting_for_client: 'waits for the client', waiting_for_goods: 'waits for goods', weather: 'weather',
    client_absent: 'the client is absent', no_access: 'no access', wrong_goods: 'wrong goods', client_refused: 'the client refused',
    site_not_ready: 'the site is not ready', unsafe: 'unsafe',
  },
});

/** Why a worker declined, paused or gave up, "busy" or "other: his words"; or the words of the office. */
export function whyInWords(reason: string): string {
  const [code, ...said] = reason.split(': ');
  return [reasons(code), said.join(': ')].filter(Boolean).join(': ');
}
