// Filters of the board as they stand in the address, and what they let through. Pure functions.
import { ownerOf, type BoardJob, type BoardVisit, type Crew, type Visit, type Worker } from './types';

/** `show`: visits that need attention, see `attention.ts`. `q` dims what it does not find. */
export type Filters = { team: string; skill: string; territory: string; status: string; kind: string; show: string; q: string };

export const FILTERS = ['team', 'skill', 'territory', 'status', 'kind', 'show', 'q'] as const;

export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ''])) as Filters;
}

/** The filters of an address, without the day and what is open: what a saved filter keeps. */
export function keptFilters(query: URLSearchParams): string {
  const kept = FILTERS.filter((name) => name !== 'q' && query.get(name)).map((name) => [name, query.get(name)!]);
  return new URLSearchParams(kept).toString();
}

/** A person without territories works everywhere. */
const worksIn = (worker: Worker, territory: string) => !worker.territory_ids.length || worker.territory_ids.includes(territory);

export function workersShown(workers: Worker[], crews: Crew[], filters: Filters): Worker[] {
  const { team, skill, territory } = filters;
  if (!team && !skill && !territory) return workers;
  const members = crews.find((crew) => crew.id === team)?.members.map((member) => member.worker_id) ?? [];
  return workers.filter(
    (worker) =>
      (!team || members.includes(worker.id)) &&
      (!skill || worker.skills.includes(skill)) &&
      (!territory || worksIn(worker, territory)),
  );
}

export function crewsShown(crews: Crew[], workers: Worker[], filters: Filters): Crew[] {
  const { team, skill, territory } = filters;
  if (!team && !skill && !territory) return crews;
  const shown = new Set(workersShown(workers, crews, { ...filters, team: '' }).map((worker) => worker.id));
  return crews.filter(
    (crew) => (!team || crew.id === team) && (!(skill || territory) || crew.members.some((member) => shown.has(member.worker_id))),
  );
}

/** Whether the filters of what is to be done let it through; those of people do not count for a visit that somebody has. */
export function isVisitShown(visit: Visit, filters: Filters): boolean {
  if (filters.status ? visit.status !== filters.status : visit.status === 'canceled') return false;
  if (filters.kind && visit.kind !== filters.kind) return false;
  const { workerId, crewId } = ownerOf(visit);
  return Boolean(workerId || crewId) || isWorkShown(visit, filters);
}

/** A job of the tray, or a visit that nobody has. */
export function isWorkShown(work: BoardJob | BoardVisit, filters: Filters): boolean {
  if (filters.kind && work.kind !== filters.kind) return false;
  if (filters.skill && !work.required_skills.includes(filters.skill)) return false;
  return !filters.territory || work.territory_ids.includes(filters.territory);
}

/** Whether the search finds it, by client, address, kind of work or number. */
export function isFound(work: BoardJob | BoardVisit, q: string, person = ''): boolean {
  if (!q) return true;
  const number = 'job_number' in work ? work.job_number : work.number;
  const text = `${work.client_name} ${work.address} ${work.job_type_name} ${number} ${person}`.toLowerCase();
  return q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
