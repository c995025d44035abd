// From what is typed to what is sent, and what the rules say of it. Pure functions.
import type { Schemas } from '$lib/api';
import { newId } from '$lib/ids';
import { Impossible, ofArch, ofCorners, ofFan, ofTriangle, type Figure, type Point } from './outlines';
import { findObjections, stands } from './plausibility';
import { SHAPE_OF, SIZE_FIELDS, type Draft, type Objection, type Readings, type Sent, type Way } from './types';

type Stored = Schemas['OpeningOut'];

export function newDraft(label: string): Draft {
  return {
    key: newId(), label, room: '', kind: 'window', wall: 'brick', way: 'rectangle',
    readings: Object.fromEntries(SIZE_FIELDS.map((field) => [field, null])) as Draft['readings'],
    triangle: { base_mm: null, left_mm: null, right_mm: null, height_mm: null },
    arch: { width_mm: null, left_mm: null, right_mm: null, height_mm: null, radius_mm: null },
    corners: Array.from({ length: 4 }, () => ({ x_mm: null, y_mm: null })),
    fan: { sides_mm: [null, null, null, null], diagonals_mm: [null] },
    quarter_mm: null, sill_mm: null, slope_mm: null, mosquito_net: false, product: '', comment: '', reasons: {}, drawing: '', photos: [],
  };
}

/** An opening of an earlier sheet, to be measured anew or mended. */
export function draftOf(stored: Stored): Draft {
  const draft = newDraft(stored.label);
  const way: Way = stored.corners ? 'corners' : stored.fan ? 'fan' : stored.triangle ? 'triangle' : stored.arch ? 'arch' : wayOf(stored.shape);
  const { room, quarter_mm, sill_mm, slope_mm, mosquito_net, product, comment } = stored;
  return {
    ...draft, key: stored.label, way, room, quarter_mm, sill_mm, slope_mm, mosquito_net, product, comment,
    kind: stored.kind as Draft['kind'],
    wall: stored.wall as Draft['wall'],
    readings: Object.fromEntries(SIZE_FIELDS.map((field) => [field, stored[field]])) as Draft['readings'],
    triangle: { ...draft.triangle, ...stored.triangle },
    arch: { ...draft.arch, ...stored.arch },
    corners: stored.corners ?? draft.corners,
    fan: stored.fan ?? draft.fan,
    reasons: Object.fromEntries(stored.checks.filter((one) => one.reason).map((one) => [one.rule, one.reason!])),
    photos: stored.photos.map(({ attachment_id, sha256, purpose }) => ({ attachment_id, sha256, purpose: purpose as 'measurement' | 'sketch' })),
  };
}

const wayOf = (shape: string): Way => (shape === 'trapezium' ? 'trapezium' : shape === 'rectangle' ? 'rectangle' : 'corners');

/** Whether everything that this way of measuring needs is typed. */
export function isWhole(draft: Draft): boolean {
  const full = (values: (number | null)[]) => values.every((value) => value !== null);
  const { base_mm, left_mm, right_mm } = draft.triangle;
  switch (draft.way) {
    case 'triangle':
      return full([base_mm, left_mm, right_mm]);
    case 'arch':
      return full([draft.arch.width_mm, draft.arch.left_mm, draft.arch.right_mm, draft.arch.height_mm]);
    case 'corners':
      return full(draft.corners.flatMap((one) => [one.x_mm, one.y_mm]));
    case 'fan':
      return full([...draft.fan.sides_mm, ...draft.fan.diagonals_mm]);
    default:
      return full(SIZE_FIELDS.map((field) => draft.readings[field]));
  }
}

/** The figure of an outline. Null: it is measured by readings. Throws Impossible. */
export function figureOf(draft: Draft): Figure | null {
  const { triangle, arch, fan } = draft;
  switch (draft.way) {
    case 'triangle':
      return ofTriangle(triangle.base_mm!, triangle.left_mm!, triangle.right_mm!, triangle.height_mm);
    case 'arch':
      return ofArch(arch.width_mm!, arch.left_mm!, arch.right_mm!, arch.height_mm!, arch.radius_mm);
    case 'corners':
      return ofCorners(draft.corners.map((one): Point => [one.x_mm!, one.y_mm!]));
    case 'fan':
      return ofFan(fan.sides_mm as number[], fan.diagonals_mm as number[]);
    default:
      return null;
  }
}

export type Judged = { objections: Objection[]; figure: Figure | null };

/** What the rules have against an opening that is typed as a whole. */
export function judge(draft: Draft, previous: Readings | null): Judged {
  try {
    const figure = figureOf(draft);
    const sizes = figure?.sizes ?? (draft.readings as Readings);
    const found = findObjections(sizes, previous, SHAPE_OF[draft.way], figure !== null);
    return { figure, objections: [...(figure?.objections ?? []), ...found] };
  } catch (failure) {
    if (!(failure instanceof Impossible)) throw failure;
    return { figure: null, objections: [failure.objection] };
  }
}

/** A drawing that was begun is no part of what is sent until it is attached. */
export const isSendable = (draft: Draft, previous: Readings | null): boolean =>
  draft.label.trim() !== '' && !draft.drawing && isWhole(draft) && !judge(draft, previous).objections.some((one) => stands(one, draft.reasons));

/** The opening as the API takes it. Reasons of rules that have nothing against it are left out. */
export function sent(draft: Draft, previous: Readings | null): Sent {
  const doubts = new Set(judge(draft, previous).objections.map((one) => one.rule));
  const reasons = Object.fromEntries(Object.entries(draft.reasons).filter(([rule, reason]) => doubts.has(rule) && reason.trim()));
  const { label, room, kind, wall, sill_mm, slope_mm, mosquito_net, product, comment, photos } = draft;
  return {
    label: label.trim(), room, kind, wall, sill_mm, slope_mm, mosquito_net, product, comment, photos, reasons,
    quarter_mm: draft.quarter_mm ?? 0, shape: SHAPE_OF[draft.way], ...measured(draft),
  } as Sent;
}

function measured(draft: Draft): Partial<Sent> {
  switch (draft.way) {
    case 'triangle':
      return { triangle: draft.triangle as Sent['triangle'] };
    case 'arch':
      return { arch: draft.arch as Sent['arch'] };
    case 'corners':
      return { corners: draft.corners as Sent['corners'] };
    case 'fan':
      return { fan: draft.fan as Sent['fan'] };
    default:
      return draft.readings as Partial<Sent>;
  }
}
