// Commands of the board and the way back from each. A move is shown at once; if the server refuses it, it is taken back.
//
// A command names the version that the person saw when she began, so that it never covers what a colleague has done since.
// The way back names the version that the command left.
import { Problem } from '$lib/api';
import { dayTime, time } from '$lib/format';
import { plural, words } from '$lib/i18n.svelte';
import { newId } from '$lib/ids';
import { withReason } from '$lib/reasons.svelte';
import { done } from '$lib/toasts.svelte';
import { Changed, sayRefused } from '../parts/changes';
import type { Board } from './board.svelte';
import * as calls from './calls';
import { MINUTE } from './layout';
import { ownerName } from './names';
import { keyOf, NOBODY, ownerOf, type BoardJob, type Owner, type Visit } from './types';

/** Where a visit, or a job of the tray, is to be. */
export type Slot = { work: Visit | BoardJob; owner: Owner; from: number; to: number };
type Done = { text: string; step?: Step };
/** What is said of a visit. */
type Named = Pick<Visit, 'id' | 'job_id' | 'client_name'>;
/** `undo` answers whether it worked. */
type Step = { undo: () => Promise<boolean> };

const t = words({
  ru: {
    moved: '{client}: {time}, {who}', planned: '{client}: {time}, предложено – {who}', waits: '{client}: {time}, никому не предложен',
    withdrawn: '{client}: предложение отозвано', pinned: '{client}: закреплён', unpinned: '{client}: откреплён',
    canceled: '{client}: выезд отменён', answered: '{client}: ответ записан', undone: 'Отменено: {what}',
    nothing: 'Отменять нечего', mistake: 'Поставлен на доску по ошибке',
    many: 'Сделано: {done} из {total}',
  },
  en: {
    moved: '{client}: {time}, {who}', planned: '{client}: {time}, offered to {who}', waits: '{client}: {time}, nobody asked',
    withdrawn: '{client}: the offer is withdrawn', pinned: '{client}: pinned', unpinned: '{client}: unpinned',
    canceled: '{client}: the visit is cancelled', answered: '{client}: the answer is kept', undone: 'Undone: {what}',
    nothing: 'Nothing to undo', mistake: 'Put on the board by mistake',
    many: 'Done: {done} of {total}',
  },
});
const STEPS_KEPT = 50;

export class Moves {
  /** How far a command about several visits is. */
  progress = $state.raw<{ done: number; total: number } | null>(null);
  #steps: { text: string; step: Step }[] = [];
  /** The opposite command is not itself a step that can be undone. */
  #isUndoing = false;
  /** The version that the last command about a visit left. */
  #left = new Map<string, number>();
  /** Undoing makes a new version like an old one. It stands here under the old one, whose command can then be undone too. */
  #likeOld = new Map<string, number>();

  constructor(private readonly board: Board) {}

  /** Put each where it is to be. A reason that is given for one of them holds for the others. Answers whether all are there. */
  place(slots: Slot[]): Promise<boolean> {
    let reason: string | null = null;
    const wanted = slots.filter((slot) => !isThere(slot));
    return this.#each(wanted, (slot) =>
      withReason((given) => {
        reason = given ?? reason;
        return this.#placeOne(slot, reason);
      }),
    );
  }

  withdraw(visits: Visit[]): Promise<boolean> {
    return this.place(visits.map((visit) => ({ work: visit, owner: NOBODY, from: visit.from, to: visit.to })));
  }

  pin(visits: Visit[], isPinned: boolean): Promise<boolean> {
    return this.#each(visits.filter((visit) => visit.is_pinned !== isPinned), async (visit) => {
      const { version } = await this.#rereading(visit, calls.pin(visit.id, visit.version, isPinned));
      const step = this.#wayBack(visit, version, (now) => this.pin([{ ...visit, is_pinned: isPinned, version: now }], !isPinned));
      return { text: t(isPinned ? 'pinned' : 'unpinned', { client: visit.client_name }), step };
    });
  }

  async cancel(visit: Visit, reason: string): Promise<void> {
    await this.#each([visit], async () => {
      await this.#rereading(visit, calls.cancel(visit.id, visit.version, reason));
      return { text: t('canceled', { client: visit.client_name }) };
    });
  }

  async answer(visit: Visit, says: 'yes' | 'no' | 'move'): Promise<void> {
    await this.#each([visit], async () => {
      await this.#rereading(visit, calls.writeAnswer(visit.id, says));
      return { text: t('answered', { client: visit.client_name }) };
    });
  }

  /** Take back the last command by the opposite one. */
  undo = async (): Promise<void> => {
    const last = this.#steps.pop();
    if (last) await this.#undoStep(last);
    else done(t('nothing'));
  };

  async #undoStep({ text, step }: { text: string; step: Step }): Promise<void> {
    this.#isUndoing = true;
    try {
      if (await step.undo()) done(t('undone', { what: text }));
    } finally {
      this.#isUndoing = false;
    }
  }

  /** One command after the other. What was done is said once, with the way back from all of it. */
  async #each<T extends Slot | Named>(all: T[], act: (one: T) => Promise<Done | null>): Promise<boolean> {
    const made: Done[] = [];
    if (all.length > 1) this.progress = { done: 0, total: all.length };
    for (const [index, one] of all.entries()) {
      try {
        const result = await act(one);
        if (result) made.push(result);
      } catch (failure) {
        await this.#refused('work' in one ? one.work : one, failure);
      }
      if (this.progress) this.progress = { done: index + 1, total: all.length };
    }
    this.progress = null;
    this.#say(made, all.length);
    return made.length === all.length;
  }

  #say(made: Done[], total: number): void {
    if (!made.length || this.#isUndoing) return;
    const text = total === 1 ? made[0]!.text : t('many', { done: made.length, total });
    const steps = made.flatMap((one) => one.step ?? []).reverse();
    if (!steps.length) return done(text);
    const entry = { text, step: { undo: () => undoAll(steps) } };
    this.#steps = [...this.#steps.slice(1 - STEPS_KEPT), entry];
    done(text, () => {
      if (!this.#steps.includes(entry)) return;
      this.#steps = this.#steps.filter((one) => one !== entry);
      void this.#undoStep(entry);
    });
  }

  #placeOne(slot: Slot, reason: string | null): Promise<Done> {
    return 'job_id' in slot.work ? this.#placeVisit(slot.work, slot, reason) : this.#placeJob(slot.work, slot, reason);
  }

  async #placeVisit(seen: Visit, slot: Slot, reason: string | null): Promise<Done> {
    const placed = asPlaced(seen, slot);
    const { owner, from } = slot;
    let isDone = false;
    this.board.pretend(placed);
    try {
      placed.version = (await calls.placeVisit(seen.id, seen.version, { from, durationMin: durationOf(slot), owner, reason })).version;
      isDone = true;
    } finally {
      await this.board.release(seen.id, isDone);
    }
    const back = { owner: ownerOf(seen), from: seen.from, to: seen.to };
    const step = this.#wayBack(seen, placed.version, (version) => this.place([{ ...back, work: { ...placed, version } }]));
    return { text: this.#placeText(slot), step };
  }

  async #placeJob(job: BoardJob, slot: Slot, reason: string | null): Promise<Done> {
    const key = newId();
    const minutes = durationOf(slot);
    const { owner, from } = slot;
    const visit =
      keyOf(owner) === keyOf(NOBODY)
        ? await calls.planVisit(job.id, from, minutes, reason, key)
        : await calls.placeJob(job.id, { from, durationMin: minutes, owner, reason }, key);
    await this.board.reread([visit.id]);
    return { text: this.#placeText(slot), step: { undo: () => this.#unplace({ ...visit, client_name: job.client_name }) } };
  }

  /** Back to the tray, unless something has happened to the visit since. */
  #unplace(visit: calls.VisitOut & Named): Promise<boolean> {
    return this.#each([visit], () => this.#rereading(visit, this.#cancelUnchanged(visit)));
  }

  async #cancelUnchanged(visit: calls.VisitOut & Named): Promise<Done> {
    const now = await calls.readVisit(visit.id);
    if (now.version !== this.#likeNow(visit.id, visit.version) || !['planned', 'offered'].includes(now.status)) throw new Changed();
    await calls.cancel(visit.id, now.version, t('mistake'));
    return { text: t('canceled', { client: visit.client_name }) };
  }

  /** Wait for a command. However it ends, the visit is read anew. */
  async #rereading<T>(visit: Named, command: Promise<T>): Promise<T> {
    try {
      return await command;
    } finally {
      await this.board.reread([visit.id]);
    }
  }

  /** The way back from a command. `back` is told the version that it is to name. */
  #wayBack(seen: Visit, left: number, back: (version: number) => Promise<boolean>): Step {
    this.#left.set(seen.id, left);
    const undo = async () => {
      if (!(await back(this.#likeNow(seen.id, left)))) return false;
      this.#likeOld.set(`${seen.id} ${seen.version}`, this.#left.get(seen.id)!);
      return true;
    };
    return { undo };
  }

  #likeNow(id: string, version: number): number {
    const newer = this.#likeOld.get(`${id} ${version}`);
    return newer === undefined ? version : this.#likeNow(id, newer);
  }

  #placeText({ work, owner, from, to }: Slot): string {
    const who = ownerName(owner, this.board.workers, this.board.frame?.crews ?? []);
    const key = keyOf(owner) === keyOf(NOBODY) ? 'waits' : 'job_id' in work ? 'moved' : 'planned';
    return t(key, { client: work.client_name, time: `${dayTime(from)}–${time(to)}`, who });
  }

  /** Say why not. Whether a job was placed is not known if the answer is lost: then everything is read. */
  async #refused(work: Named | BoardJob, failure: unknown): Promise<void> {
    await sayRefused(work, failure);
    if (!('job_id' in work) && failure instanceof Problem && !failure.status) await this.board.again();
  }
}

async function undoAll(steps: Step[]): Promise<boolean> {
  let isDone = true;
  for (const step of steps) isDone = (await step.undo()) && isDone;
  return isDone;
}

const durationOf = (slot: Slot) => Math.round((slot.to - slot.from) / MINUTE);

function isThere({ work, owner, from, to }: Slot): boolean {
  return 'job_id' in work && work.from === from && work.to === to && keyOf(ownerOf(work)) === keyOf(owner);
}

/** How the visit looks as soon as the command is done. */
function asPlaced(visit: Visit, { owner, from, to }: Slot): Visit {
  const isNobodys = keyOf(owner) === keyOf(NOBODY);
  const isSame = keyOf(owner) === keyOf(ownerOf(visit));
  const starts_at = new Date(from).toISOString();
  const ends_at = new Date(to).toISOString();
  return {
    ...visit, from, to, starts_at, ends_at,
    worker_id: owner.workerId, crew_id: owner.crewId,
    people: isSame ? visit.people : owner.workerId ? [owner.workerId] : [],
    status: isNobodys ? 'planned' : isSame && visit.from === from ? visit.status : 'offered',
    accept_by: isSame ? visit.accept_by : null,
  };
}

/** How many visits, in words. */
export const visitCount = (count: number) => plural(count, { ru: ['выезд', 'выезда', 'выездов'], en: ['visit', 'visits'] });
