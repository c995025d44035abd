// What the API said about where and when a visit could be. Pure functions.
import type { Places } from './calls';
import { keyOf, type Owner } from './types';

/** Codes of the rules that a visit breaks that begins at this moment in this row. Null: nothing is known about that. */
export function breaksAt(places: Places, owner: Owner, from: number): string[] | null {
  const key = keyOf(owner);
  const place = places.places.find((one) => keyOf({ workerId: one.crew_id ? null : one.worker_id, crewId: one.crew_id }) === key);
  const span = place?.times.find((one) => Date.parse(one.starts_from) <= from && from < Date.parse(one.starts_before));
  return span ? span.breaks : null;
}

/** Whether no reason overrules one of these rules. */
export const isForbidden = (places: Places, breaks: string[]): boolean => breaks.some((code) => places.never.includes(code));
