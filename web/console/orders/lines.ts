// Lines of an estimate as a form holds them: what is typed stays text until it is sent.
import type { Schemas } from '$lib/api';
import { newId } from '$lib/ids';
import { kopecks } from './texts';

export const UNITS = ['pcs', 'm', 'm2', 'set', 'hour'] as const;
/** Percent of VAT that the price contains. */
export const VAT_RATES = [0, 5, 7, 10, 20, 22] as const;
type Unit = (typeof UNITS)[number];
type Part = 'goods' | 'work';
type Vat = Schemas['EstimateLineIn']['vat_rate'];

export type Line = {
  key: string;
  part: Part;
  /** Of the price list; empty: a line of its own name and price. */
  work_code: string;
  name: string;
  unit: Unit;
  quantity: string;
  /** Per unit. Empty for a work at the price of the price list. */
  price: string;
  discount: string;
  discount_in: 'percent' | 'sum';
  /** Why there is a discount, or another price than the price list has. */
  reason: string;
  opening_label: string;
  /** Null: without VAT. */
  vat_rate: Vat;
};

export const emptyLine = (part: Part, vat_rate: Vat = null): Line => ({
  key: newId(),
  part,
  work_code: '',
  name: '',
  unit: 'pcs',
  quantity: '1',
  price: '',
  discount: '',
  discount_in: 'percent',
  reason: '',
  opening_label: '',
  vat_rate,
});

const roubles = (kop: number | null) => (kop === null ? '' : String(kop / 100));

/** A line that the measurement proposes. Works are at the price of the price list. */
export const lineOfProposal = (line: Schemas['ProposedLineOut'], vat_rate: Vat): Line => ({
  ...emptyLine(line.part as Part, vat_rate),
  work_code: line.work_code ?? '',
  name: line.name,
  unit: line.unit as Unit,
  quantity: String(line.quantity),
  price: line.work_code ? '' : roubles(line.price_kop),
  opening_label: line.opening_label,
});

/** A line as it was drafted. A work keeps a price of its own only with a reason: the price list may have changed. */
export const lineOfStored = (line: Schemas['EstimateLineOut'], listPrice: number | undefined): Line => ({
  ...emptyLine(line.part as Part, line.vat_rate as Vat),
  work_code: line.work_code ?? '',
  name: line.name_ru,
  unit: line.unit as Unit,
  quantity: String(line.quantity),
  price: line.work_code && (!line.reason || line.price_kop === listPrice) ? '' : roubles(line.price_kop),
  discount: line.discount_percent ? String(line.discount_percent) : line.discount_kop ? roubles(line.discount_kop) : '',
  discount_in: line.discount_kop && !line.discount_percent ? 'sum' : 'percent',
  reason: line.reason,
  opening_label: line.opening_label,
});

/** What a number of a line looks like: 12, 1 250,5 or 0.75. Anything else is not saved. */
export const DECIMAL = '\\d[\\d\\s]*([.,]\\d+)?';

export const decimal = (typed: string) => Number(typed.replace(/\s/g, '').replace(',', '.'));

export const isDiscounted = (line: Line): boolean => decimal(line.discount || '0') > 0;

/** Whether the line needs words for its price. */
export const needsReason = (line: Line): boolean => isDiscounted(line) || (line.work_code !== '' && line.price !== '');

export function lineOf(line: Line): Schemas['EstimateLineIn'] {
  const own = line.work_code ? { work_code: line.work_code } : { name: line.name.trim(), unit: line.unit };
  const price = line.price ? { price_kop: kopecks(line.price) } : {};
  const reason = needsReason(line) ? { reason: line.reason.trim() } : {};
  const { part, opening_label, vat_rate } = line;
  return { part, quantity: decimal(line.quantity), opening_label, vat_rate, ...own, ...price, ...discountOf(line), ...reason };
}

function discountOf(line: Line): Pick<Schemas['EstimateLineIn'], 'discount_kop' | 'discount_percent'> {
  if (!isDiscounted(line)) return {};
  return line.discount_in === 'sum' ? { discount_kop: kopecks(line.discount) } : { discount_percent: decimal(line.discount) };
}

/** What the line costs, rounded as `app/orders/estimates/pricing.py` does: first its sum, then the discount. */
export function sumOf(line: Line, listPrice: number | undefined): number {
  const price = line.work_code && !line.price ? (listPrice ?? 0) : kopecks(line.price || '0');
  const whole = share(price, decimal(line.quantity || '0'), 1000);
  const given = line.discount || '0';
  const discount = line.discount_in === 'sum' ? Math.min(kopecks(given), whole) : share(whole, decimal(given) / 100, 10_000);
  return Number.isFinite(whole - discount) ? whole - discount : 0;
}

/** `sum` × `part` in whole kopecks, half up. `part` has no finer steps than 1 / `steps`: whole numbers do not drift. */
const share = (sum: number, part: number, steps: number) => Math.round((sum * Math.round(part * steps)) / steps);
