// The outline of an opening on paper: its path and the length of each side. Pure functions.
import { isWhole, judge } from './drafts';
import type { Point } from './outlines';
import type { Draft } from './types';

export type Paper = { width: number; height: number; edge: number };
export type Note = { key: number; length: number; x: number; y: number };
export type Drawing = { path: string; notes: Note[] };
type Shape = { corners: Point[]; radius?: number | null };
type OfReadings = Shape & { readings: number[] };

/** Null: the sizes are not there yet, or make no figure. */
export function drawingOf(draft: Draft, paper: Paper): Drawing | null {
  const shape = isWhole(draft) ? (judge(draft, null).figure ?? ofReadings(draft)) : null;
  if (!shape) return null;
  const { place, scale } = placed(shape.corners, draft.way === 'arch' ? (draft.arch.height_mm ?? 0) : 0, paper);
  const readings = 'readings' in shape ? shape.readings : null;
  const notes = notesOf(shape.corners, draft.way === 'arch', place, paper);
  return { path: pathOf(shape, draft, place, scale), notes: notes.filter(({ key, length }) => readings === null || readings[key] === length) };
}

/** A rectangle or trapezium has no outline: its corners follow from the readings. A slanting side has no length that
 * somebody has measured, so nothing is written beside it. */
function ofReadings(draft: Draft): OfReadings | null {
  if (draft.way !== 'rectangle' && draft.way !== 'trapezium') return null;
  const { width_top_mm, width_bottom_mm, height_left_mm, height_right_mm } = draft.readings;
  const corners: Point[] = [[0, 0], [width_bottom_mm!, 0], [width_top_mm!, height_right_mm!], [0, height_left_mm!]];
  return { corners, readings: [width_bottom_mm!, height_right_mm!, width_top_mm!, height_left_mm!] };
}

/** How far a length stands from its side, in parts of the edge of the paper: it is wider than it is high. */
const [ASIDE, BELOW] = [0.62, 0.45];
type Place = (corner: Point) => Point;

/** In the middle of the paper, as large as its edges let it be. */
function placed(corners: Point[], least: number, { width, height, edge }: Paper): { place: Place; scale: number } {
  const right = Math.max(1, ...corners.map(([x]) => x));
  const top = Math.max(1, least, ...corners.map(([, y]) => y));
  const scale = Math.min((width - 2 * edge) / right, (height - 2 * edge) / top);
  const [left, bottom] = [(width - right * scale) / 2, (height + top * scale) / 2];
  return { scale, place: ([x, y]) => [left + x * scale, bottom - y * scale] };
}

function pathOf({ corners, radius }: Shape, draft: Draft, place: Place, scale: number): string {
  const at = corners.map((corner) => place(corner).map((one) => one.toFixed(1)).join(' '));
  if (draft.way !== 'arch' || !radius) return `M ${at.join(' L ')} Z`;
  const size = (radius * scale).toFixed(1);
  const isLarge = draft.arch.height_mm! - (draft.arch.left_mm! + draft.arch.right_mm!) / 2 > radius ? 1 : 0;
  return `M ${at[3]} L ${at[0]} L ${at[1]} L ${at[2]} A ${size} ${size} 0 ${isLarge} 0 ${at[3]}`;
}

/** Each length stands beside its side, outside the figure. */
function notesOf(corners: Point[], isArch: boolean, place: Place, { width, edge }: Paper): Note[] {
  return corners.flatMap((here, key) => {
    if (isArch && key === 2) return [];
    const there = corners[(key + 1) % corners.length]!;
    const length = Math.round(Math.hypot(there[0] - here[0], there[1] - here[1]));
    const [[x1, y1], [x2, y2]] = [place(here), place(there)];
    const size = Math.hypot(x2 - x1, y2 - y1) || 1;
    const x = (x1 + x2) / 2 - ((y2 - y1) / size) * edge * ASIDE;
    const y = (y1 + y2) / 2 + ((x2 - x1) / size) * edge * BELOW + 4;
    return length ? [{ key, length, x: Math.min(Math.max(x, edge / 2), width - edge / 2), y }] : [];
  });
}
