// What is drawn: the axis of time, the rows, the tray. Derived from the board and from how it is looked at.
import { serverNow } from '$lib/api';
import { dayKey, momentOf, shiftDay, time } from '$lib/format';
import { isWaiting, type Board } from './board.svelte';
import { crewsShown, isVisitShown, isWorkShown, workersShown } from './filters';
import { hoursAround, makeAxis, stack, type Axis, type Hours, type Period } from './layout';
import { RowMaker, type Row } from './rows';
import { ownerOf, type BoardJob, type Visit } from './types';
import type { View } from './view.svelte';

export const SIDE = 196; // width of the names
export const HEAD = 44; // height of the hours
const ROOM = 6;
const LEAST_PX_PER_HOUR: Record<number, number> = { 1: 64, 3: 40, 7: 26 };
const OFFICE_HOURS: Hours = { from: 8, to: 20 };
const WHOLE_DAY: Hours = { from: 0, to: 24 };

export class Schedule {
  /** Width of the hours on the screen. */
  width = $state(1000);
  #maker = new RowMaker();

  constructor(private readonly board: Board, private readonly view: View) {}

  laneHeight = $derived.by(() => (this.view.days === 7 ? 26 : 42));
  isTall = $derived.by(() => this.view.days !== 7);

  #hours: Hours = $derived.by(() => {
    if (this.view.habits.isWholeDay || !this.board.frame) return WHOLE_DAY;
    const { day, days } = this.board.frame;
    const shown = { from: momentOf(day).getTime(), to: momentOf(shiftDay(day, days)).getTime() };
    return hoursAround([...this.board.shifts.map(periodOf), ...this.#inDays], shown, hourOf, OFFICE_HOURS);
  });
  #hoursKey = $derived.by(() => `${this.#hours.from} ${this.#hours.to}`);

  axis: Axis = $derived.by(() => {
    const days = this.board.frame?.days ?? this.view.days;
    const [from, to] = this.#hoursKey.split(' ').map(Number) as [number, number];
    const fitting = Math.floor(this.width / (days * (to - from)));
    return makeAxis(this.board.frame?.day ?? dayKey(serverNow()), days, { from, to }, Math.max(LEAST_PX_PER_HOUR[days] ?? 40, fitting));
  });

  #inDays = $derived.by(() => [...this.board.visits.values()].filter((visit) => this.board.frame && this.board.isInDays(visit)));
  #isDrawn = $derived.by(() => {
    const filters = this.view.filters;
    return (visit: Visit) => isVisitShown(visit, filters);
  });
  #workers = $derived.by(() => workersShown(this.board.workers, this.board.frame?.crews ?? [], this.view.filters));
  #crews = $derived.by(() => crewsShown(this.board.frame?.crews ?? [], this.board.workers, this.view.filters));

  rows: Row[] = $derived.by(() => {
    const { shifts, absences } = this.board;
    return this.#maker.make({ workers: this.#workers, crews: this.#crews, visits: this.#inDays, shifts, absences }, this.axis, this.#isDrawn);
  });
  heights = $derived.by(() => this.rows.map((row) => row.lanes * this.laneHeight + ROOM));
  tops = $derived.by(() => stack(this.heights));

  /** Visits that are drawn in the rows, in the order of the rows. */
  drawn: Visit[] = $derived.by(() => this.rows.flatMap((row) => row.blocks.filter((block) => !block.isShared).map((block) => block.visit)));

  /** Work without a time, and visits of other days for which nobody is asked. */
  trayJobs: BoardJob[] = $derived.by(() => [...this.board.jobs.values()].filter((job) => isWorkShown(job, this.view.filters)));
  trayVisits: Visit[] = $derived.by(() =>
    [...this.board.visits.values()].filter((visit) => isWaiting(visit) && !this.board.isInDays(visit) && isWorkShown(visit, this.view.filters)),
  );

  rowOf(visit: Visit): Row | undefined {
    const { workerId, crewId } = ownerOf(visit);
    return this.rows.find((row) => row.owner.workerId === workerId && row.owner.crewId === crewId);
  }
}

const periodOf = (shift: { starts_at: string; ends_at: string }): Period => ({ from: Date.parse(shift.starts_at), to: Date.parse(shift.ends_at) });

const hours = new Map<number, number>(); // formatting a time costs more than drawing it, and times repeat

/** Hours since midnight by the company's clock: 14.5 is half past two. */
function hourOf(moment: number): number {
  let hour = hours.get(moment);
  if (hour === undefined) {
    const [whole, minutes] = time(moment).split(':').map(Number) as [number, number];
    hours.set(moment, (hour = whole + minutes / 60));
  }
  return hour;
}
