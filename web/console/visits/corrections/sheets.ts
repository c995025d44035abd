// A measured sheet as the office types its correction.
import type { Schemas } from '$lib/api';
import { draftOf, isSendable, newDraft } from '$lib/measure/drafts';
import { SIZE_FIELDS, type Draft, type Readings } from '$lib/measure/types';

export type Sheet = Schemas['MeasurementOut'];

const folded = (label: string) => label.trim().toLowerCase();

export const draftsOf = (sheet: Sheet): Draft[] => sheet.openings.map(draftOf);

/** What the sheet says of the opening with this label. The server compares with it, too. */
export function readingsBefore(sheet: Sheet, draft: Draft): Readings | null {
  const found = sheet.openings.find((one) => folded(one.label) === folded(draft.label));
  return found ? (Object.fromEntries(SIZE_FIELDS.map((field) => [field, found[field]])) as Readings) : null;
}

/** An empty opening with the next free label: О-4 after О-3. */
export function nextDraft(drafts: Draft[]): Draft {
  const prefix = drafts[0]?.label.replace(/\d+$/, '') ?? 'О-';
  const taken = new Set(drafts.map((one) => folded(one.label)));
  let number = 1;
  while (taken.has(folded(`${prefix}${number}`))) number += 1;
  return newDraft(`${prefix}${number}`);
}

/** A label that stands there twice. */
export const repeatedLabel = (drafts: Draft[]): string | undefined =>
  drafts.find((one, index) => drafts.findIndex((other) => folded(other.label) === folded(one.label)) !== index)?.label;

export const isSheetSendable = (sheet: Sheet, drafts: Draft[]): boolean =>
  drafts.length > 0 && !repeatedLabel(drafts) && drafts.every((one) => isSendable(one, readingsBefore(sheet, one)));

/** Whether something other than the reasons differs from the sheet. */
export const isSheetChanged = (sheet: Sheet, drafts: Draft[]): boolean => JSON.stringify(draftsOf(sheet)) !== JSON.stringify(drafts);
