// Times and pixels of the board. Pure functions: no page, no clock.
//
// The axis is a row of days. Each shows the hours [from, to) of the company's clock; the hours between are not drawn.
// A day on which the clock changes is an hour shorter or longer.
import { momentOf, shiftDay } from '$lib/format';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Hours = { from: number; to: number };
export type DaySpan = { day: string; from: number; to: number; x: number; width: number };
/** `from` and `to` are the first and the last moment that is drawn; `dayFrom` and `dayTo` those of the whole days. */
export type Axis = { days: DaySpan[]; pxPerHour: number; width: number; from: number; to: number; dayFrom: number; dayTo: number };

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
const momentOfHour = (day: string, hour: number) =>
  (hour < 24 ? momentOf(day, clock(hour)) : momentOf(shiftDay(day, 1))).getTime();

export function makeAxis(firstDay: string, days: number, hours: Hours, pxPerHour: number): Axis {
  const spans: DaySpan[] = [];
  let x = 0;
  for (let index = 0; index < days; index++) {
    const day = shiftDay(firstDay, index);
    const from = momentOfHour(day, hours.from);
    const to = momentOfHour(day, hours.to);
    const width = ((to - from) / HOUR) * pxPerHour;
    spans.push({ day, from, to, x, width });
    x += width;
  }
  const dayFrom = momentOf(firstDay).getTime();
  const dayTo = momentOf(shiftDay(firstDay, days)).getTime();
  return { days: spans, pxPerHour, width: x, from: spans[0]!.from, to: spans.at(-1)!.to, dayFrom, dayTo };
}

/** Where a moment is drawn. What lies in hours that are not drawn is at the edge of its day. */
export function xOf(axis: Axis, moment: number): number {
  for (const span of axis.days) {
    if (moment < span.from) return span.x;
    if (moment < span.to) return span.x + ((moment - span.from) / HOUR) * axis.pxPerHour;
  }
  return axis.width;
}

/** The moment at a place of the axis. */
export function momentAt(axis: Axis, x: number): number {
  const span = spanAt(axis, x);
  const inside = Math.min(Math.max(x - span.x, 0), span.width);
  return span.from + (inside / axis.pxPerHour) * HOUR;
}

function spanAt(axis: Axis, x: number): DaySpan {
  return axis.days.find((span) => x < span.x + span.width) ?? axis.days.at(-1)!;
}

/** The nearest step of the company's clock: 9:07 is 9:00 or 9:15 with steps of 15 minutes. */
export function snapped(axis: Axis, moment: number, stepMin: number): number {
  const step = stepMin * MINUTE;
  const span = axis.days.filter((one) => moment >= one.from).at(-1) ?? axis.days[0]!;
  return span.from + Math.round((moment - span.from) / step) * step;
}

/** Minutes of a duration, at least one step long. */
export function snappedDuration(from: number, to: number, stepMin: number): number {
  return Math.max(stepMin, Math.round((to - from) / MINUTE / stepMin) * stepMin);
}

export type Period = { from: number; to: number };

/** What of [from, to) the periods leave free. */
export function gaps(from: number, to: number, periods: Period[]): Period[] {
  const free: Period[] = [];
  let since = from;
  for (const period of [...periods].sort((a, b) => a.from - b.from)) {
    if (period.from > since) free.push({ from: since, to: Math.min(period.from, to) });
    since = Math.max(since, period.to);
    if (since >= to) return free;
  }
  free.push({ from: since, to });
  return free;
}

export type Lane = { lane: number; isDouble: boolean };

/** Puts periods that overlap one below the other. `periods` are in the order of their beginnings. */
export function packLanes(periods: Period[]): { lanes: Lane[]; count: number } {
  const ends: number[] = [];
  const lanes: Lane[] = [];
  let longest = -1; // index of the period before that ends last
  periods.forEach((period, index) => {
    let lane = ends.findIndex((end) => end <= period.from);
    if (lane < 0) lane = ends.length;
    ends[lane] = period.to;
    const isDouble = longest >= 0 && periods[longest]!.to > period.from;
    if (isDouble) lanes[longest]!.isDouble = true;
    lanes.push({ lane, isDouble });
    if (longest < 0 || period.to > periods[longest]!.to) longest = index;
  });
  return { lanes, count: Math.max(1, ends.length) };
}

/** The hours that contain all these periods as far as they lie in the shown days, whole hours of the company's clock. */
export function hoursAround(periods: Period[], shown: Period, hourOf: (moment: number) => number, otherwise: Hours): Hours {
  let from = 24;
  let to = 0;
  for (const period of periods) {
    const [begin, end] = [Math.max(period.from, shown.from), Math.min(period.to, shown.to)];
    if (begin >= end) continue;
    const first = hourOf(begin);
    const last = hourOf(end);
    const isOvernight = end - begin > 24 * HOUR || (last !== 0 && last < first);
    from = isOvernight ? 0 : Math.min(from, Math.floor(first));
    to = isOvernight || last === 0 ? 24 : Math.max(to, Math.ceil(last));
  }
  return from < to ? { from, to } : otherwise;
}

export type Tick = { x: number; moment: number };

/** Where hours are written: as often as there is room for them. */
export function ticks(axis: Axis, x0: number, x1: number): Tick[] {
  const every = [1, 2, 3, 4, 6].find((hours) => hours * axis.pxPerHour >= 38) ?? 12;
  const found: Tick[] = [];
  for (const span of axis.days) {
    if (span.x + span.width < x0 || span.x > x1) continue;
    for (let moment = span.from; moment < span.to; moment += every * HOUR) {
      found.push({ x: span.x + ((moment - span.from) / HOUR) * axis.pxPerHour, moment });
    }
  }
  return found;
}

/** Where hours begin. */
export function hourLines(axis: Axis, x0: number, x1: number): number[] {
  const lines: number[] = [];
  for (let x = Math.max(0, Math.ceil(x0 / axis.pxPerHour)) * axis.pxPerHour; x < Math.min(x1, axis.width); x += axis.pxPerHour) lines.push(x);
  return lines;
}

/** Rows one below the other: where each begins. The last number is the height of all. */
export function stack(heights: number[]): number[] {
  const tops = [0];
  for (const height of heights) tops.push(tops.at(-1)! + height);
  return tops;
}

/** The index of the row at a height, or -1 below all of them. */
export function rowAt(tops: number[], y: number): number {
  if (y < 0) return 0;
  for (let index = 0; index < tops.length - 1; index++) if (y < tops[index + 1]!) return index;
  return -1;
}
