// Names beside the dots of people, so that none covers another name or dot. Pure functions.

/** A name that wants to stand beside a dot at (x, y). */
export type Label = { id: string; x: number; y: number; width: number; height: number };
export type Side = 'right' | 'left';

type Box = { left: number; right: number; top: number; bottom: number };

/** Between a dot and its name. */
const GAP_PX = 14;
const DOT_PX = 9;

/** On which side each name finds room. Who comes first is served first; whoever is missing in the answer has none. */
export function sidesOf(labels: Label[]): Map<string, Side> {
  const taken = labels.map(dotOf);
  const sides = new Map<string, Side>();
  for (const label of labels) {
    for (const side of ['right', 'left'] as const) {
      const box = boxOf(label, side);
      if (taken.some((other) => touch(box, other))) continue;
      taken.push(box);
      sides.set(label.id, side);
      break;
    }
  }
  return sides;
}

const dotOf = ({ x, y }: Label): Box => ({ left: x - DOT_PX, right: x + DOT_PX, top: y - DOT_PX, bottom: y + DOT_PX });

function boxOf({ x, y, width, height }: Label, side: Side): Box {
  const left = side === 'right' ? x + GAP_PX : x - GAP_PX - width;
  return { left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
}

const touch = (one: Box, other: Box) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
