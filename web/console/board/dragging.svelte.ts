// A visit or a job of the tray that is dragged over the board: where it would be, and which rules that would break.
import { readPlaces, type Places } from './calls';
import { momentAt, MINUTE, rowAt, snapped, type Axis } from './layout';
import type { Slot } from './moves.svelte';
import { breaksAt, isForbidden } from './places';
import type { Row } from './rows';
import { keyOf, NOBODY, ownerOf, type BoardJob, type Owner, type Visit } from './types';

/** `from` and `to`: an edge is dragged. */
export type Part = 'whole' | 'from' | 'to';
/** A slot with what is known about its rules. `breaks` is null until the server has said it. */
export type Wanted = Slot & { breaks: string[] | null; isForbidden: boolean };
type Point = { x: number; y: number };

/** What the grid tells of itself: how a point of the window becomes a place of the board. */
export type Surface = {
  /** Null outside of the rows. */
  locate: (point: Point) => Point | null;
  axis: () => Axis;
  rows: () => Row[];
  tops: () => number[];
  /** Scroll on when the pointer rests near an edge. `now` is in milliseconds. */
  scrollNear: (point: Point, now: number) => void;
};

type Grab = {
  work: Visit | BoardJob;
  /** Others that are picked out and go with it. */
  others: Visit[];
  part: Part;
  from: number;
  to: number;
  /** From the beginning of the visit to the pointer, in pixels. */
  insideX: number;
  start: Point;
};

const FAR_ENOUGH_PX = 4;

export class Dragging {
  surface: Surface | null = null;
  /** The map beside the board: the person whose dot is at a point of the window. */
  workerAt: ((point: Point) => string | null) | null = null;
  /** Id of the person over whose dot it is. */
  onto = $state('');
  /** Where everything that is dragged would be. Empty while the pointer is beside the rows. */
  wanted = $state.raw<Wanted[]>([]);
  work = $state.raw<Visit | BoardJob | null>(null);
  pointer = $state.raw<Point>({ x: 0, y: 0 });
  isOverTray = $state(false);
  #grab: Grab | null = null;
  #places = new Map<string, Places>();
  #asked = new Set<string>();
  #frame = 0;

  constructor(
    private readonly days: () => { day: string; days: number },
    private readonly stepMin: () => number,
    private readonly drop: (slots: Wanted[]) => void,
    /** It is dropped onto a person on the map: the time is still to be chosen. */
    private readonly give: (works: (Visit | BoardJob)[], owner: Owner) => void,
  ) {}

  /** Whether something follows the pointer now. */
  get isOn(): boolean {
    return this.work !== null;
  }

  grab(grab: Grab): void {
    this.#grab = grab;
  }

  move(point: Point): void {
    const grab = this.#grab;
    if (!grab) return;
    if (!this.isOn && Math.hypot(point.x - grab.start.x, point.y - grab.start.y) < FAR_ENOUGH_PX) return;
    if (!this.isOn) this.#begin(grab);
    this.pointer = point;
    this.onto = (grab.part === 'whole' && this.workerAt?.(point)) || '';
    this.#look();
  }

  /** Let go: what is wanted is done. Answers whether something was dragged. */
  release(): boolean {
    const wasOn = this.isOn;
    const { onto } = this;
    const works = this.#grab ? [this.#grab.work, ...this.#grab.others] : [];
    const wanted = this.isOverTray ? this.#backToTray() : this.wanted;
    this.stop();
    if (wasOn && onto) this.give(works, { workerId: onto, crewId: null });
    else if (wasOn && wanted.length) this.drop(wanted);
    return wasOn;
  }

  /** Forget it. Nothing is changed. */
  stop = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#grab = null;
    this.work = null;
    this.wanted = [];
    this.isOverTray = false;
    this.onto = '';
  };

  #begin(grab: Grab): void {
    this.work = grab.work;
    this.#places.clear();
    this.#asked.clear();
    const scroll = (now: number) => {
      this.surface?.scrollNear(this.pointer, now);
      this.#look();
      this.#frame = requestAnimationFrame(scroll);
    };
    this.#frame = requestAnimationFrame(scroll);
  }

  #look(): void {
    const grab = this.#grab;
    if (!grab || !this.surface) return;
    const wanted = this.#wantedAt(grab, this.surface);
    if (isSame(wanted, this.wanted)) return;
    this.wanted = wanted;
    for (const one of wanted) void this.#ask(one);
  }

  #wantedAt(grab: Grab, surface: Surface): Wanted[] {
    const place = surface.locate(this.pointer);
    if (!place) return [];
    const axis = surface.axis();
    if (grab.part !== 'whole') return [this.#judged({ work: grab.work, owner: ownerOf(grab.work as Visit), ...this.#stretched(grab, axis, place.x) })];
    const row = surface.rows()[rowAt(surface.tops(), place.y)];
    if (!row) return [];
    const from = snapped(axis, momentAt(axis, place.x - grab.insideX), this.stepMin());
    const by = from - grab.from;
    const isOtherRow = !('job_id' in grab.work) || row.key !== keyOf(ownerOf(grab.work));
    const first = this.#judged({ work: grab.work, owner: row.owner, from, to: from + (grab.to - grab.from) });
    const others = grab.others.map((visit) =>
      this.#judged({ work: visit, owner: isOtherRow ? row.owner : ownerOf(visit), from: visit.from + by, to: visit.to + by }),
    );
    return [first, ...others];
  }

  #stretched(grab: Grab, axis: Axis, x: number): { from: number; to: number } {
    const step = this.stepMin();
    const edge = snapped(axis, momentAt(axis, x), step);
    const least = step * MINUTE;
    return grab.part === 'to'
      ? { from: grab.from, to: Math.max(edge, grab.from + least) }
      : { from: Math.min(edge, grab.to - least), to: grab.to };
  }

  #judged(slot: Slot): Wanted {
    const places = this.#places.get(questionOf(slot));
    const breaks = places ? breaksAt(places, slot.owner, slot.from) : null;
    return { ...slot, breaks, isForbidden: Boolean(places && breaks && isForbidden(places, breaks)) };
  }

  /** Ask once for each length of each visit. The answer covers all people and all times of the board. */
  async #ask(slot: Slot): Promise<void> {
    const question = questionOf(slot);
    if (this.#asked.has(question)) return;
    this.#asked.add(question);
    const { day, days } = this.days();
    try {
      const places = await readPlaces(slot.work, day, days, (slot.to - slot.from) / MINUTE);
      this.#places.set(question, places);
      this.wanted = this.wanted.map((one) => this.#judged(one));
    } catch {
      // The command itself says what is wrong with it.
    }
  }

  #backToTray(): Wanted[] {
    const { work, others } = this.#grab!;
    const visits = 'job_id' in work ? [work, ...others] : [];
    return visits.map((visit) => ({ work: visit, owner: NOBODY, from: visit.from, to: visit.to, breaks: [], isForbidden: false }));
  }
}

const questionOf = ({ work, from, to }: { work: Visit | BoardJob; from: number; to: number }) => `${work.id} ${to - from}`;

function isSame(some: Wanted[], others: Wanted[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, index) => {
      const other = others[index]!;
      return one.work === other.work && one.from === other.from && one.to === other.to && keyOf(one.owner) === keyOf(other.owner);
    })
  );
}
