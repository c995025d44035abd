// Openings that are measured by their outline: corners, sides and diagonals, a triangle, an arch. The readings are computed
// from it as the server does (`app/orders/measurements/outlines.py`). Pure functions.
import { asked, refused, round } from './plausibility';
import type { Objection, Readings } from './types';

const SIDE_WITHOUT_REASON = 50;
export const MEASURED_TWICE_OFF = 15;
const LEVEL = 20;

export type Point = [x: number, y: number];
export type Figure = {
  corners: Point[];
  /** Of an arch: the radius of its curve. */
  radius: number | null;
  area_mm2: number;
  sizes: Readings;
  objections: Objection[];
};

/** There is no such figure. */
export class Impossible extends Error {
  constructor(readonly objection: Objection) {
    super(objection.text);
  }
}

export function ofCorners(corners: Point[]): Figure {
  for (const [here, there] of edges(corners)) {
    if (here[0] === there[0] && here[1] === there[1]) throw new Impossible(refused('outline_side', 'outline_corner_twice', 0, 1));
  }
  return polygon(corners);
}

export const ofFan = (sides: number[], diagonals: number[]): Figure => polygon(fanCorners(sides, diagonals));

export function ofTriangle(base: number, left: number, right: number, height: number | null): Figure {
  const corners = fanCorners([base, right, left], []);
  const figure = polygon(corners);
  if (height === null) return figure;
  return { ...figure, objections: [...figure.objections, ...measuredTwice('height_mm', round(corners[2]![1]), height)] };
}

/** The corners of a figure that the diagonals of its first corner cut into triangles. The first side lies along x. */
export function fanCorners(sides: number[], diagonals: number[]): Point[] {
  const reach = [sides[0]!, ...diagonals, sides.at(-1)!];
  const corners: Point[] = [[0, 0], [sides[0]!, 0]];
  let turned = 0;
  for (let index = 1; index < reach.length; index++) {
    const [near, far, side] = [reach[index - 1]!, reach[index]!, sides[index]!];
    if (!(Math.abs(near - far) < side && side < near + far)) {
      throw new Impossible(refused('outline_open', 'outline_open', side, side >= near + far ? near + far : Math.abs(near - far)));
    }
    const cosine = (near ** 2 + far ** 2 - side ** 2) / (2 * near * far);
    turned += Math.atan2(Math.sqrt(1 - cosine ** 2), cosine);
    corners.push([far * Math.cos(turned), far * Math.sin(turned)]);
  }
  return corners;
}

function polygon(corners: Point[]): Figure {
  const area = Math.abs(edges(corners).reduce((sum, [[x1, y1], [x2, y2]]) => sum + x1 * y2 - x2 * y1, 0)) / 2;
  if (crosses(corners) || area < 1) throw new Impossible(refused('outline_crosses', 'outline_crosses', 0, 0));
  const left = Math.min(...corners.map(([x]) => x));
  const bottom = Math.min(...corners.map(([, y]) => y));
  const moved = corners.map(([x, y]): Point => [x - left, y - bottom]);
  return { corners: moved, radius: null, area_mm2: round(area), sizes: sizesOf(moved), objections: checkSides(moved) };
}

/** Whether sides that are no neighbours meet, or neighbours lie upon each other. */
function crosses(corners: Point[]): boolean {
  const all = edges(corners);
  return all.some(([a, b], one) =>
    all.slice(one + 1).some(([c, d], after) => {
      const other = one + 1 + after;
      if (other === one + 1) return foldsBack(a, b, d);
      if (one === 0 && other === all.length - 1) return foldsBack(c, d, b);
      return meet(a, b, c, d);
    }),
  );
}

const turn = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);

/** From a to b, and back towards a. */
const foldsBack = (a: Point, b: Point, c: Point) =>
  turn(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0;

function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [one, two, three, four] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)].map(Math.sign);
  if (one !== two && three !== four) return true;
  const between = ([ax, ay]: Point, [bx, by]: Point, [px, py]: Point) =>
    Math.min(ax, bx) <= px && px <= Math.max(ax, bx) && Math.min(ay, by) <= py && py <= Math.max(ay, by);
  return (one === 0 && between(a, b, c)) || (two === 0 && between(a, b, d)) || (three === 0 && between(c, d, a)) || (four === 0 && between(c, d, b));
}

function checkSides(corners: Point[]): Objection[] {
  const shortest = round(Math.min(...edges(corners).map(([[x1, y1], [x2, y2]]) => Math.hypot(x2 - x1, y2 - y1))));
  return shortest >= SIDE_WITHOUT_REASON ? [] : [asked('outline_side', 'outline_side', shortest, SIDE_WITHOUT_REASON)];
}

function sizesOf(corners: Point[]): Readings {
  const [left, middle, right] = readings(corners);
  const [bottom, centre, top] = readings(corners.map(([x, y]): Point => [y, x]));
  const [first, second] = diagonals(corners);
  return {
    width_top_mm: top, width_middle_mm: centre, width_bottom_mm: bottom, height_left_mm: left, height_middle_mm: middle,
    height_right_mm: right, diagonal_1_mm: first, diagonal_2_mm: second,
  };
}

/** How high it is along the left side of its box, through the middle, and along the right side. */
function readings(corners: Point[]): [number, number, number] {
  const right = Math.max(...corners.map(([x]) => x));
  return [along(corners, 0), round(across(corners, right / 2)), along(corners, right)];
}

function along(corners: Point[], x: number): number {
  const near = edges(corners).filter(([here, there]) => Math.abs(here[0] - x) <= LEVEL && Math.abs(there[0] - x) <= LEVEL);
  return round(near.reduce((sum, [here, there]) => sum + Math.abs(there[1] - here[1]), 0));
}

/** How much of the figure lies on the upright line at x. */
function across(corners: Point[], x: number): number {
  const moved = corners.map(([px, py]): Point => [px === x ? px + 1e-6 : px, py]);
  const cuts = edges(moved)
    .filter(([[x1], [x2]]) => x1 < x !== x2 < x)
    .map(([[x1, y1], [x2, y2]]) => y1 + ((y2 - y1) * (x - x1)) / (x2 - x1))
    .sort((one, other) => one - other);
  let length = 0;
  for (let index = 0; index + 1 < cuts.length; index += 2) length += cuts[index + 1]! - cuts[index]!;
  return length;
}

/** From the top left and from the top right. Only of four corners. */
function diagonals(corners: Point[]): [number, number] {
  if (corners.length !== 4) return [0, 0];
  const score = corners.map(([x, y]) => y - x);
  const first = score.indexOf(Math.max(...score));
  const length = (one: number) => {
    const [a, b] = [corners[one % 4]!, corners[(one + 2) % 4]!];
    return round(Math.hypot(a[0] - b[0], a[1] - b[1]));
  };
  return [length(first), length(first + 1)];
}

/** A part of a circle over the mean of both sides. */
export function ofArch(width: number, left: number, right: number, height: number, measuredRadius: number | null): Figure {
  const spring = (left + right) / 2;
  const rise = height - spring;
  if (rise <= 0) throw new Impossible(refused('arch_rise', 'arch_flat', height, round(spring) + 1));
  const radius = (width ** 2 / 4 + rise ** 2) / (2 * rise);
  const half = Math.asin(Math.min(width / 2 / radius, 1));
  const curve = 2 * radius * (rise <= radius ? half : Math.PI - half);
  return {
    corners: [[0, 0], [width, 0], [width, right], [0, left]],
    radius,
    area_mm2: round(width * spring + (curve * radius - width * (radius - rise)) / 2),
    sizes: {
      width_top_mm: 0, width_middle_mm: widthAtHalf(width, height, spring, radius), width_bottom_mm: width, height_left_mm: left,
      height_middle_mm: height, height_right_mm: right, diagonal_1_mm: 0, diagonal_2_mm: 0,
    },
    objections: checkArch(width, rise, measuredRadius),
  };
}

function widthAtHalf(width: number, height: number, spring: number, radius: number): number {
  if (height / 2 <= spring) return width;
  return round(2 * Math.sqrt(Math.max(radius ** 2 - (radius - height / 2) ** 2, 0)));
}

function checkArch(width: number, rise: number, radius: number | null): Objection[] {
  if (rise > width / 2 + MEASURED_TWICE_OFF) return [asked('arch_rise', 'arch_rise', round(rise), round(width / 2))];
  if (radius === null) return [];
  return measuredTwice('rise_mm', round(rise), round(radius - Math.sqrt(Math.max(radius ** 2 - width ** 2 / 4, 0))));
}

function measuredTwice(size: string, was_mm: number, now_mm: number): Objection[] {
  const off = Math.abs(now_mm - was_mm);
  if (off <= MEASURED_TWICE_OFF) return [];
  return [{ ...asked('outline_difference', 'outline_difference', off, MEASURED_TWICE_OFF), apart: { size, was_mm, now_mm } }];
}

function edges(corners: Point[]): [Point, Point][] {
  return corners.map((here, index) => [here, corners[(index + 1) % corners.length]!]);
}
