// The act is drawn up as soon as the worker sets out, from what the client has agreed to: so the phone has one to sign where
// there is no network. If something else is agreed before it is signed, it is drawn up anew. Nobody is asked and nobody is told
// when it cannot be: it is drawn up on site then, as any other.
import { api, once, Problem, read, type Schemas } from '$lib/api';
import { whoIsIn } from '../../app/state.svelte';
import { kept } from '../../queue/outbox.svelte';
import { ofVisit } from '../../shown/visits';
import { database, draftKey, getMeta, setMeta } from '../../store/db';
import { item, items, type Visit } from '../../sync/items.svelte';
import { sync } from '../../sync/loop.svelte';
import { isForNow, isOutdated, newAct, timeToDrawUp } from './drafts';
import { kindName } from './kinds';
import { WISHES, type Wish } from './wished';

const PATIENCE_MS = 60_000;

const wishes = async () => (await getMeta<Wish[]>(WISHES)) ?? [];

/** Call when the worker sets out. The act is drawn up when the server knows that he has. */
export async function drawUpAhead(visit: string): Promise<void> {
  await replace(visit, { visit });
}

async function replace(visit: string, wish: Wish | null): Promise<void> {
  const others = (await wishes()).filter((one) => one.visit !== visit);
  await setMeta(WISHES, wish ? [...others, wish] : others);
}

export async function drawUpAll(): Promise<void> {
  for (const wish of await wishes()) {
    const left = await follow(wish);
    if (left !== wish) await replace(wish.visit, left);
  }
}

/** What is left to wish after this turn. Null: nothing, because the visit is over or somebody has an act in hand. */
async function follow(wish: Wish): Promise<Wish | null> {
  const visit = item('visits', wish.visit);
  const when = timeToDrawUp(visit?.status);
  if (!visit || when === 'over') return null;
  if (when === 'later') return wish;
  const acts = items('acts').filter((one) => one.visit_id === visit.id);
  const own = acts.find((one) => one.id === wish.act && one.status === 'presented');
  if (acts.length > (own ? 1 : 0) || (wish.act && !own) || (await isInHand(visit))) return null;
  return own && !isOutdated(own, visit) ? wish : drawUp(visit, wish);
}

/** Whether somebody is putting an act together on this phone, or the client has answered to one. */
async function isInHand(visit: Visit): Promise<boolean> {
  const counted = ofVisit(kept(), visit.id).filter((one) => one.state !== 'rejected' && one.state !== 'conflict');
  if (counted.some((one) => one.kind.endsWith('_act'))) return true;
  return Boolean(await (await database()).getKey('drafts', draftKey(whoIsIn()?.id ?? '', `act ${visit.id}`)));
}

/** Throws when nobody answers: the phone has no network. */
async function drawUp(visit: Visit, wish: Wish): Promise<Wish | null> {
  const body = { ...newAct(visit, kindName), is_ahead: true };
  if (!body.lines.length) return wish; // something may be agreed on the way
  const to = { params: { path: { visit_id: visit.id }, header: once() }, signal: AbortSignal.timeout(PATIENCE_MS) };
  try {
    const drawn = await read(api.POST('/api/v1/field/visits/{visit_id}/act', { ...to, body: body as Schemas['PresentAct'] }));
    sync(); // brings it
    return { visit: visit.id, act: drawn.id };
  } catch (failure) {
    if (!(failure instanceof Problem) || failure.code === 'unreachable') throw failure;
    return isForNow(failure.status) ? wish : null;
  }
}
