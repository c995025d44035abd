// An opening while it is measured. All sizes in millimetres.
import type { Schemas } from '$lib/api';

export type Sent = Schemas['OpeningIn'];
export type Shape = NonNullable<Sent['shape']>;
export const SIZE_FIELDS = [
  'width_top_mm', 'width_middle_mm', 'width_bottom_mm', 'height_left_mm', 'height_middle_mm', 'height_right_mm', 'diagonal_1_mm', 'diagonal_2_mm',
] as const;
export type SizeField = (typeof SIZE_FIELDS)[number];
export type Readings = Record<SizeField, number>;

/** How an opening is measured: by readings, or by its outline. */
export const WAYS = ['rectangle', 'trapezium', 'triangle', 'arch', 'corners', 'fan'] as const;
export type Way = (typeof WAYS)[number];
export const SHAPE_OF: Record<Way, Shape> = {
  rectangle: 'rectangle', trapezium: 'trapezium', triangle: 'triangle', arch: 'arch', corners: 'polygon', fan: 'polygon',
};

type Size = number | null;
export type Draft = {
  /** What it is known by, whatever its label becomes. */
  key: string;
  label: string;
  room: string;
  kind: Sent['kind'];
  wall: Sent['wall'];
  way: Way;
  readings: Record<SizeField, Size>;
  triangle: { base_mm: Size; left_mm: Size; right_mm: Size; height_mm: Size };
  arch: { width_mm: Size; left_mm: Size; right_mm: Size; height_mm: Size; radius_mm: Size };
  corners: { x_mm: Size; y_mm: Size }[];
  fan: { sides_mm: Size[]; diagonals_mm: Size[] };
  quarter_mm: Size;
  sill_mm: Size;
  slope_mm: Size;
  mosquito_net: boolean;
  product: string;
  comment: string;
  reasons: Record<string, string>;
  /** What is being drawn by hand, until it is attached as a sketch. */
  drawing: string;
  photos: { attachment_id: string; sha256: string; purpose: 'measurement' | 'sketch' }[];
};

export type Rule = keyof NonNullable<Sent['reasons']> | string;
/** What a rule has against an opening. `text` names the sentence. */
export type Objection = {
  rule: Rule;
  weight: 'warn' | 'needs_reason' | 'refused';
  text: string;
  found_mm: number;
  allowed_mm: number;
  /** The size that has two values, where the rule compares. */
  apart?: { size: string; was_mm: number; now_mm: number };
};
