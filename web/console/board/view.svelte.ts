// How the board is looked at. Days and filters stand in the address, so that it can be shared; habits of a person are kept
// in his browser.
import { dayKey, shiftDay } from '$lib/format';
import type { Router } from '$lib/router.svelte';
import { FILTERS, filtersOf, type Filters } from './filters';
import { PALETTES, type Palette } from './palettes';

export const ZOOMS = [1, 3, 7] as const;
export const STEPS = [5, 15, 30] as const;
const KEPT = 'brigada.board';
const HABITS = { stepMin: 15, palette: 'status' as Palette, isWholeDay: false, isTrayOpen: innerWidth > 900, isMapOpen: false, mapShare: 0.4 };
type Habits = typeof HABITS;

function keptHabits(): Habits {
  try {
    const kept = { ...HABITS, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Habits>) };
    return PALETTES.includes(kept.palette) ? kept : { ...kept, palette: 'status' };
  } catch {
    return HABITS;
  }
}

export class View {
  #habits = $state<Habits>(keptHabits());
  #filterKey = $derived.by(() => JSON.stringify(FILTERS.map((name) => this.router.query.get(name) ?? '')));
  /** The same object as long as no filter changes. */
  filters: Filters = $derived.by(() => {
    const values = JSON.parse(this.#filterKey) as string[];
    return filtersOf(new URLSearchParams(FILTERS.map((name, index) => [name, values[index]!])));
  });
  /** The first day, empty for today. */
  day = $derived.by(() => dayIn(this.router.query.get('day')));
  days = $derived.by(() => ZOOMS.find((zoom) => String(zoom) === this.router.query.get('days')) ?? 1);
  /** The visit whose card is open. */
  opened = $derived.by(() => this.router.query.get('open') ?? '');

  constructor(private readonly router: Router) {}

  get habits(): Readonly<Habits> {
    return this.#habits;
  }

  keep(changes: Partial<Habits>): void {
    Object.assign(this.#habits, changes);
    localStorage.setItem(KEPT, JSON.stringify(this.#habits));
  }

  filter(changes: Partial<Filters>): void {
    this.router.filter(changes as Record<string, string>);
  }

  showDay(day: string): void {
    this.router.filter({ day: day === dayKey() ? '' : day });
  }

  /** One screen on or back. */
  turn(steps: 1 | -1): void {
    this.showDay(shiftDay(this.day || dayKey(), steps * this.days));
  }

  zoom(days: number): void {
    this.router.filter({ days: days === 1 ? '' : String(days) });
  }

  open(visitId: string): void {
    this.router.filter({ open: visitId });
  }
}

const dayIn = (text: string | null) => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '');
