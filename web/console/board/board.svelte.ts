// The days that the board shows, kept true by the live channel. One changed visit is read alone.
import { Problem } from '$lib/api';
import { resumeAfter, type Heard } from '$lib/live';
import { readBoard, readVisits, type Reread } from './calls';
import { NOBODY, keyOf, ownerOf, withTimes, type Absence, type BoardDay, type BoardJob, type Shift, type Visit, type Worker } from './types';

type Frame = Pick<BoardDay, 'day' | 'days' | 'timezone' | 'crews' | 'territories'> & { from: number; to: number };
/** The first day, today if there is none, and how many. */
type Asked = { day: string | undefined; days: number };

const TOGETHER_MS = 10; // events of one command come in one piece
const WHOLE_MS = 400;
const RETRY_MS = 5000;
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

  /** What was asked for last. An answer to anything else is dropped. */
  #asked: Asked = { day: undefined, days: 1 };
  /** What the board shows, and the tag of that copy. */
  #shown: (Asked & { tag: string }) | undefined;
  /** What is to be read: it is owed until it has been read. */
  #isWholeOwed = false;
  #wanted = new Wanted();
  /** Visits with a command on its way, and how each was shown before it. */
  #held = new Map<string, Visit | undefined>();
  #reading: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wholeTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** Read these days. Days that are shown already are only read if they have changed. */
  load = (day: string | undefined, days: number): Promise<void> => {
    this.#asked = { day, days };
    return this.again();
  };

  /** Read anew what was asked for last. */
  again = (): Promise<void> => {
    this.#isWholeOwed = true;
    return this.#inTurn(() => this.#readWhole());
  };

  /** Nobody looks at the board any more. */
  stop = (): void => {
    for (const timer of [this.#timer, this.#wholeTimer, this.#retryTimer]) clearTimeout(timer);
  };

  /** One reading after the other, so that an older answer never covers a newer one. */
  #inTurn(read: () => Promise<void>): Promise<void> {
    this.#reading = this.#reading.then(read);
    return this.#reading;
  }

  async #readWhole(): Promise<void> {
    if (!this.#isWholeOwed) return; // the reading before has done it
    this.#isWholeOwed = false;
    const asked = this.#asked;
    const covered = this.#wanted;
    this.#wanted = new Wanted();
    const isShown = this.#shown?.day === asked.day && this.#shown?.days === asked.days;
    try {
      const answer = await readBoard(asked.day, asked.days, isShown ? this.#shown!.tag : '');
      if (asked !== this.#asked) return; // the other days are read next
      if (answer) this.#show(answer.board, { ...asked, tag: answer.tag });
      this.#settle();
    } catch (problem) {
      this.#isWholeOwed = true;
      this.#wanted.add(covered);
      if (asked === this.#asked) this.#fail(problem);
    }
  }

  #settle(): void {
    if (!this.#isWholeOwed && !this.#wanted.size) this.problem = undefined;
  }

  /** What could not be read is still owed. It is tried again by itself unless the server has refused it. */
  #fail(problem: unknown): void {
    this.problem = problem;
    if (problem instanceof Problem && problem.status >= 400 && problem.status < 500) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void (this.#isWholeOwed ? this.again() : this.#readWanted()), RETRY_MS);
  }

  #show(board: BoardDay, shown: Asked & { tag: string }): void {
    const { day, days, timezone, crews, territories } = board;
    this.#shown = shown;
    this.frame = { day, days, timezone, crews, territories, from: Date.parse(board.starts_at), to: Date.parse(board.ends_at) };
    this.workers = board.workers;
    this.shifts = board.shifts;
    this.absences = board.absences;
    this.visits = new Map(
      [...board.visits, ...board.tray.visits].map((visit) => [
        visit.id,
        (this.#held.has(visit.id) && this.visits.get(visit.id)) || withTimes(visit),
      ]),
    );
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

  #readWanted(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#inTurn(() => this.#readSome());
  }

  async #readSome(): Promise<void> {
    const frame = this.frame;
    const wanted = this.#wanted;
    if (!frame || !wanted.size) return;
    if (wanted.visits.size > AT_ONCE || wanted.workers.size > AT_ONCE) {
      this.#isWholeOwed = true;
      return this.#readWhole();
    }
    this.#wanted = new Wanted();
    const [visitIds, workerIds] = [[...wanted.visits].sort(), [...wanted.workers].sort()];
    try {
      this.#merge(visitIds, workerIds, await readVisits(frame.day, frame.days, visitIds, workerIds));
      this.#settle();
    } catch (problem) {
      this.#wanted.add(wanted);
      this.#fail(problem);
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
    if (!this.#held.has(visit.id)) this.#held.set(visit.id, this.visits.get(visit.id));
    this.visits = new Map(this.visits).set(visit.id, { ...visit, isPending: true });
  }

  /** The command is answered, or its answer is lost: the visit is read anew. Unless it is done, it looks as before until then. */
  release = async (id: string, isDone: boolean): Promise<void> => {
    const before = this.#held.get(id);
    this.#held.delete(id);
    if (!isDone) {
      const visits = new Map(this.visits);
      if (before) visits.set(id, before);
      else visits.delete(id);
      this.visits = visits;
    }
    await this.reread([id]);
  };
}

/** Ids of what is to be read alone. */
class Wanted {
  visits = new Set<string>();
  workers = new Set<string>();

  get size(): number {
    return this.visits.size + this.workers.size;
  }

  add(others: Wanted): void {
    for (const id of others.visits) this.visits.add(id);
    for (const id of others.workers) this.workers.add(id);
  }
}

/** Events after which more than one visit can look different. */
const WHOLE = /^(dispatch\.(job_|jobs_|ready_date|request_|order_)|workforce\.crew|identity\.user|clients\.clients_merged)/;

/** Whether a visit has a time and nobody who is asked. */
export const isWaiting = (visit: Visit) => visit.status === 'planned' && keyOf(ownerOf(visit)) === keyOf(NOBODY);
