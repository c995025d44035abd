// Why the server would not take a quantity, said while it is typed.
import { words } from '$lib/i18n.svelte';
import { fitsUnit } from '$lib/quantities';

const MOST = 10_000;
const t = words({
  ru: { negative: 'Не меньше нуля.', most: 'Не больше 10 000 за один раз.', whole: 'Только целое число.', places: 'Не больше трёх знаков после запятой.' },
  en: { negative: 'Not below zero.', most: 'At most 10,000 at once.', whole: 'A whole number only.', places: 'At most three decimal places.' },
});

/** Empty: nothing is wrong with it. */
export function quantityFault(quantity: number | null, unit: string): string {
  if (quantity === null) return '';
  if (quantity < 0) return t('negative');
  if (quantity > MOST) return t('most');
  if (fitsUnit(quantity, unit)) return '';
  return t(Number.isInteger(quantity * 1000) ? 'whole' : 'places');
}
