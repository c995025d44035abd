// Times, money and phones as people read them. Formatters are made once: making one costs more than a hundred uses.
// Times of a company are shown in the zone of the company, wherever the reader sits.
import { lang } from './i18n.svelte';

let zone = 'Europe/Moscow';

export function setZone(timezone: string): void {
  zone = timezone;
}

export function companyZone(): string {
  return zone;
}

const LOCALES = { ru: 'ru-RU', en: 'en-GB' } as const;
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, options: Intl.DateTimeFormatOptions, timeZone = zone): Intl.DateTimeFormat {
  const key = `${lang()}|${timeZone}|${name}`;
  let found = made.get(key);
  if (!found) made.set(key, (found = new Intl.DateTimeFormat(LOCALES[lang()], { timeZone, ...options })));
  return found;
}

type Moment = string | number | Date;
const dateOf = (moment: Moment) => (moment instanceof Date ? moment : new Date(moment));

/** 14:05 */
export const time = (moment: Moment) => formatter('time', { hour: '2-digit', minute: '2-digit' }).format(dateOf(moment));
/** 14:05:09 */
export const timeWithSeconds = (moment: Moment) =>
  formatter('seconds', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(dateOf(moment));
/** пн, 3 марта */
export const day = (moment: Moment) =>
  formatter('day', { weekday: 'short', day: 'numeric', month: 'long' }).format(dateOf(moment));
/** 3 мар. 2026 г. */
export const date = (moment: Moment) =>
  formatter('date', { day: 'numeric', month: 'short', year: 'numeric' }).format(dateOf(moment));
/** 3 мар., 14:05 */
export const dayTime = (moment: Moment) =>
  formatter('dayTime', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(dateOf(moment));
/** 10:00–12:00 */
export const timeRange = (from: Moment, to: Moment) => `${time(from)}–${time(to)}`;

/** A day that has no time of its own ("2026-03-03"), as it is written, in no zone. */
export const plainDate = (iso: string) =>
  formatter('plain', { day: 'numeric', month: 'short', year: 'numeric' }, 'UTC').format(new Date(`${iso}T00:00:00Z`));

/** "2026-03": март 2026 г. */
export const monthName = (isoMonth: string) =>
  formatter('month', { month: 'long', year: 'numeric' }, 'UTC').format(new Date(`${isoMonth}-01T00:00:00Z`));

const isoDay = new Map<string, Intl.DateTimeFormat>();

/** The company's day of a moment, as "2026-03-03". */
export function dayKey(moment: Moment = Date.now()): string {
  let found = isoDay.get(zone);
  if (!found) isoDay.set(zone, (found = new Intl.DateTimeFormat('sv-SE', { timeZone: zone })));
  return found.format(dateOf(moment));
}

/** The moment at which a day of the company and a time of its clock begin: ("2026-03-03", "14:30"). */
export function momentOf(isoDate: string, clock = '00:00'): Date {
  const wanted = Date.parse(`${isoDate}T${clock}:00Z`);
  let guess = wanted - offsetAt(wanted);
  guess = wanted - offsetAt(guess); // the second look is right on days on which the clock changes
  return new Date(guess);
}

const offsetFormats = new Map<string, Intl.DateTimeFormat>();

function offsetAt(moment: number): number {
  let found = offsetFormats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    offsetFormats.set(zone, found);
  }
  return Date.parse(`${found.format(moment).replace(' ', 'T')}Z`) - Math.floor(moment / 1000) * 1000;
}

/** "2026-03-03" and 1: "2026-03-04". */
export function shiftDay(isoDate: string, days: number): string {
  return new Date(Date.parse(`${isoDate}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Kopecks: 12 345,60 ₽ */
export function money(kopecks: number): string {
  const locale = LOCALES[lang()];
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'RUB',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: kopecks % 100 ? 2 : 0,
  }).format(kopecks / 100);
}

export const number = (value: number, digits = 0) =>
  new Intl.NumberFormat(LOCALES[lang()], { maximumFractionDigits: digits }).format(value);

/** 37.5: 37,5 % in Russian, 37.5% in English. */
export const percent = (value: number, digits = 0) =>
  new Intl.NumberFormat(LOCALES[lang()], { style: 'percent', maximumFractionDigits: digits }).format(value / 100);

/** +79161234567: +7 916 123-45-67. Other numbers stay as they are. */
export function phone(e164: string | null | undefined): string {
  const parts = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(e164 ?? '');
  return parts ? `+7 ${parts[1]} ${parts[2]}-${parts[3]}-${parts[4]}` : (e164 ?? '');
}

/** What is left until a deadline or how long it is over: 4:05, 1:12:00, −0:40; from two days on 3 д 22 ч. */
export function countdown(leftMs: number): string {
  const seconds = Math.abs(Math.trunc(leftMs / 1000));
  const parts = [Math.trunc(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.trunc(seconds / 3600);
  const days = lang() === 'ru' ? ['д', 'ч'] : ['d', 'h'];
  const shown = hours >= 48 ? `${Math.trunc(hours / 24)} ${days[0]} ${hours % 24} ${days[1]}` : hours ? `${hours}:${parts[0]}:${parts[1]}` : `${Number(parts[0])}:${parts[1]}`;
  return leftMs < 0 ? `−${shown}` : shown;
}

/** 95 minutes: 1 ч 35 мин. */
export function minutes(total: number): string {
  const units = lang() === 'ru' ? ['ч', 'мин'] : ['h', 'min'];
  const hours = Math.trunc(total / 60);
  const rest = Math.round(total % 60);
  return [hours ? `${hours} ${units[0]}` : '', rest || !hours ? `${rest} ${units[1]}` : ''].filter(Boolean).join(' ');
}
