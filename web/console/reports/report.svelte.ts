// A report reads once for each period.
import { shiftDay } from '$lib/format';
import { Reading } from '$lib/reading.svelte';
import { untrack } from 'svelte';
import { halfOpen, type Period } from '../crm/PeriodBar.svelte';

/** Reads now, and again whenever the period changes. Call it while the component is being made. */
export function readReport<T>(period: () => Period, ask: (query: Period) => Promise<T>): Reading<T> {
  const reading = new Reading(() => ask(halfOpen(period())));
  $effect(() => {
    void [period().from, period().to];
    untrack(() => void reading.read());
  });
  return reading;
}

/** "2026-03-02" as seconds since 1970, for a chart. */
export const secondsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Every day of a period, the last included. */
export function everyDay({ from, to }: Period): string[] {
  const found: string[] = [];
  for (let day = from; day <= to; day = shiftDay(day, 1)) found.push(day);
  return found;
}

/** Every week from the first to the last of these Mondays: one in which nothing happened is drawn as nothing. */
export function everyWeek(mondays: string[]): string[] {
  const last = mondays.at(-1) ?? '';
  const found: string[] = [];
  for (let day = mondays[0] ?? ''; day && day <= last; day = shiftDay(day, 7)) found.push(day);
  return found;
}

/** Every month from the first to the last of these first days. */
export function everyMonth(firsts: string[]): string[] {
  const last = firsts.at(-1) ?? '';
  const found: string[] = [];
  for (let day = firsts[0] ?? ''; day && day <= last; day = `${shiftDay(day, 31).slice(0, 7)}-01`) found.push(day);
  return found;
}
