// Whether a measured opening can be true: the rules of the server (`app/orders/measurements/plausibility.py`), judged while
// the measurer still stands before the wall. tests/web compares both. Pure functions.
import { SIZE_FIELDS, type Objection, type Readings, type Shape, type SizeField } from './types';

const USUAL: Bounds = [200, 6000];
const WITHOUT_REASON: Bounds = [100, 9000];
const BOTH_SIDES_MIN = 300;
const SIDE_MAX = 30_000;
const SPREAD_WARN = 15;
const SPREAD_REASON = 60;
const DIAGONAL_OFF_REASON = 15;
const DIAGONALS_APART_REASON = 10;
const REMEASURE_REASON = 50;
export const REASON_LENGTH_MIN = 5;

type Bounds = [least: number, most: number];
type Three = [number, number, number];

const ENDS: SizeField[] = ['width_top_mm', 'width_bottom_mm', 'height_left_mm', 'height_right_mm'];
/** Sizes that can be 0 because the shape has a corner there, or its curve begins at the sill. */
const CORNERS: Record<Shape, SizeField[]> = {
  rectangle: [], trapezium: [], triangle: ENDS, arch: ENDS.filter((one) => one !== 'width_bottom_mm'), polygon: ENDS,
};

const widths = (sizes: Readings): Three => [sizes.width_top_mm, sizes.width_middle_mm, sizes.width_bottom_mm];
const heights = (sizes: Readings): Three => [sizes.height_left_mm, sizes.height_middle_mm, sizes.height_right_mm];
const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
/** As Python rounds: a half goes to the even neighbour. */
export function round(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 ? down + 1 : down;
}

export function findObjections(sizes: Readings, previous: Readings | null, shape: Shape, hasOutline: boolean): Objection[] {
  const limits = checkLimits(sizes, shape);
  if (limits.some((one) => one.weight === 'refused')) return limits;
  const agreement = hasOutline ? [] : checkAgreement(sizes, shape);
  return [...limits, ...agreement, ...checkRemeasure(sizes, previous)];
}

function checkLimits(sizes: Readings, shape: Shape): Objection[] {
  const found = [...checkSize(widths(sizes)), ...checkSize(heights(sizes))];
  const nothing = SIZE_FIELDS.slice(0, 6)
    .filter((field) => sizes[field] < 1 && !CORNERS[shape].includes(field))
    .map((field) => refused('size_limits', 'size_nothing', sizes[field], 1));
  if (nothing.length) return [...nothing, ...found.filter((one) => one.weight === 'refused')];
  const larger = Math.max(...widths(sizes), ...heights(sizes));
  if (larger < BOTH_SIDES_MIN && found.every((one) => one.weight === 'warn')) return [asked('size_limits', 'size_limits', larger, BOTH_SIDES_MIN)];
  return found;
}

function checkSize(readings: Three): Objection[] {
  const largest = Math.max(...readings);
  const levels: [Objection['weight'], Bounds][] = [['refused', [0, SIDE_MAX]], ['needs_reason', WITHOUT_REASON], ['warn', USUAL]];
  for (const [weight, [least, most]] of levels) {
    const bound = Math.min(Math.max(largest, least), most);
    if (bound !== largest) {
      return [{ rule: 'size_limits', weight, text: weight === 'refused' ? 'size_too_large' : 'size_limits', found_mm: largest, allowed_mm: bound }];
    }
  }
  return [];
}

function checkAgreement(sizes: Readings, shape: Shape): Objection[] {
  return [
    ...checkSpread('width_spread', equal(widths(sizes), shape, shape === 'arch' ? [1, 2] : null), shape),
    ...checkSpread('height_spread', equal(heights(sizes), shape, shape === 'arch' ? [0, 2] : null), shape),
    ...checkDiagonals(sizes, shape),
  ];
}

/** The readings of this shape that are the same in a straight wall. */
function equal(readings: Three, shape: Shape, ofArch: number[] | null): number[] {
  if (ofArch) return ofArch.map((index) => readings[index]!);
  if (shape === 'trapezium' || shape === 'triangle') return [readings[1], round((readings[0] + readings[2]) / 2)];
  return shape === 'polygon' ? [] : readings;
}

function checkSpread(rule: string, readings: number[], shape: Shape): Objection[] {
  const spread = readings.length ? Math.max(...readings) - Math.min(...readings) : 0;
  const text = shape === 'arch' ? `${rule}_arch` : shape === 'trapezium' || shape === 'triangle' ? `${rule}_sloped` : rule;
  if (spread > SPREAD_REASON) return [asked(rule, text, spread, SPREAD_REASON)];
  return spread > SPREAD_WARN ? [{ rule, weight: 'warn', text, found_mm: spread, allowed_mm: SPREAD_WARN }] : [];
}

function checkDiagonals(sizes: Readings, shape: Shape): Objection[] {
  const isMeasured = shape === 'rectangle' || shape === 'trapezium';
  const most = Math.max(...widths(sizes)) + Math.max(...heights(sizes));
  const both = [sizes.diagonal_1_mm, sizes.diagonal_2_mm];
  const impossible = both.flatMap((diagonal) => {
    const bound = Math.min(Math.max(diagonal, isMeasured ? 1 : 0), most);
    return bound === diagonal ? [] : [refused('diagonal_impossible', diagonal < 1 ? 'diagonal_missing' : 'diagonal_impossible', diagonal, bound)];
  });
  if (impossible.length || !isMeasured) return impossible;
  return shape === 'rectangle' ? checkRectangle(sizes) : checkTrapezium(sizes);
}

function checkRectangle(sizes: Readings): Objection[] {
  const expected = round(Math.hypot(mean(widths(sizes)), mean(heights(sizes))));
  const off = offBy(sizes, [expected, expected]);
  if (off > DIAGONAL_OFF_REASON) return [asked('diagonal_difference', 'diagonal_difference', off, DIAGONAL_OFF_REASON)];
  const apart = Math.abs(sizes.diagonal_1_mm - sizes.diagonal_2_mm);
  return apart > DIAGONALS_APART_REASON ? [asked('diagonal_difference', 'diagonal_difference', apart, DIAGONALS_APART_REASON)] : [];
}

/** Upright sides of two heights, as in an attic; or level sides of two widths, square to one side, or symmetrical. */
function checkTrapezium(sizes: Readings): Objection[] {
  const [top, , bottom] = widths(sizes);
  const [left, , right] = heights(sizes);
  const width = (top + bottom) / 2;
  const height = (left + right) / 2;
  const pairs: [number, number][] = [
    [Math.hypot(width, left), Math.hypot(width, right)],
    [Math.hypot(bottom, height), Math.hypot(top, height)],
    [Math.hypot(top, height), Math.hypot(bottom, height)],
    [Math.hypot(width, height), Math.hypot(width, height)],
  ];
  const off = Math.min(...pairs.map(([first, second]) => offBy(sizes, [round(first), round(second)])));
  return off > DIAGONAL_OFF_REASON ? [asked('diagonal_difference', 'diagonal_of_trapezium', off, DIAGONAL_OFF_REASON)] : [];
}

const offBy = (sizes: Readings, [first, second]: [number, number]) =>
  Math.max(Math.abs(sizes.diagonal_1_mm - first), Math.abs(sizes.diagonal_2_mm - second));

function checkRemeasure(sizes: Readings, previous: Readings | null): Objection[] {
  if (!previous) return [];
  const apart = widestApart(sizes, previous);
  const off = Math.abs(apart.now_mm - apart.was_mm);
  return off < REMEASURE_REASON ? [] : [{ ...asked('remeasure_difference', 'remeasure_difference', off, REMEASURE_REASON), apart }];
}

/** The size that differs most, the first of several. */
export function widestApart(now: Readings, was: Readings): NonNullable<Objection['apart']> {
  const pairs = SIZE_FIELDS.map((size) => ({ size, was_mm: was[size], now_mm: now[size] }));
  return pairs.reduce((widest, one) => (Math.abs(one.now_mm - one.was_mm) > Math.abs(widest.now_mm - widest.was_mm) ? one : widest));
}

export function asked(rule: string, text: string, found_mm: number, allowed_mm: number): Objection {
  return { rule, weight: 'needs_reason', text, found_mm, allowed_mm };
}

export function refused(rule: string, text: string, found_mm: number, allowed_mm: number): Objection {
  return { rule, weight: 'refused', text, found_mm, allowed_mm };
}

/** Whether the sheet cannot be taken because of it. */
export function stands(objection: Objection, reasons: Record<string, string>): boolean {
  if (objection.weight === 'refused') return true;
  return objection.weight === 'needs_reason' && (reasons[objection.rule] ?? '').trim().length < REASON_LENGTH_MIN;
}
