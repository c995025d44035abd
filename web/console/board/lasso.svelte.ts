// A frame drawn over empty time: the visits inside it are picked out.
import type { Schedule } from './schedule.svelte';
import type { Selection } from './selection.svelte';

type Place = { x: number; y: number };

export class LassoState {
  from = $state.raw<Place | null>(null);
  to = $state.raw<Place>({ x: 0, y: 0 });

  constructor(private readonly schedule: Schedule, private readonly selection: Selection) {}

  /** A press on empty time. What was picked out before stays only if `isMore`. */
  begin(at: Place, isMore: boolean): void {
    this.from = at;
    this.to = at;
    if (!isMore) this.selection.clear();
  }

  stretch(to: Place): void {
    if (this.from) this.to = to;
  }

  end(): void {
    if (this.from) this.selection.add(this.#inside());
    this.from = null;
  }

  get box(): { x: number; y: number; width: number; height: number } | null {
    if (!this.from) return null;
    const { from, to } = this;
    return { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) };
  }

  #inside(): string[] {
    const box = this.box!;
    if (box.width < 4 && box.height < 4) return [];
    const { rows, tops, laneHeight } = this.schedule;
    return rows.flatMap((row, index) =>
      row.blocks
        .filter((block) => !block.isShared && block.x < box.x + box.width && block.x + block.width > box.x)
        .filter((block) => isWithin(tops[index]! + block.lane * laneHeight, laneHeight, box))
        .map((block) => block.visit.id),
    );
  }
}

const isWithin = (top: number, height: number, box: { y: number; height: number }) => top < box.y + box.height && top + height > box.y;
