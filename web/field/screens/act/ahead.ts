// The act is drawn up as soon as the worker sets out, from what the client has agreed to: so the phone has one to sign where
// there is no network. Nobody is asked and nobody is told when it cannot be: it is drawn up on site then, as any other.
import { api, once, Problem, read, type Schemas } from '$lib/api';
import { whoIsIn } from '../../app/state.svelte';
import { kept } from '../../queue/outbox.svelte';
import { ofVisit } from '../../shown/visits';
import { database, draftKey, getMeta, setMeta } from '../../store/db';
import { item, items, type Visit } from '../../sync/items.svelte';
import { alsoSend, sync } from '../../sync/loop.svelte';
import { newAct } from './drafts';
import { kindName } from './kinds';

const PATIENCE_MS = 60_000;
const WANTED = 'acts ahead';
const wanted = async () => (await getMeta<string[]>(WANTED)) ?? [];

alsoSend(drawUpWanted);

/** Call when the worker sets out. The act is drawn up when the server knows that he has. */
export async function drawUpAhead(visit: string): Promise<void> {
  await setMeta(WANTED, [...(await wanted()), visit]);
}

async function drawUpWanted(): Promise<void> {
  for (const id of await wanted()) {
    const visit = item('visits', id);
    if (visit?.status === 'accepted') continue; // the departure has not reached the server
    if (visit?.status === 'en_route' && !(await isBegun(visit))) await drawUp(visit);
    await setMeta(WANTED, (await wanted()).filter((one) => one !== id));
  }
}

/** Whether there is an act, or somebody is putting one together on this phone. */
async function isBegun(visit: Visit): Promise<boolean> {
  if (items('acts').some((one) => one.visit_id === visit.id)) return true;
  if (ofVisit(kept(), visit.id).some((one) => one.kind === 'present_act')) return true;
  return Boolean(await (await database()).getKey('drafts', draftKey(whoIsIn()?.id ?? '', `act ${visit.id}`)));
}

/** Throws when the server does not answer: the loop tries again. */
async function drawUp(visit: Visit): Promise<void> {
  const body = { ...newAct(visit, kindName), is_ahead: true };
  if (!body.lines.length) return;
  const to = { params: { path: { visit_id: visit.id }, header: once() }, signal: AbortSignal.timeout(PATIENCE_MS) };
  try {
    await read(api.POST('/api/v1/field/visits/{visit_id}/act', { ...to, body: body as Schemas['PresentAct'] }));
    sync(); // brings it
  } catch (failure) {
    if (!(failure instanceof Problem) || failure.code === 'unreachable') throw failure;
  }
}
