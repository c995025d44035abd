// What the whole app knows: who is signed in, and where he is. It opens from what the phone keeps, without asking anybody.
import { api, read, useSession } from '$lib/api';
import { setZone } from '$lib/format';
import { isLangChosen, setLang } from '$lib/i18n.svelte';
import { Router } from '$lib/router.svelte';
import { Session, type Me } from '$lib/session';
import { countDrafts, forgetAllIf, forgetDrafts, getMeta, keepForGood, setMeta } from '../store/db';
import { nothingWaits } from '../queue/policies';
import { reloadQueue, loadQueue, waitingCount } from '../queue/outbox.svelte';
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
 * After a sign-in: read who it is. Who may not enter is signed out, or what waits would later be sent in his name.
 *
 * Throws OthersWorkWaits, NoWorker.
 */
export async function enter(): Promise<void> {
  const person = await read(api.GET('/api/v1/me'));
  if (!person.worker_id) {
    await session.signOut();
    throw new NoWorker();
  }
  const before = await getMeta<Me>('me');
  if (before?.id !== person.id && !(await whileNothingIsSent(forgetUnlessWorkWaits))) {
    await session.signOut();
    throw new OthersWorkWaits(before?.name ?? '–', waitingCount());
  }
  if (before && before.id !== person.id) router.go('/', {}, { replace: true }); // the address is that of another's screen
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

/** The lock that each turn of the synchronisation takes: nothing is on its way while `task` runs. */
async function whileNothingIsSent<T>(task: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return task(); // not on https: this browser has no locks
  return navigator.locks.request('brigada.field.sync', task) as Promise<T>;
}

/** Answers whether all was forgotten. */
async function forgetUnlessWorkWaits(): Promise<boolean> {
  const isForgotten = await forgetAllIf(nothingWaits);
  await Promise.all([reloadQueue(), loadItems()]);
  return isForgotten;
}

/** `waits`: work would be lost. `drafts`: what was typed and not sent would be lost. `unreachable`: the server did not end it. */
export type SignedOut = 'done' | 'waits' | 'drafts' | 'unreachable';

export function signOut({ withDrafts }: { withDrafts: boolean }): Promise<SignedOut> {
  return whileNothingIsSent(async () => {
    if (waitingCount()) return 'waits';
    const owner = me?.id ?? '';
    if (!withDrafts && (await countDrafts(owner))) return 'drafts';
    if (!(await session.signOut())) return 'unreachable';
    await forgetDrafts(owner);
    if (await forgetUnlessWorkWaits()) me = null; // what was given in this moment stays for him
    router.go('/', {}, { replace: true });
    return 'done';
  });
}
