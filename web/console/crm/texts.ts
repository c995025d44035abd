// Texts that several pages of the CRM show.
import { date, dayKey, dayTime, percent as written } from '$lib/format';
import { lang, words } from '$lib/i18n.svelte';

export const common = words({
  ru: {
    save: 'Сохранить', cancel: 'Отмена', saved: 'Сохранено', more: 'Показать ещё', reason: 'Причина', pick: 'Выберите', all: 'все',
    from: 'С', to: 'По',
    client: 'Клиент', who: 'Кто', when: 'Когда', note: 'Примечание', none: 'нет', nobody: 'никто', table: 'Таблицей', chart: 'Графиком',
    total: 'Всего',
    few: 'мало данных', share: 'Доля', close: 'Закрыть', search: 'Поиск', lossReason: 'Причина из списка', words: 'Словами клиента',
    until: 'до', product: 'программа',
  },
  en: {
    save: 'Save', cancel: 'Cancel', saved: 'Saved', more: 'Show more', reason: 'Reason', pick: 'Choose', all: 'all', from: 'From', to: 'To',
    client: 'Client', who: 'Who', when: 'When', note: 'Note', none: 'none', nobody: 'nobody', table: 'As a table', chart: 'As a chart',
    total: 'Total',
    few: 'few data', share: 'Share', close: 'Close', search: 'Search', lossReason: 'Reason of the list', words: 'In the client’s words',
    until: 'until', product: 'the product',
  },
});

/** Hundredths of a per cent: 37,5 %. A dash where nothing is known. */
export const percent = (bp: number | null | undefined): string =>
  bp === null || bp === undefined ? '–' : written(bp / 100, 1);

/** 3 Mar, 14:05; the year instead of the time if it is not this one. */
export const moment = (at: string): string => (dayKey(new Date(at)).slice(0, 4) === dayKey().slice(0, 4) ? dayTime(at) : date(at));

const MONTH = { month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
const MONTHS = { ru: new Intl.DateTimeFormat('ru-RU', MONTH), en: new Intl.DateTimeFormat('en-GB', MONTH) };

/** The month of a day that has no zone: Mar 2026. */
export const month = (day: string): string => MONTHS[lang()].format(new Date(`${day}T00:00:00Z`));

const MONTH_NAMES = {
  ru: new Intl.DateTimeFormat('ru-RU', { month: 'long', timeZone: 'UTC' }),
  en: new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' }),
};

/** 1 is January. */
export const monthName = (number: number): string => MONTH_NAMES[lang()].format(new Date(Date.UTC(2024, number - 1, 1)));
