// An act while it is put together: works of the price list with quantities, and the products that get a tag. Pure functions.
import type { Schemas } from '$lib/api';
import type { Visit } from '../../sync/items.svelte';

export type Product = Required<Pick<Schemas['ProductIn'], 'name' | 'kind' | 'opening_label' | 'serial'>>;
export type ActDraft = { lines: { work_code: string; quantity: number | null; comment: string }[]; products: Product[] };
type Work = Schemas['WorkItemOut'];

/** An installation begins with a product for each opening that was measured. */
export function newAct(visit: Visit | null, nameOf: (kind: string) => string): ActDraft {
  const openings = visit?.kind === 'installation' ? (visit.measurement?.openings ?? []) : [];
  const products = openings.map((one) => ({
    name: [nameOf(one.kind), one.room].filter(Boolean).join(', '), kind: one.kind as Product['kind'], opening_label: one.label, serial: '',
  }));
  return { lines: [], products };
}

/** What the price list makes of it. The act itself says what the contract, discounts and payments leave to pay. */
export function roughTotal(draft: ActDraft, works: Work[]): number {
  const price = new Map(works.map((one) => [one.code, one.price_kop]));
  return draft.lines.reduce((sum, line) => sum + Math.round((line.quantity ?? 0) * (price.get(line.work_code) ?? 0)), 0);
}

export const isReady = (draft: ActDraft): boolean =>
  draft.lines.length > 0 && draft.lines.every((line) => (line.quantity ?? 0) > 0) && draft.products.every((one) => one.name.trim());
