// Where the worker is while the app is open. No browser lets a page know the place when the screen is off; for that there
// are trackers (`screens/me/Trackers.svelte`). Positions are kept first and sent with the next turn of the queue.
import { api, read } from '$lib/api';
import { database, type KeptPing } from '../store/db';
import { alsoSend } from '../sync/loop.svelte';
import { items } from '../sync/items.svelte';
import { kept } from '../queue/outbox.svelte';
import { keptStanding } from './consent.svelte';
import { isPlaceAllowed } from './here';

const EVERY_MS = 15_000;
const LOOK_EVERY_MS = 20_000;
const BATCH_MAX = 500;
/** Older ones are dropped when a phone has been without network for too long to keep all. */
const KEPT_MAX = 5_000;

let watching: number | null = null;
let lastAt = 0;
let lock: WakeLockSentinel | null = null;

/** Answers how to stop. */
export function startPings(): () => void {
  alsoSend(sendPings);
  const onChange = () => void look();
  const timer = setInterval(onChange, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', onChange);
  onChange();
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', onChange);
    stopWatching();
    void keepAwake(false);
  };
}

function stopWatching(): void {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
}

/** Watch while it is allowed and the app is seen; keep the screen on while he drives. */
async function look(): Promise<void> {
  const isSeen = document.visibilityState === 'visible';
  const { hasConsent, isPrivate } = await keptStanding();
  const mayWatch = isSeen && hasConsent && !isPrivate && (await isPlaceAllowed());
  if (mayWatch && watching === null) {
    watching = navigator.geolocation.watchPosition(note, () => undefined, { enableHighAccuracy: true, maximumAge: 10_000 });
  } else if (!mayWatch) {
    stopWatching();
  }
  await keepAwake(mayWatch && isDriving());
}

function isDriving(): boolean {
  const left = new Set(kept().filter((one) => one.kind === 'depart_for_visit').map((one) => one.subject));
  const arrived = new Set(kept().filter((one) => one.kind === 'arrive_at_visit').map((one) => one.subject));
  return items('visits').some((visit) => (visit.status === 'en_route' || left.has(visit.id)) && !arrived.has(visit.id));
}

async function keepAwake(isWanted: boolean): Promise<void> {
  if (!('wakeLock' in navigator)) return;
  if (isWanted && (!lock || lock.released)) lock = await navigator.wakeLock.request('screen').catch(() => null);
  if (!isWanted && lock) {
    await lock.release();
    lock = null;
  }
}

async function note({ coords }: GeolocationPosition): Promise<void> {
  const now = Date.now(); // the position's own time is that of another clock in some browsers
  if (now - lastAt < EVERY_MS) return;
  lastAt = now;
  const ping: KeptPing = {
    at: new Date(now).toISOString(), lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy,
    speed_mps: coords.speed ?? null, heading_deg: Number.isFinite(coords.heading) ? coords.heading : null, trigger: 'app',
  };
  await (await database()).add('pings', ping);
}

/** Send what is kept. What the server has answered for is deleted, whether it took it or not: again changes nothing. */
export async function sendPings(): Promise<void> {
  const db = await database();
  for (;;) {
    const keys = await db.getAllKeys('pings');
    if (!keys.length) return;
    for (const key of keys.slice(0, Math.max(0, keys.length - KEPT_MAX))) await db.delete('pings', key);
    const sent = (await db.getAllKeys('pings')).slice(0, BATCH_MAX);
    const pings = await Promise.all(sent.map((key) => db.get('pings', key)));
    await read(api.POST('/api/v1/tracking/pings', { body: { pings, sent_at: new Date().toISOString() } as never, signal: AbortSignal.timeout(60_000) }));
    for (const key of sent) await db.delete('pings', key);
  }
}
