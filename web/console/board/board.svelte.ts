// The days that the board shows, kept true by the live channel. One changed visit is read alone.
import { resumeAfter, type Heard } from '$lib/live';
import { readBoard, readVisits, type Reread } from './calls';
import { NOBODY, keyOf, ownerOf, withTimes, type Absence, type BoardDay, type BoardJob, type Shift, type Visit, type Worker } from './types';

type Frame = Pick<BoardDay, 'day' | 'days' | 'timezone' | 'crews' | 'territories'> & { from: number; to: number };

const TOGETHER_MS = 30; // events of one command come together
const WHOLE_MS = 400;
const AT_ONCE = 100; // what the API reads again in one call

export class Board {
  frame = $state.raw<Frame | undefined>();
  workers = $state.raw<Worker[]>([]);
  shifts = $state.raw<Shift[]>([]);
  absences = $state.raw<Absence[]>([]);
  /** Visits of the days, and those of other days for which nobody is asked. */
  visits = $state.raw<ReadonlyMap<string, Visit>>(new Map());
  jobs = $state.raw<ReadonlyMap<string, BoardJob>>(new Map());
  problem = $state.raw<unknown>();
  /** Work of the tray that was not sent, because there is too much of it. */
  unlisted = $state(0);

  #tag = '';
  #turn = 0;
  #wanted = { visits: new Set<string>(), workers: new Set<string>() };
  #held = new Set<string>();
  #reading: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wholeTimer: ReturnType<typeof setTimeout> | undefined;

  /** Read these days. Days that are shown already are only read if they have changed. */
  load = async (day: string | undefined, days: number): Promise<void> => {
    const turn = ++this.#turn;
    const isShown = this.frame?.day === day && this.frame?.days === days;
    const read = this.#reading.then(async () => {
      try {
        const answer = await readBoard(day, days, isShown ? this.#tag : '');
        if (turn !== this.#turn) return;
        this.problem = undefined;
        if (answer) this.#show(answer.board, answer.tag);
      } catch (problem) {
        if (turn === this.#turn) this.problem = problem;
      }
    });
    this.#reading = read;
    await read;
  };

  again = (): Promise<void> => this.load(this.frame?.day, this.frame?.days ?? 1);

  #show(board: BoardDay, tag: string): void {
    const { day, days, timezone, crews, territories } = board;
    this.#tag = tag;
    this.frame = { day, days, timezone, crews, territories, from: Date.parse(board.starts_at), to: Date.parse(board.ends_at) };
    this.workers = board.workers;
    this.shifts = board.shifts;
    this.absences = board.absences;
    this.visits = new Map([...board.visits, ...board.tray.visits].map((visit) => [visit.id, this.#held.has(visit.id) ? this.visits.get(visit.id)! : withTimes(visit)]));
    this.jobs = new Map(board.tray.jobs.map((job) => [job.id, job]));
    this.unlisted = board.tray.jobs_total - board.tray.jobs.length + (board.tray.visits_total - board.tray.visits.length);
    resumeAfter(board.as_of);
  }

  /** What the live channel says. */
  hear = (heard: Heard): void => {
    if (heard === 'reload') return this.#readWholeSoon();
    const { visit_id, worker_id } = heard.payload as { visit_id?: string; worker_id?: string };
    if (heard.kind.startsWith('dispatch.') && visit_id) this.#want(visit_id);
    else if (heard.kind === 'workforce.availability_changed' && worker_id) this.#want(undefined, worker_id);
    else if (WHOLE.test(heard.kind)) this.#readWholeSoon();
  };

  #readWholeSoon(): void {
    this.#wholeTimer ??= setTimeout(() => {
      this.#wholeTimer = undefined;
      void this.again();
    }, WHOLE_MS);
  }

  #want(visitId?: string, workerId?: string): void {
    if (visitId) this.#wanted.visits.add(visitId);
    if (workerId) this.#wanted.workers.add(workerId);
    this.#timer ??= setTimeout(() => void this.#readWanted(), TOGETHER_MS);
  }

  /** Read these visits again, now. */
  reread = async (ids: string[]): Promise<void> => {
    for (const id of ids) this.#wanted.visits.add(id);
    await this.#readWanted();
  };

  async #readWanted(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { visits, workers } = this.#wanted;
    this.#wanted = { visits: new Set(), workers: new Set() };
    if (visits.size > AT_ONCE || workers.size > AT_ONCE) return this.again();
    if (!visits.size && !workers.size) return this.#reading;
    this.#reading = this.#reading.then(() => this.#readSome([...visits].sort(), [...workers].sort()));
    await this.#reading;
  }

  async #readSome(visitIds: string[], workerIds: string[]): Promise<void> {
    const frame = this.frame;
    if (!frame) return;
    try {
      const answer = await readVisits(frame.day, frame.days, visitIds, workerIds);
      if (this.frame === frame) this.#merge(visitIds, workerIds, answer);
    } catch (problem) {
      this.problem = problem;
    }
  }

  #merge(visitIds: string[], workerIds: string[], answer: Reread): void {
    const visits = new Map(this.visits);
    const jobs = new Map(this.jobs);
    const isFree = (id: string) => !this.#held.has(id);
    for (const id of visitIds.filter(isFree)) visits.delete(id);
    for (const visit of answer.visits) {
      if (visit.job_status !== 'new') jobs.delete(visit.job_id);
      if (isFree(visit.id) && this.#belongsHere(withTimes(visit))) visits.set(visit.id, withTimes(visit));
    }
    for (const job of answer.jobs) jobs.set(job.id, job);
    this.visits = visits;
    this.jobs = jobs;
    if (workerIds.length) this.#replaceWorkers(new Set(workerIds), answer);
    this.problem = undefined;
  }

  #belongsHere(visit: Visit): boolean {
    return this.isInDays(visit) || isWaiting(visit);
  }

  isInDays(visit: Visit): boolean {
    return visit.to > this.frame!.from && visit.from < this.frame!.to;
  }

  #replaceWorkers(asked: Set<string>, answer: Reread): void {
    const others = <T extends { worker_id: string }>(all: T[]) => all.filter((one) => !asked.has(one.worker_id));
    const read = new Map(answer.workers.map((worker) => [worker.id, worker]));
    this.workers = this.workers.map((worker) => read.get(worker.id) ?? worker);
    this.shifts = [...others(this.shifts), ...answer.shifts];
    this.absences = [...others(this.absences), ...answer.absences];
  }

  /** Show a visit as it will be, until its command is answered. What is read meanwhile does not touch it. */
  pretend(visit: Visit): void {
    this.#held.add(visit.id);
    this.visits = new Map(this.visits).set(visit.id, { ...visit, isPending: true });
  }

  /** The command is answered: what is read counts again. A refused one shows `before`. */
  release(id: string, before?: Visit): void {
    this.#held.delete(id);
    if (before) this.visits = new Map(this.visits).set(id, before);
  }
}

/** Events after which more than one visit can look different. */
const WHOLE = /^(dispatch\.(job_|jobs_|ready_date|request_|order_)|workforce\.crew|identity\.user|clients\.clients_merged)/;

/** Whether a visit has a time and nobody who is asked. */
export const isWaiting = (visit: Visit) => visit.status === 'planned' && keyOf(ownerOf(visit)) === keyOf(NOBODY);
