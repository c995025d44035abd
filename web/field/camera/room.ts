// How many more photos the server takes, told before somebody photographs in vain. Pure functions.
import type { Schemas } from '$lib/api';
import type { KeptFile } from '../queue/types';
import type { Visit } from '../sync/items.svelte';

type Purpose = KeptFile['purpose'];
export type Limits = Schemas['PhotoLimitsOut'];

const PHOTOS: Purpose[] = ['photo', 'photo_act'];
const PROOFS: Purpose[] = [...PHOTOS, 'signature'];

/** `visits`: those of the job that the phone has. `files`: what waits on the phone. */
export function roomFor(purpose: Purpose, visit: string, job: string, limits: Limits, visits: Visit[], files: KeptFile[]): number {
  const declared = new Map<string, { purpose: string; visit: string }>();
  for (const one of visits.filter((one) => one.job_id === job)) {
    for (const { id, purpose } of one.attachments) declared.set(id, { purpose, visit: one.id });
  }
  for (const file of files.filter((one) => one.job === job)) declared.set(file.id, file);
  const count = (of: string[], at?: string) =>
    [...declared.values()].filter((one) => of.includes(one.purpose) && (!at || one.visit === at)).length;
  if (!PROOFS.includes(purpose)) return Math.max(0, limits.others_per_job - count([purpose]));
  return Math.max(0, Math.min(limits.photos_per_job - count(PHOTOS), limits.proofs_per_visit - count(PROOFS, visit)));
}
