// Reads and commands of the board. A command answers the visit as it stands afterwards, or throws a `Problem`.
import { api, ifMatch, once, read, readWhole, type Schemas } from '$lib/api';
import { keyOf, NOBODY, type BoardDay, type BoardJob, type Owner, type Visit } from './types';

export type VisitOut = Schemas['VisitOut'];
export type Reread = Schemas['BoardPartOut'];
export type Places = Schemas['BoardPlacesOut'];
/** Where and when a visit is to be. What is not given stays. */
export type Place = { from?: number; durationMin?: number; owner?: Owner; reason?: string | null };

const iso = (moment: number) => new Date(moment).toISOString();

/** The whole board, or null if nothing has changed since the copy with this tag. */
export async function readBoard(day: string | undefined, days: number, tag: string): Promise<{ board: BoardDay; tag: string } | null> {
  const headers = tag ? { 'If-None-Match': tag } : {};
  const { data, response } = await readWhole(api.GET('/api/v1/board', { params: { query: { day, days }, header: headers }, headers }));
  return response.status === 304 ? null : { board: data!, tag: response.headers.get('ETag') ?? '' };
}

export function readVisits(day: string, days: number, visitIds: string[], workerIds: string[]): Promise<Reread> {
  const query = { day, days, visit_id: visitIds, worker_id: workerIds };
  return read(api.GET('/api/v1/board/visits', { params: { query } }));
}

/** Where and when it could be, rule by rule, over the days of the board. */
export function readPlaces(work: Visit | BoardJob, day: string, days: number, durationMin: number): Promise<Places> {
  const query = { day, days, duration_min: durationMin };
  if ('job_id' in work) return read(api.GET('/api/v1/visits/{visit_id}/places', { params: { path: { visit_id: work.id }, query } }));
  return read(api.GET('/api/v1/jobs/{job_id}/places', { params: { path: { job_id: work.id }, query } }));
}

const bodyOf = ({ from, durationMin, owner, reason }: Place) => ({
  starts_at: from === undefined ? null : iso(from),
  duration_min: durationMin ?? null,
  worker_id: owner?.workerId ?? null,
  crew_id: owner?.crewId ?? null,
  override_reason: reason || null,
});

const ofVisit = (id: string, version: number) => ({ path: { visit_id: id }, header: ifMatch(version) });

export function placeVisit(id: string, version: number, place: Place): Promise<VisitOut> {
  const nobody = place.owner !== undefined && keyOf(place.owner) === keyOf(NOBODY);
  return read(api.POST('/api/v1/visits/{visit_id}/place', { params: ofVisit(id, version), body: { ...bodyOf(place), nobody } }));
}

export function placeJob(id: string, place: Place & { from: number }, key: string): Promise<VisitOut> {
  const body = { ...bodyOf(place), starts_at: iso(place.from) };
  return read(api.POST('/api/v1/jobs/{job_id}/place', { params: { path: { job_id: id }, header: once(key) }, body }));
}

/** Gives a job a time; nobody is asked. */
export function planVisit(jobId: string, from: number, durationMin: number, reason: string | null, key: string): Promise<VisitOut> {
  const body = { starts_at: iso(from), duration_min: durationMin, override_reason: reason || null };
  return read(api.POST('/api/v1/jobs/{job_id}/visits', { params: { path: { job_id: jobId }, header: once(key) }, body }));
}

export function readVisit(id: string): Promise<VisitOut> {
  return read(api.GET('/api/v1/visits/{visit_id}', { params: { path: { visit_id: id } } }));
}

export function cancel(id: string, version: number, reason: string): Promise<VisitOut> {
  return read(api.POST('/api/v1/visits/{visit_id}/cancel', { params: ofVisit(id, version), body: { reason } }));
}

export function pin(id: string, version: number, isPinned: boolean): Promise<VisitOut> {
  return read(api.POST('/api/v1/visits/{visit_id}/pin', { params: ofVisit(id, version), body: { is_pinned: isPinned } }));
}

/** What the client said on the phone. */
export function writeAnswer(id: string, says: 'yes' | 'no' | 'move'): Promise<VisitOut> {
  return read(api.POST('/api/v1/visits/{visit_id}/client-answers', { params: { path: { visit_id: id } }, body: { says, words: '' } }));
}

export async function readSkills(): Promise<{ code: string; name: string }[]> {
  return (await read(api.GET('/api/v1/skills'))).items;
}
