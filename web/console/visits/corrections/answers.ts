// Answers of a form in words, and what each answer replaced.
import type { Schemas } from '$lib/api';
import { number, plainDate } from '$lib/format';
import { inWords, words } from '$lib/i18n.svelte';
import type { Answers, Field, Schema } from '$lib/forms/policies';

export type Version = Schemas['FormVersionOut'];
type Entry = Schemas['FormAnswerOut'];

const t = words({ ru: { yes: 'да', no: 'нет', photos: 'снимки: {count}' }, en: { yes: 'yes', no: 'no', photos: 'photos: {count}' } });

export const schemaOf = (version: Version): Schema => version.schema as unknown as Schema;
const ruleOf = (version: Version, field: string): Field | undefined => schemaOf(version).properties[field];
export const labelOf = (version: Version, field: string): string => inWords(version.ui.fields[field]?.label) || field;
export const choiceOf = (version: Version, field: string, code: string): string => inWords(version.ui.fields[field]?.choices?.[code]) || code;

export function isPhoto(version: Version, field: string): boolean {
  const rule = ruleOf(version, field);
  return rule?.format === 'attachment' || rule?.items?.format === 'attachment';
}

/** Whether a question takes several photos. */
export const isList = (version: Version, field: string): boolean => ruleOf(version, field)?.type === 'array';

export function photosOf(version: Version, field: string, answer: unknown): string[] {
  if (!isPhoto(version, field)) return [];
  return typeof answer === 'string' ? [answer] : Array.isArray(answer) ? (answer as string[]) : [];
}

/** What was answered, as people read it. Nothing for no answer. */
export function answerWord(version: Version, field: string, answer: unknown): string {
  if (answer === undefined || answer === null) return '';
  if (isPhoto(version, field)) return t('photos', { count: photosOf(version, field, answer).length });
  if (typeof answer === 'boolean') return t(answer ? 'yes' : 'no');
  if (typeof answer === 'number') return number(answer, 6);
  if (Array.isArray(answer)) return answer.map((one) => answerWord(version, field, one)).join(', ');
  if (ruleOf(version, field)?.format === 'date') return plainDate(String(answer));
  return choiceOf(version, field, String(answer));
}

export type Change = { field: string; was: unknown; now: unknown };

/** What an entry of the history changed. `entries` are all of the form, the newest first; `order` is that of its questions. */
export function changesIn(entries: Entry[], index: number, order: string[]): Change[] {
  const older = entries.slice(index + 1);
  const entry = entries[index]!;
  const written = order.filter((field) => entry.written.includes(field));
  return written.map((field) => ({
    field,
    was: older.find((one) => one.written.includes(field))?.answers[field],
    now: entry.answers[field],
  }));
}

export const answersOf = (form: Schemas['VisitFormOut']): Answers => ({ ...(form.answers as Answers) });
