// Words of the board that several of its parts say.
import { coded } from '$lib/i18n.svelte';

/** Rules about the time and the people of a visit. */
const rules = coded({
  ru: {
    job_over: 'наряд закрыт или отменён', in_the_past: 'это время прошло', has_begun: 'время выезда уже началось',
    not_ready_then: 'изделия ещё не будут готовы', clash: 'другой выезд в это время', not_on_shift: 'не на смене',
    absent: 'отсутствует', outside_territory: 'объект вне территории', not_active: 'больше не работает',
    no_members: 'в бригаде никого нет', crew_dissolved: 'бригада расформирована', foreman_missing: 'нет бригадира',
    crew_incomplete: 'бригада неполная', visit_pinned: 'выезд закреплён',
  },
  en: {
    job_over: 'the job is closed or cancelled', in_the_past: 'this time is over', has_begun: 'the visit should have begun',
    not_ready_then: 'the windows are not ready then', clash: 'another visit at that time', not_on_shift: 'off shift',
    absent: 'absent', outside_territory: 'the site is outside the territory', not_active: 'does not work here any more',
    no_members: 'nobody is in the crew', crew_dissolved: 'the crew was dissolved', foreman_missing: 'the foreman is missing',
    crew_incomplete: 'the crew is incomplete', visit_pinned: 'the visit is pinned',
  },
});
const skillMissing = coded({ ru: { skill_missing: 'нет навыка' }, en: { skill_missing: 'a skill is missing' } });

/** A broken rule in words. `skillName` answers the company's name of a skill. */
export function ruleWords(code: string, skillName: (code: string) => string = (one) => one): string {
  const [rule, skill] = code.split(':');
  return rule === 'skill_missing' ? `${skillMissing(rule)}: ${skillName(skill!)}` : rules(code);
}

export const kindOfWork = coded({
  ru: { measurement: 'замер', installation: 'монтаж', service: 'сервис', delivery: 'доставка', claim: 'рекламация' },
  en: { measurement: 'measurement', installation: 'installation', service: 'service', delivery: 'delivery', claim: 'claim' },
});

export const absenceKind = coded({
  ru: { vacation: 'отпуск', sick: 'болеет', private: 'личное время', break: 'перерыв' },
  en: { vacation: 'vacation', sick: 'sick', private: 'private time', break: 'break' },
});

export const priority = coded({
  ru: { urgent: 'срочно', high: 'важно', normal: 'обычно', low: 'не спешит' },
  en: { urgent: 'urgent', high: 'important', normal: 'normal', low: 'no hurry' },
});

export const attentionWords = coded({
  ru: {
    late: 'Опаздывают', unanswered: 'Ждут ответа', escalated: 'Никто не берёт', unconfirmed: 'Клиент не подтвердил', broken: 'Нарушают правила',
  },
  en: { late: 'Late', unanswered: 'Unanswered', escalated: 'Nobody accepts', unconfirmed: 'Not confirmed', broken: 'Break rules' },
});

export const ladderAction = coded({
  ru: {
    remind_worker: 'напомнить исполнителю', notify_dispatcher: 'сказать диспетчеру', reoffer_next: 'предложить следующему',
    notify_supervisor: 'сказать руководителю',
  },
  en: { remind_worker: 'remind the worker', notify_dispatcher: 'tell the dispatcher', reoffer_next: 'offer it to the next', notify_supervisor: 'tell the supervisor' },
});
