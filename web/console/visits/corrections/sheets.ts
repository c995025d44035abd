// A measured sheet as the office types its correction.
import type { Schemas } from '$lib/api';
import { draftOf, isSendable, isWhole, newDraft } from '$lib/measure/drafts';
import { SIZE_FIELDS, type Draft, type Readings } from '$lib/measure/types';
import { isSame, onTop } from '../../parts/merging';

export type Sheet = Schemas['MeasurementOut'];
/** An opening of the form. `was`: as the sheet has it, or null for one that is added here. */
export type Row = { was: Draft | null; draft: Draft; isOpen: boolean };

const folded = (label: string) => label.trim().toLowerCase();

const draftsOf = (sheet: Sheet): Draft[] => structuredClone(sheet.openings.map(draftOf));

export function rowsOf(sheet: Sheet): Row[] {
  const drafts = draftsOf(sheet);
  return drafts.map((was) => ({ was, draft: structuredClone(was), isOpen: drafts.length === 1 }));
}

const ofLabel = (drafts: Draft[], label: string) => drafts.find((one) => folded(one.label) === folded(label));
const isTouched = ({ was, draft }: Row) => !isSame(was, draft);

/** The newest version, with what was typed about an earlier one on top of it. */
export function renewed(rows: Row[], before: Sheet, newest: Sheet): Row[] {
  const [old, now] = [draftsOf(before), draftsOf(newest)];
  const there = now.flatMap((stored): Row[] => {
    const row = rows.find(({ was }) => was && folded(was.label) === folded(stored.label));
    if (row) return [{ was: stored, draft: structuredClone(onTop(row.was!, row.draft, stored)), isOpen: row.isOpen }];
    const isRemovedHere = isSame(ofLabel(old, stored.label), stored);
    return isRemovedHere ? [] : [{ was: stored, draft: structuredClone(stored), isOpen: false }];
  });
  const onlyHere = rows.filter((row) => isTouched(row) && !(row.was && ofLabel(now, row.was.label)));
  return [...there, ...onlyHere.map((row) => ({ ...row, was: null }))];
}

/** Labels of the openings that differ between two versions. */
export function changedLabels(before: Sheet, newest: Sheet): string[] {
  const [old, now] = [draftsOf(before), draftsOf(newest)];
  const changed = now.filter((one) => !isSame(ofLabel(old, one.label), one));
  return [...changed, ...old.filter((one) => !ofLabel(now, one.label))].map((one) => one.label);
}

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

/** What keeps an opening from being sent. */
export function lackOf(sheet: Sheet, draft: Draft): 'unnamed' | 'sizes' | 'doubts' | null {
  if (!draft.label.trim()) return 'unnamed';
  if (!isWhole(draft)) return 'sizes';
  return isSendable(draft, readingsBefore(sheet, draft)) ? null : 'doubts';
}

/** Whether the form says anything else than the sheet. */
export const isSheetChanged = (sheet: Sheet, drafts: Draft[]): boolean => !isSame(draftsOf(sheet), drafts);
