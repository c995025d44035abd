// A visit as the worker sees it: what the server says, and on top of it what he did since. Pure functions.
import type { Command, KeptFile } from '../queue/types';
import type { Visit } from '../sync/items.svelte';
import { proofsWith } from './proofs';

/** Nobody is longer on his way. */
const EARLY_MS = 2 * 3_600_000;

export type Tap = Visit['next_commands'][number];

/** The status after each command. */
const AFTER: Partial<Record<Command['kind'], string>> = {
  accept_visit: 'accepted', depart_for_visit: 'en_route', arrive_at_visit: 'on_site', start_visit: 'in_progress',
  resume_visit: 'in_progress', pause_visit: 'paused', complete_visit: 'completed', not_complete_visit: 'not_completed',
  decline_visit: 'declined',
};
/** Commands that are possible in a status, the likeliest first: as `next_commands` of the API. */
const NEXT: Record<string, Tap[]> = {
  accepted: ['depart', 'arrive', 'not-complete'], en_route: ['arrive', 'not-complete'], on_site: ['start', 'not-complete'],
  in_progress: ['complete', 'pause', 'not-complete'], paused: ['resume', 'not-complete'],
};
const STAMP: Partial<Record<Command['kind'], 'departed_at' | 'arrived_at' | 'started_at' | 'finished_at'>> = {
  depart_for_visit: 'departed_at', arrive_at_visit: 'arrived_at', start_visit: 'started_at',
  complete_visit: 'finished_at', not_complete_visit: 'finished_at',
};

/** He set out for it or is there. */
export const isUnderWay = ({ status }: Visit) => status !== 'accepted' && status in NEXT;

export const underWay = (visits: readonly Visit[]): Visit[] => visits.filter(isUnderWay);

/** Whether nobody sets out for it at `now` without being asked. */
export const isTooEarly = (visit: Visit, now: number): boolean => Date.parse(visit.window_starts_at) - now > EARLY_MS;

/** Whether it counts for the screen: the worker did it, and nobody has refused it. */
const isCounted = (command: Command) => command.state !== 'rejected' && command.state !== 'conflict';

export function ofVisit(commands: Command[], visitId: string): Command[] {
  return commands.filter((command) => command.visit === visitId).sort((one, other) => one.seq - other.seq);
}

/** `aheadMs`: by how much the server's clock is ahead of the phone's. */
export function shownVisit(visit: Visit, commands: Command[], files: KeptFile[], aheadMs: number): Visit {
  const own = ofVisit(commands, visit.id).filter(isCounted);
  let shown = visit;
  for (const command of own) shown = withCommand(shown, command, aheadMs);
  const pending = files.filter((file) => file.visit === visit.id && !file.refusal);
  return { ...shown, proofs: proofsWith(shown, own, pending) };
}

function withCommand(visit: Visit, command: Command, aheadMs: number): Visit {
  const { kind, fields } = command;
  const at = new Date(Date.parse(command.occurred_at) + aheadMs).toISOString();
  let status = AFTER[kind];
  if (status) {
    if (kind === 'complete_visit' && fields.partially) status = 'partially_completed';
    const stamp = STAMP[kind];
    const stamped = stamp ? { [stamp]: visit[stamp] ?? at } : {};
    return { ...visit, ...stamped, status, next_commands: NEXT[status] ?? [] };
  }
  switch (kind) {
    case 'answer_form':
      return { ...visit, forms: visit.forms.map((form) => (form.form_id === fields.form_id ? withAnswers(form, fields) : form)) };
    case 'update_site_access':
      return { ...visit, site: { ...visit.site, ...(fields.changes as object) } };
    case 'record_presence':
      return { ...visit, presence: withPeople(visit.presence, fields.people as Said[], at) };
    default:
      return visit;
  }
}

type Form = Visit['forms'][number];

function withAnswers(form: Form, fields: Record<string, unknown>): Form {
  const answers: Record<string, unknown> = { ...form.answers, ...(fields.answers as object) };
  for (const [field, answer] of Object.entries(answers)) if (answer === null) delete answers[field];
  return { ...form, answers, is_complete: form.is_complete || fields.is_finished === true } as Form;
}

type Said = { worker_id: string; said: 'came' | 'left' | 'absent'; at?: string };
type Presence = Visit['presence'][number];

function withPeople(presence: Presence[], people: Said[], at: string): Presence[] {
  const said = new Map(people.map((one) => [one.worker_id, one.said]));
  return presence.map((one) => {
    const what = said.get(one.worker_id);
    if (!what) return one;
    const was_there = what !== 'absent';
    return { ...one, was_there, is_there: what === 'came', source: 'field', intervals: what === 'came' && !one.intervals.length ? [{ came_at: at, left_at: null }] : one.intervals };
  });
}
