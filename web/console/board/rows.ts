// Rows of the board: nobody yet, crews, people. A row keeps its identity as long as nothing of it changes, so that one
// changed visit draws one row anew.
import { gaps, MINUTE, packLanes, xOf, type Axis, type Period } from './layout';
import { keyOf, NOBODY, ownerOf, type Absence, type Crew, type Owner, type Shift, type Visit, type Worker } from './types';

/** `isDouble`: somebody would be at two places at once. `isShared`: a member of the crew that has the visit. He is busy; the visit itself stands in the row of the crew. */
export type Block = { visit: Visit; x: number; width: number; lane: number; isDouble: boolean; isShared: boolean };
export type Band = { x: number; width: number; absence: Absence | null };
export type Load = { bookedMin: number; shiftMin: number };
export type Row = {
  key: string;
  owner: Owner;
  worker: Worker | null;
  crew: Crew | null;
  blocks: Block[];
  bands: Band[];
  load: Load | null;
  lanes: number;
};

/** What one row shows. */
type Content = { owner: Owner; worker: Worker | null; crew: Crew | null; visits: Visit[]; shifts: Shift[]; absences: Absence[] };
export type Shown = { workers: Worker[]; crews: Crew[]; visits: Visit[]; shifts: Shift[]; absences: Absence[] };
/** Which visits are drawn. All others count for the load all the same. */
export type IsDrawn = (visit: Visit) => boolean;

const LEAST_WIDTH = 10;

export class RowMaker {
  #axis: Axis | null = null;
  #isDrawn: IsDrawn | null = null;
  #made = new Map<string, { content: Content; row: Row }>();

  make(shown: Shown, axis: Axis, isDrawn: IsDrawn): Row[] {
    if (axis !== this.#axis || isDrawn !== this.#isDrawn) this.#made.clear();
    this.#axis = axis;
    this.#isDrawn = isDrawn;
    return contents(shown, axis).map((content) => this.#rowOf(content, axis, isDrawn));
  }

  #rowOf(content: Content, axis: Axis, isDrawn: IsDrawn): Row {
    const key = keyOf(content.owner);
    const before = this.#made.get(key);
    if (before && isSame(before.content, content)) return before.row;
    const row = makeRow(key, content, axis, isDrawn);
    this.#made.set(key, { content, row });
    return row;
  }
}

const isEqual = (some: unknown[], others: unknown[]) =>
  some.length === others.length && some.every((one, index) => one === others[index]);

const isSame = (a: Content, b: Content) =>
  a.worker === b.worker && a.crew === b.crew && isEqual(a.visits, b.visits) && isEqual(a.shifts, b.shifts) && isEqual(a.absences, b.absences);

function contents(shown: Shown, axis: Axis): Content[] {
  const visits = new Map<string, Visit[]>();
  for (const visit of shown.visits) {
    if (visit.to <= axis.dayFrom || visit.from >= axis.dayTo) continue;
    for (const key of rowsOf(visit)) push(visits, key, visit);
  }
  const shifts = grouped(shown.shifts);
  const absences = grouped(shown.absences);
  const content = (owner: Owner, worker: Worker | null, crew: Crew | null, presence: string): Content => ({
    owner, worker, crew,
    visits: visits.get(keyOf(owner)) ?? [],
    shifts: shifts.get(presence) ?? [],
    absences: absences.get(presence) ?? [],
  });
  return [
    content(NOBODY, null, null, ''),
    ...shown.crews.map((crew) => content({ workerId: null, crewId: crew.id }, null, crew, crew.foreman_id)),
    ...shown.workers.map((worker) => content({ workerId: worker.id, crewId: null }, worker, null, worker.id)),
  ];
}

/** The row of whoever has the visit, and the rows of everybody else whose time it takes. */
function rowsOf(visit: Visit): string[] {
  const own = keyOf(ownerOf(visit));
  const others = visit.people.map((workerId) => keyOf({ workerId, crewId: null })).filter((key) => key !== own);
  return [own, ...others];
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const found = map.get(key);
  if (found) found.push(value);
  else map.set(key, [value]);
}

function grouped<T extends { worker_id: string }>(all: T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) push(found, one.worker_id, one);
  return found;
}

function makeRow(key: string, content: Content, axis: Axis, isDrawn: IsDrawn): Row {
  const visits = content.visits.filter(isDrawn).sort((a, b) => a.from - b.from || a.to - b.to);
  const { lanes, count } = packLanes(visits);
  const isNobodys = key === keyOf(NOBODY);
  const blocks = visits.map((visit, index): Block => {
    const x = xOf(axis, visit.from);
    const width = Math.max(LEAST_WIDTH, xOf(axis, visit.to) - x);
    const { lane, isDouble } = lanes[index]!;
    const isShared = keyOf(ownerOf(visit)) !== key;
    return { visit, x: Math.min(x, axis.width - LEAST_WIDTH), width, lane, isDouble: isDouble && !isNobodys, isShared };
  });
  const { owner, worker, crew } = content;
  return { key, owner, worker, crew, blocks, bands: bandsOf(content, axis), load: loadOf(content, axis), lanes: count };
}

const periodOf = (one: Shift): Period => ({ from: Date.parse(one.starts_at), to: Date.parse(one.ends_at) });

/** What is hatched: time off shift, and absences above it. */
function bandsOf(content: Content, axis: Axis): Band[] {
  if (!content.worker && !content.crew) return [];
  const off = gaps(axis.from, axis.to, content.shifts.map(periodOf)).map((period) => bandOf(period, axis, null));
  const away = content.absences.map((absence) => bandOf(periodOf(absence), axis, absence));
  return [...off, ...away].filter((band) => band.width > 0);
}

function bandOf(period: Period, axis: Axis, absence: Absence | null): Band {
  const x = xOf(axis, period.from);
  return { x, width: xOf(axis, period.to) - x, absence };
}

/** Statuses of visits that take nobody's time. */
const TAKES_NO_TIME = new Set(['canceled', 'not_completed']);

function loadOf(content: Content, axis: Axis): Load | null {
  if (!content.worker && !content.crew) return null;
  const range = { from: axis.dayFrom, to: axis.dayTo };
  const busy = content.visits.filter((visit) => !TAKES_NO_TIME.has(visit.status));
  const away = content.absences.map(periodOf);
  const atWork = content.shifts.map(periodOf).flatMap((shift) => gaps(shift.from, shift.to, away));
  return { bookedMin: minutesWithin(range, busy), shiftMin: minutesWithin(range, atWork) };
}

function minutesWithin(range: Period, periods: Period[]): number {
  const within = (period: Period) => Math.max(0, Math.min(period.to, range.to) - Math.max(period.from, range.from));
  return periods.reduce((sum, period) => sum + within(period), 0) / MINUTE;
}
