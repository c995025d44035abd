// Lines of an estimate as a form holds them: what is typed stays text until it is sent.
import type { Schemas } from '$lib/api';
import { newId } from '$lib/ids';
import { kopecks } from './texts';

export const UNITS = ['pcs', 'm', 'm2', 'set', 'hour'] as const;
type Unit = (typeof UNITS)[number];
type Part = 'goods' | 'work';

export type Line = {
  key: string;
  part: Part;
  /** Of the price list; empty: a line of its own name and price. */
  work_code: string;
  name: string;
  unit: Unit;
  quantity: string;
  price: string;
  discount: string;
  reason: string;
  opening_label: string;
};

export const emptyLine = (part: Part): Line => ({
  key: newId(), part, work_code: '', name: '', unit: 'pcs', quantity: '1', price: '', discount: '', reason: '', opening_label: '',
});

const roubles = (kop: number | null) => (kop === null ? '' : String(kop / 100));

export const lineOfProposal = (line: Schemas['ProposedLineOut']): Line => ({
  ...emptyLine(line.part as Part),
  work_code: line.work_code ?? '', name: line.name, unit: line.unit as Unit, quantity: String(line.quantity), price: roubles(line.price_kop), opening_label: line.opening_label,
});

export const lineOfStored = (line: Schemas['EstimateLineOut']): Line => ({
  ...emptyLine(line.part as Part),
  work_code: line.work_code ?? '', name: line.name_ru, unit: line.unit as Unit, quantity: String(line.quantity), price: roubles(line.price_kop),
  discount: line.discount_percent ? String(line.discount_percent) : '', reason: line.reason, opening_label: line.opening_label,
});

/** What a number of a line looks like: 12, 1 250,5 or 0.75. Anything else is not saved. */
export const DECIMAL = '[\\d\\s]+([.,]\\d+)?';

export const decimal = (typed: string) => Number(typed.replace(/\s/g, '').replace(',', '.'));

export function lineOf(line: Line): Schemas['EstimateLineIn'] {
  const own = line.work_code ? { work_code: line.work_code } : { name: line.name.trim(), unit: line.unit, price_kop: kopecks(line.price) };
  const discount = decimal(line.discount) > 0 ? { discount_percent: decimal(line.discount), reason: line.reason.trim() } : {};
  return { part: line.part, quantity: decimal(line.quantity), opening_label: line.opening_label, ...own, ...discount };
}

/** About what the line costs; the API works it out exactly. */
export function sumOf(line: Line, listPrice: number | undefined): number {
  const price = line.work_code ? (listPrice ?? 0) : kopecks(line.price || '0');
  const sum = price * decimal(line.quantity || '0') * (1 - decimal(line.discount || '0') / 100);
  return Number.isFinite(sum) ? Math.round(sum) : 0;
}
