// Which colour a visit has. The name stands in `data-tone`; board.css gives it its colour.
import { TONES, type VisitStatus } from '$lib/status';
import type { Crew, Visit } from './types';

export type Palette = 'status' | 'kind' | 'team' | 'due';
export const PALETTES: Palette[] = ['status', 'kind', 'team', 'due'];

const KINDS = ['measurement', 'installation', 'service', 'delivery', 'claim'];
const COLOURS = 8;
const HOUR = 3_600_000;

/** How soon it must begin: over, within 2 hours, today, later. */
export const DUES = ['due-over', 'due-soon', 'due-today', 'due-later'] as const;

const categorical = (index: number) => (index < 0 ? 'planned' : `colour-${index % COLOURS}`);

export const toneOfKind = (kind: string) => categorical(KINDS.indexOf(kind));
export const kinds = () => KINDS;

function dueTone(visit: Visit, now: number): string {
  if (visit.finished_at) return 'done';
  const left = visit.from - now;
  if (left < 0) return 'due-over';
  if (left < 2 * HOUR) return 'due-soon';
  return left < 24 * HOUR ? 'due-today' : 'due-later';
}

export function statusTone(visit: Visit): string {
  if (visit.escalated_to) return 'bad';
  return TONES[visit.status as VisitStatus] ?? 'planned';
}

export function toneOf(palette: Palette, visit: Visit, crews: Crew[], now: number): string {
  if (palette === 'kind') return toneOfKind(visit.kind);
  if (palette === 'team') return toneOfCrew(visit.crew_id, crews);
  if (palette === 'due') return dueTone(visit, now);
  return statusTone(visit);
}

export const toneOfCrew = (crewId: string | null, crews: Crew[]) => categorical(crewId ? crews.findIndex((crew) => crew.id === crewId) : -1);
