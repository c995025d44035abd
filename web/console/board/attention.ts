// What of a visit wants a person's attention, apart from its status. Pure functions; `now` is the server's.
import { MINUTE } from './layout';
import type { Visit } from './types';

export type Attention = 'late' | 'unanswered' | 'escalated' | 'unconfirmed' | 'broken';
export const ATTENTIONS: Attention[] = ['late', 'unanswered', 'escalated', 'unconfirmed', 'broken'];

const NOT_THERE_YET = new Set(['planned', 'offered', 'accepted', 'en_route']);
const AT_WORK = new Set(['on_site', 'in_progress', 'paused']);
const DAY = 24 * 60 * MINUTE;

/** Minutes by which a visit is late: nobody came by its beginning, is announced for later, or it lasts longer than planned. 0: it is not. */
export function lateByMin(visit: Visit, now: number): number {
  if (NOT_THERE_YET.has(visit.status)) {
    const announced = visit.expected_at ? Date.parse(visit.expected_at) : 0;
    return minutesAfter(visit.from, Math.max(now, announced));
  }
  return AT_WORK.has(visit.status) ? minutesAfter(visit.to, now) : 0;
}

const minutesAfter = (planned: number, moment: number) => Math.max(0, Math.floor((moment - planned) / MINUTE));

/** Whether an offer of it waits for an answer. */
export const isUnanswered = (visit: Visit) => visit.status === 'offered' && visit.accept_by !== null;

/** Whether the client has not said yes although the visit is within a day. */
export function isUnconfirmed(visit: Visit, now: number): boolean {
  const isAhead = NOT_THERE_YET.has(visit.status) && visit.status !== 'en_route' && visit.from > now;
  return isAhead && visit.from - now < DAY && visit.client_answer !== 'yes';
}

const TESTS: Record<Attention, (visit: Visit, now: number) => boolean> = {
  late: (visit, now) => lateByMin(visit, now) > 0,
  unanswered: isUnanswered,
  escalated: (visit) => visit.escalated_to !== null,
  unconfirmed: isUnconfirmed,
  broken: (visit) => visit.breaks.length > 0,
};

export const needs = (attention: Attention, visit: Visit, now: number): boolean => TESTS[attention](visit, now);
