// What the board reads, and the same with times as numbers: milliseconds since 1970.
import type { Schemas } from '$lib/api';

export type BoardDay = Schemas['BoardOut'];
export type BoardVisit = Schemas['BoardVisitOut'];
export type BoardJob = Schemas['BoardJobOut'];
export type Worker = Schemas['BoardWorkerOut'];
export type Crew = Schemas['BoardCrewOut'];
export type Shift = Schemas['BoardShiftOut'];
export type Absence = Schemas['BoardAbsenceOut'];

/** A visit with its times as numbers. `isPending`: a command about it is on its way. */
export type Visit = BoardVisit & { from: number; to: number; isPending?: boolean };

export const withTimes = (visit: BoardVisit): Visit => ({
  ...visit,
  from: Date.parse(visit.starts_at),
  to: Date.parse(visit.ends_at),
});

/** Whose time a row shows: a person, a crew, or nobody yet. */
export type Owner = { workerId: string | null; crewId: string | null };
export const NOBODY: Owner = { workerId: null, crewId: null };

export const keyOf = ({ workerId, crewId }: Owner): string => (crewId ? `crew ${crewId}` : workerId ? `person ${workerId}` : 'nobody');
export const ownerOf = (visit: BoardVisit): Owner =>
  visit.crew_id ? { workerId: null, crewId: visit.crew_id } : { workerId: visit.worker_id, crewId: null };
