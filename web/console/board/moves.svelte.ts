// Commands of the board and the way back from each. A move is shown at once; if the server refuses it, it is taken back.
import { Problem } from '$lib/api';
import { dayTime, time } from '$lib/format';
import { plural, words } from '$lib/i18n.svelte';
import { newId } from '$lib/ids';
import { withReason } from '$lib/reasons.svelte';
import { done, warn, wrong } from '$lib/toasts.svelte';
import type { Board } from './board.svelte';
import * as calls from './calls';
import { MINUTE } from './layout';
import { ownerName } from './names';
import { keyOf, NOBODY, ownerOf, type BoardJob, type Owner, type Visit } from './types';

/** Where a visit, or a job of the tray, is to be. */
export type Slot = { work: Visit | BoardJob; owner: Owner; from: number; to: number };
type Done = { text: string; step?: Step };
/** `undo` answers whether it worked. */
type Step = { undo: () => Promise<boolean> };

const t = words({
  ru: {
    moved: '{client}: {time}, {who}', planned: '{client}: {time}, предложено — {who}', waits: '{client}: {time}, никому не предложен',
    withdrawn: '{client}: предложение отозвано', pinned: '{client}: закреплён', unpinned: '{client}: откреплён',
    canceled: '{client}: выезд отменён', answered: '{client}: ответ записан', undone: 'Отменено: {what}',
    nothing: 'Отменять нечего', changedBy: '{client}: выезд уже изменил(а) {who}. Показано, как есть сейчас.',
    changed: '{client}: выезд тем временем изменился. Показано, как есть сейчас.', mistake: 'Поставлен на доску по ошибке',
    many: 'Сделано: {done} из {total}',
  },
  en: {
    moved: '{client}: {time}, {who}', planned: '{client}: {time}, offered to {who}', waits: '{client}: {time}, nobody asked',
    withdrawn: '{client}: the offer is withdrawn', pinned: '{client}: pinned', unpinned: '{client}: unpinned',
    canceled: '{client}: the visit is cancelled', answered: '{client}: the answer is kept', undone: 'Undone: {what}',
    nothing: 'Nothing to undo', changedBy: '{client}: {who} has changed this visit. You see it as it is now.',
    changed: '{client}: this visit has changed meanwhile. You see it as it is now.', mistake: 'Put on the board by mistake',
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
      await calls.pin(visit.id, visit.version, isPinned);
      await this.board.reread([visit.id]);
      return {
        text: t(isPinned ? 'pinned' : 'unpinned', { client: visit.client_name }),
        step: { undo: () => this.pin([this.#now(visit)], !isPinned) },
      };
    });
  }

  async cancel(visit: Visit, reason: string): Promise<void> {
    await this.#each([visit], async () => {
      await calls.cancel(visit.id, reason);
      await this.board.reread([visit.id]);
      return { text: t('canceled', { client: visit.client_name }) };
    });
  }

  async answer(visit: Visit, says: 'yes' | 'no' | 'move'): Promise<void> {
    await this.#each([visit], async () => {
      await calls.writeAnswer(visit.id, says);
      await this.board.reread([visit.id]);
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
  async #each<T extends Slot | Visit>(all: T[], act: (one: T) => Promise<Done | null>): Promise<boolean> {
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

  async #placeVisit(given: Visit, slot: Slot, reason: string | null): Promise<Done> {
    const before = this.#now(given);
    const placed = asPlaced(before, slot);
    this.board.pretend(placed);
    try {
      placed.version = await sendPlace(before, slot, reason);
    } catch (failure) {
      this.board.release(before.id, before);
      throw failure;
    }
    this.board.release(before.id);
    await this.board.reread([before.id]);
    const back = { owner: ownerOf(before), from: before.from, to: before.to };
    return { text: this.#placeText(slot), step: { undo: () => this.place([{ ...back, work: this.#now(placed) }]) } };
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
    const undo = async () => {
      await calls.cancel(visit.id, t('mistake'));
      await this.board.reread([visit.id]);
      return true;
    };
    return { text: this.#placeText(slot), step: { undo } };
  }

  #placeText({ work, owner, from, to }: Slot): string {
    const who = ownerName(owner, this.board.workers, this.board.frame?.crews ?? []);
    const key = keyOf(owner) === keyOf(NOBODY) ? 'waits' : 'job_id' in work ? 'moved' : 'planned';
    return t(key, { client: work.client_name, time: `${dayTime(from)}–${time(to)}`, who });
  }

  /** The visit as the board shows it now, because commands name its newest version. It may have left the days shown. */
  #now(visit: Visit): Visit {
    return this.board.visits.get(visit.id) ?? visit;
  }

  /** Say why not, and show the visit as it is. */
  async #refused(work: Visit | BoardJob, failure: unknown): Promise<void> {
    if (!(failure instanceof Problem)) throw failure;
    if (failure.status === 412 && 'job_id' in work) warn(await changedBy(work));
    else wrong(failure);
    if ('job_id' in work && failure.status) await this.board.reread([work.id]);
  }
}

async function undoAll(steps: Step[]): Promise<boolean> {
  let isDone = true;
  for (const step of steps) isDone = (await step.undo()) && isDone;
  return isDone;
}

async function changedBy(visit: Visit): Promise<string> {
  const who = await calls.lastChangedBy(visit.id).catch(() => '');
  return who ? t('changedBy', { client: visit.client_name, who }) : t('changed', { client: visit.client_name });
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

/** The one command for a change, or two where a visit is taken from somebody and gets another time. Answers its version. */
async function sendPlace(visit: Visit, slot: Slot, reason: string | null): Promise<number> {
  const { owner, from } = slot;
  const place = { from, durationMin: durationOf(slot), reason };
  if (keyOf(owner) !== keyOf(NOBODY)) return (await calls.placeVisit(visit.id, visit.version, { ...place, owner })).version;
  let version = visit.version;
  if (keyOf(ownerOf(visit)) !== keyOf(NOBODY)) ({ version } = await calls.withdraw(visit.id));
  if (visit.from !== from || visit.to !== slot.to) ({ version } = await calls.moveVisit(visit.id, version, place));
  return version;
}

/** How many visits, in words. */
export const visitCount = (count: number) => plural(count, { ru: ['выезд', 'выезда', 'выездов'], en: ['visit', 'visits'] });
