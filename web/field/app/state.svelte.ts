// What the whole app knows: who is signed in, and where he is. It opens from what the phone keeps, without asking anybody.
import { api, read, useSession } from '$lib/api';
import { setZone } from '$lib/format';
import { isLangChosen, setLang } from '$lib/i18n.svelte';
import { Router } from '$lib/router.svelte';
import { Session, type Me } from '$lib/session';
import { forgetAll, getMeta, keepForGood, setMeta } from '../store/db';
import { loadQueue, waitingCount } from '../queue/outbox.svelte';
import { loadItems } from '../sync/items.svelte';

export const session = new Session('field');
export const router = new Router('/field');

const DEVICE = 'brigada.field.device';

let me = $state.raw<Me | null>(null);
/** `opening` until the data on the phone are read. `out`: somebody must sign in; what waits is kept for him. */
let state = $state<'opening' | 'in' | 'out'>('opening');

export const whoIsIn = (): Me | null => me;
export const signInState = () => state;
/** The id that this phone got at its last sign-in: it stays one device with one sequence of commands. */
export const deviceId = (): string | null => localStorage.getItem(DEVICE);

useSession(session);
session.onSignedOut = () => {
  state = 'out';
};

/** Somebody else's work waits on this phone: he must send it first. */
export class OthersWorkWaits extends Error {
  constructor(readonly owner: string, readonly count: number) {
    super(owner);
  }
}
/** The account is of the office: it goes to no clients. */
export class NoWorker extends Error {}

/** Show what the phone has. If it knows nobody, look whether a session of before is still good. */
export async function open(): Promise<void> {
  await Promise.all([loadQueue(), loadItems()]);
  me = (await getMeta<Me>('me')) ?? null;
  if (me) {
    show(me);
    return;
  }
  state = 'out';
  if ((await session.refresh()) === 'signed-in') await enter().catch(() => undefined);
}

/**
 * After a sign-in: read who it is.
 *
 * Throws OthersWorkWaits, NoWorker.
 */
export async function enter(): Promise<void> {
  const person = await read(api.GET('/api/v1/me'));
  if (!person.worker_id) throw new NoWorker();
  const before = await getMeta<Me>('me');
  if (before && before.id !== person.id) {
    if (waitingCount()) throw new OthersWorkWaits(before.name, waitingCount());
    await forgetAll();
    await Promise.all([loadQueue(), loadItems()]);
  }
  await setMeta('me', person);
  if (person.device_id) localStorage.setItem(DEVICE, person.device_id);
  if (!isLangChosen() && (person.lang === 'ru' || person.lang === 'en')) setLang(person.lang);
  void keepForGood();
  show(person);
}

function show(person: Me): void {
  me = person;
  setZone(person.company.timezone);
  state = 'in';
}

/** Refused while something waits: whoever signs out would lose it. Answers whether it was done. */
export async function signOut(): Promise<boolean> {
  if (waitingCount()) return false;
  await session.signOut();
  await forgetAll();
  await Promise.all([loadQueue(), loadItems()]);
  me = null;
  state = 'out';
  router.go('/', {}, { replace: true });
  return true;
}
