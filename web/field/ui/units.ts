// Units of works and materials in words.
import { coded } from '$lib/i18n.svelte';

export const unitName = coded({
  ru: { pcs: 'шт.', m: 'м', m2: 'м²', set: 'компл.', hour: 'ч', kg: 'кг', l: 'л', pack: 'уп.' },
  en: { pcs: 'pcs', m: 'm', m2: 'm²', set: 'sets', hour: 'h', kg: 'kg', l: 'l', pack: 'packs' },
});
