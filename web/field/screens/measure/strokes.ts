// What was drawn by hand, as it is kept while it is drawn: points on a paper of one size, however large the screen is.
import type { PointGroup } from 'signature_pad';

export const PAPER = { width: 600, height: 680, edge: 90 };
/** Thick enough to be read on paper, and drawn with a glove. */
export const PEN = { penColor: '#101010', minWidth: 1.2, maxWidth: 3.2, dotSize: 2.5 };

/** One text: a form that watches thousands of points would be slow. */
export const keptStrokes = (strokes: PointGroup[], width: number): string => (strokes.length ? JSON.stringify(scaled(strokes, PAPER.width / width)) : '');

export const strokesOf = (kept: string | undefined, width: number): PointGroup[] =>
  kept ? scaled(JSON.parse(kept) as PointGroup[], width / PAPER.width) : [];

function scaled(strokes: PointGroup[], by: number): PointGroup[] {
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map(({ x, y, pressure, time }) => ({ x: tenths(x * by), y: tenths(y * by), pressure, time })),
  }));
}

const tenths = (size: number) => Math.round(size * 10) / 10;
