// A whole command that could not be carried out: what the worker had done, and what stands in its way. Pure functions.
import type { Schemas } from '$lib/api';
import { dayTime, money } from '$lib/format';
import { lang, plural, words } from '$lib/i18n.svelte';
import { draftOf } from '$lib/measure/drafts';
import { SIZE_FIELDS, type Draft } from '$lib/measure/types';
import { visitStatus } from '$lib/status';
import { paymentMethod, whyInWords } from '../parts/words';
import { photoPurpose } from '../visits/sections/texts';

type Conflict = Schemas['ConflictOut'];
type Stored = Schemas['OpeningOut'];
type Mine = { kind: string; command: Record<string, unknown> };
type Visit = { status: string; status_reason: string | null; worker_id: string | null; starts_at: string };
type Theirs = { code?: string; visit?: Visit | null; said?: Record<string, string> };

const t = words({
  ru: { visit: 'выезд {status}', why: ' ({why})', now: ', {name}, {when}', nobody: 'никто', partially: 'сделана часть' },
  en: { visit: 'the visit is {status}', why: ' ({why})', now: ', {name}, {when}', nobody: 'nobody', partially: 'a part is done' },
});

export const mineOf = (conflict: Conflict) => conflict.mine as Mine;
const theirsOf = (conflict: Conflict) => conflict.theirs as Theirs;

/** Those that the API carries out after all, if the office wants it. */
export const canBeTaken = (conflict: Conflict) => ['declare_attachment', 'submit_measurement'].includes(mineOf(conflict).kind);

/** What a sent opening may leave out. */
const LEFT_OUT = {
  ...Object.fromEntries(SIZE_FIELDS.map((field) => [field, null])),
  shape: 'rectangle', room: '', quarter_mm: 0, sill_mm: null, slope_mm: null, mosquito_net: false, product: '', comment: '',
};

/** The openings of a sheet that was sent. What they would look like, the API says only of those it has taken. */
export function draftsOf(conflict: Conflict): Draft[] {
  const { kind, command } = mineOf(conflict);
  const sent = kind === 'submit_measurement' ? ((command.openings ?? []) as Schemas['OpeningIn'][]) : [];
  return sent.map((opening) => draftOf({ ...LEFT_OUT, ...opening, checks: [], photos: [] } as unknown as Stored));
}

/** When he did it. The phone says how long it has kept it, so its clock may be wrong. */
export function doneAt(conflict: Conflict): string {
  const { occurred_at, sent_at } = mineOf(conflict).command as { occurred_at?: string; sent_at?: string };
  const keptMs = occurred_at && sent_at ? Date.parse(sent_at) - Date.parse(occurred_at) : 0;
  return dayTime(new Date(Date.parse(conflict.made_at) - keptMs).toISOString());
}

/** What was in it: «фото, Кухня», «1 500 ₽, наличные». */
export function contentOf(conflict: Conflict): string {
  const { command } = mineOf(conflict);
  const openings = draftsOf(conflict).length;
  const parts = [
    openings ? plural(openings, { ru: ['проём', 'проёма', 'проёмов'], en: ['opening', 'openings'] }) : '',
    typeof command.purpose === 'string' ? photoPurpose(command.purpose) : '',
    typeof command.amount_kop === 'number' ? money(command.amount_kop) : '',
    typeof command.method === 'string' ? paymentMethod(command.method) : '',
    command.partially ? t('partially') : '',
    ...['caption', 'text', 'comment'].map((part) => command[part]),
  ];
  return parts.filter((part) => typeof part === 'string' && part).join(', ');
}

/** What the office has made of the visit that he has lost, or the sentence of the API. */
export function inOffice(conflict: Conflict, nameOf: (id: string) => string): string {
  const { code, visit, said } = theirsOf(conflict);
  if (!visit || code !== 'visit_not_found') return said?.[lang()] ?? '';
  const isOver = visit.status === 'canceled';
  const whose = isOver ? '' : t('now', { name: visit.worker_id ? nameOf(visit.worker_id) : t('nobody'), when: dayTime(visit.starts_at) });
  return t('visit', { status: visitStatus(visit.status) }) + (visit.status_reason ? t('why', { why: whyInWords(visit.status_reason) }) : '') + whose;
}
