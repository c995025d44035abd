// What an installed product can be, in words.
import { coded } from '$lib/i18n.svelte';

export const KINDS = ['window', 'door', 'balcony', 'net', 'sill', 'other'] as const;

export const kindName = coded({
  ru: { window: 'Окно', door: 'Дверь', balcony: 'Балконный блок', net: 'Сетка', sill: 'Подоконник', other: 'Другое' },
  en: { window: 'Window', door: 'Door', balcony: 'Balcony unit', net: 'Net', sill: 'Sill', other: 'Other' },
});
