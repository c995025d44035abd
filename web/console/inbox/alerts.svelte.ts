// Alerts for the whole console: what needs a dispatcher now, read anew when something happens and when the next is due.
import { api, read, serverNow, type Schemas } from '$lib/api';
import { follow, type Heard } from '$lib/live';
import { Reading } from '$lib/reading.svelte';
import { beep } from '$lib/sound';

export type Alert = Schemas['AlertOut'];

const SETTLE_MS = 300;
const SLEEP_MAX_MS = 60_000; // also looks when nothing is said to be due, in case an event was lost
const ABOUT = /^dispatch\.(visit|offer|request|alert|inbox)|^(live|notifications)\./;

export const alerts = new Reading(() => read(api.GET('/api/v1/alerts')));

/** Alerts that call: not the offers whose time still runs, and not what somebody has taken. */
export const calling = (): Alert[] => (alerts.data?.items ?? []).filter((alert) => alert.kind !== 'offer_waits' && !alert.taken_by);

export const keyOf = (alert: Alert) => `${alert.kind} ${alert.subject_id} ${alert.due_at}`;

/** Keep the alerts true until the answer is called, and sound for each new one. */
export function followAlerts(): () => void {
  let timer = 0;
  let known: Set<string> | null = null;

  const look = async () => {
    clearTimeout(timer);
    await alerts.read();
    const now = new Set(calling().map(keyOf));
    if (known && [...now].some((key) => !known!.has(key))) beep();
    known = now;
    timer = setTimeout(() => void look(), sleepFor(alerts.data));
  };
  const hear = (heard: Heard) => {
    if (heard !== 'reload' && !ABOUT.test(heard.kind)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE_MS);
  };

  void look();
  const stop = follow(hear);
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function sleepFor(read: Schemas['AlertsOut'] | undefined): number {
  const moments = (read?.items ?? []).filter((alert) => alert.kind === 'offer_waits').map((alert) => alert.due_at);
  if (read?.next_at) moments.push(read.next_at);
  const waits = moments.map((moment) => Date.parse(moment) - serverNow() + 500).filter((wait) => wait > 0);
  return Math.min(...waits, SLEEP_MAX_MS);
}
