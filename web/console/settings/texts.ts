import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    save: 'Сохранить', saved: 'Сохранено', cancel: 'Отмена', add: 'Добавить', newWork: 'Новая работа', added: 'Добавлено', change: 'Изменить',
    more: 'Показать ещё', code: 'Код', codeHint: 'Латиницей, не меняется', name: 'Название', nameRu: 'Название по-русски',
    nameEn: 'Название по-английски', unit: 'Единица', price: 'Цена, ₽', reward: 'Вознаграждение, ₽', warranty: 'Гарантия, мес.', used: 'Используется',
    unused: 'не используется', noPrices: 'Прайс-лист пуст', noPricesWhy: 'Добавьте работы: из них составляются акты и вознаграждения.',
    noMaterials: 'Каталог материалов пуст', version: 'Версия', draft: 'Черновик', published: 'Опубликована версия {number}',
    neverPublished: 'Ещё не опубликовано', hasChanges: 'в черновике есть изменения', publish: 'Опубликовать', retire: 'Убрать из использования',
    publishedNow: 'Опубликовано', versions: 'Опубликованные версии',
  },
  en: {
    save: 'Save', saved: 'Saved', cancel: 'Cancel', add: 'Add', newWork: 'New work', added: 'Added', change: 'Change', more: 'Show more',
    code: 'Code', codeHint: 'Latin letters, never changes', name: 'Name', nameRu: 'Name in Russian', nameEn: 'Name in English', unit: 'Unit',
    price: 'Price, ₽', reward: 'Reward, ₽', warranty: 'Warranty, months', used: 'In use', unused: 'not in use', noPrices: 'The price list is empty',
    noPricesWhy: 'Add work: acts and rewards are made of it.', noMaterials: 'The catalogue of materials is empty', version: 'Version', draft: 'Draft',
    published: 'Version {number} is published', neverPublished: 'Not published yet', hasChanges: 'the draft has changes', publish: 'Publish',
    retire: 'Take out of use', publishedNow: 'Published', versions: 'Published versions',
  },
});

export const unit = coded({
  ru: { pcs: 'шт.', m: 'м', m2: 'м²', set: 'компл.', hour: 'ч', kg: 'кг', l: 'л', pack: 'уп.' },
  en: { pcs: 'pcs', m: 'm', m2: 'm²', set: 'set', hour: 'h', kg: 'kg', l: 'l', pack: 'pack' },
});

/** "12,50" and "12.5" roubles as kopecks; null for what is no sum. */
export function kopecks(roubles: string): number | null {
  const match = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(roubles.replace(/\s/g, ''));
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null;
}

export const roubles = (sum: number): string => (sum % 100 ? (sum / 100).toFixed(2).replace('.', ',') : String(sum / 100));
