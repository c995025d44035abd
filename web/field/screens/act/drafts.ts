// An act while it is put together: works of the price list with quantities, and the products that get a tag. Pure functions.
import type { Schemas } from '$lib/api';
import type { Command } from '../../queue/types';
import type { Act, Visit } from '../../sync/items.svelte';

export type Product = Required<Pick<Schemas['ProductIn'], 'name' | 'kind' | 'opening_label' | 'serial'>>;
export type ActDraft = { lines: { work_code: string; quantity: number | null; comment: string }[]; products: Product[] };
type Work = Schemas['WorkItemOut'];

const LEAST_QUANTITY = 0.001;
/** Where the works of the contract are done. Whoever measures or delivers has done none of them. */
const WORKS_ARE_DONE = ['installation', 'service'];

/** What the client has agreed to and no signed act has taken. A phone with items of an earlier version knows of none. */
export const agreedWorks = (visit: Visit): Visit['agreed_works'] => (WORKS_ARE_DONE.includes(visit.kind) ? (visit.agreed_works ?? []) : []);

/** It begins with what was agreed, an installation also with a product for each opening that was measured. */
export function newAct(visit: Visit, nameOf: (kind: string) => string): ActDraft {
  const openings = visit.kind === 'installation' ? (visit.measurement?.openings ?? []) : [];
  const products = openings.map((one) => ({
    name: [nameOf(one.kind), one.room].filter(Boolean).join(', '), kind: one.kind as Product['kind'], opening_label: one.label, serial: '',
  }));
  return { lines: agreedWorks(visit).map(({ work_code, quantity }) => ({ work_code, quantity, comment: '' })), products };
}

/**
 * What the price list makes of the work that was not agreed. The act itself says what the contract, discounts and payments
 * leave to pay.
 */
export function roughTotal(draft: ActDraft, works: Work[], agreed: Visit['agreed_works']): number {
  const price = new Map(works.map((one) => [one.code, one.price_kop]));
  const left = new Map(agreed.map((one) => [one.work_code, one.quantity]));
  let sum = 0;
  for (const { work_code, quantity } of draft.lines) {
    const covered = Math.min(quantity ?? 0, left.get(work_code) ?? 0);
    left.set(work_code, (left.get(work_code) ?? 0) - covered);
    sum += Math.round(((quantity ?? 0) - covered) * (price.get(work_code) ?? 0));
  }
  return sum;
}

export const isReady = (draft: ActDraft): boolean =>
  draft.lines.length > 0 && draft.lines.every((line) => (line.quantity ?? 0) > 0) && draft.products.every((one) => one.name.trim());

const UNDER_WAY = ['en_route', 'on_site', 'in_progress', 'paused'];

/** Whether the server draws up the act of a visit that he has set out for. `later`: it has not heard of the departure. */
export const timeToDrawUp = (status?: string): 'later' | 'now' | 'over' =>
  status === 'accepted' ? 'later' : UNDER_WAY.includes(status ?? '') ? 'now' : 'over';

/** Whether a refusal with this status may be none in a while: the server is in trouble or busy, or the session has ended. */
export const isForNow = (status: number): boolean => status >= 500 || [401, 408, 429].includes(status);

/** The client is shown and signs an act only once somebody has arrived. */
export const isAhead = (visit: Visit): boolean => !visit.arrived_at;

/**
 * Whether something else was agreed since the act was drawn up, or another act has taken its works: the server refuses the
 * signature then. A phone with items of an earlier version cannot tell.
 */
export function isOutdated(act: Act, visit: Visit): boolean {
  if (visit.contract_number === undefined) return false;
  if (visit.contract_number !== (act.content.contract_number ?? null)) return true;
  const left = new Map((visit.agreed_works ?? []).map((one) => [one.work_code, one.quantity]));
  for (const { code, quantity, by_contract } of act.content.lines) if (by_contract) left.set(code, (left.get(code) ?? 0) - Number(quantity));
  return [...left.values()].some((quantity) => quantity < -LEAST_QUANTITY / 2);
}

type Said = { worker_id: string; said: 'came' | 'left' | 'absent' };

/**
 * Whether others work on the visit than the act names, as far as this phone knows: the server refuses the signature then.
 * `own` are the commands of the visit that count.
 */
export function namesOthers(act: Act, visit: Visit, own: Command[]): boolean {
  const there = new Set(visit.presence.filter((one) => one.was_there).map((one) => one.worker_id));
  for (const command of own.filter((one) => one.kind === 'record_presence')) {
    for (const { worker_id, said } of command.fields.people as Said[]) if (said === 'came') there.add(worker_id);
  }
  const named = act.content.crew.map((one) => one.worker_id);
  return named.length !== there.size || named.some((one) => !there.has(one));
}
