// The day of a worker as the API draws it (GeoJSON): what is known of each stretch of it, and where that was.
import { api, readWhole } from '$lib/api';
import type { MapTrack } from '../map/adapter';

export type Kind = 'trip' | 'stop' | 'gap' | 'presence' | 'too_fast' | 'mock';

export type Fact = {
  id: string;
  kind: Kind;
  from: string;
  to: string;
  duration_s: number;
  distance_m: number;
  confidence_pct: number;
  cause: string | null;
  visit_id: string | null;
  job_number: number | null;
  address: string | null;
  line: [number, number][];
};

export type Track = { worker_name: string; since: string; until: string; derived_at: string | null; is_final: boolean; facts: Fact[]; positions: number };

type Feature = { id?: string; geometry: { type: string; coordinates: unknown } | null; properties: Record<string, unknown> };
type Drawn = Omit<Track, 'facts' | 'positions'> & { features: Feature[] };

export async function readTrack(workerId: string, day: string): Promise<Track> {
  const asked = api.GET('/api/v1/tracking/workers/{worker_id}/track.geojson', {
    params: { path: { worker_id: workerId }, query: { day } },
    parseAs: 'json',
  });
  const drawn = (await readWhole(asked)).data as unknown as Drawn;
  const facts = drawn.features.filter((feature) => feature.properties.kind !== 'positions').map(factOf);
  const positions = drawn.features.find((feature) => feature.properties.kind === 'positions');
  return { ...drawn, facts: facts.sort((one, other) => one.from.localeCompare(other.from)), positions: Number(positions?.properties.count ?? 0) };
}

function factOf({ id, geometry, properties }: Feature): Fact {
  const coordinates = geometry?.coordinates;
  const line = geometry?.type === 'LineString' ? (coordinates as [number, number][]) : geometry?.type === 'Point' ? [coordinates as [number, number]] : [];
  return { ...(properties as Omit<Fact, 'id' | 'line'>), id: id!, line };
}

/** Lines of the trips, dots where he stayed. `labelOf` says what stands beside a dot. */
export function drawTrack(track: Track, labelOf: (fact: Fact) => string): Omit<MapTrack, 'at'> {
  const placed = track.facts.filter((fact) => fact.line.length);
  return {
    line: placed.filter((fact) => fact.kind === 'trip').map((fact) => fact.line.map(place)),
    stops: placed.filter((fact) => fact.kind === 'stop').map((fact) => ({ id: fact.id, ...place(fact.line[0]!), label: labelOf(fact) })),
  };
}

const place = ([lon, lat]: [number, number]) => ({ lat, lon });
