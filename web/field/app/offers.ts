// A new offer is heard and felt while the app is open, also behind another app for as long as the phone lets it run. A phone
// that sleeps gets the SMS that the server sends.
import { beep } from '$lib/sound';

const PULSES_MS = [400, 150, 400, 150, 400];
let known: Set<string> | null = null;

/** Another person may work on this phone next: what is open for him then is no news either. */
export function forgetOffers(): void {
  known = null;
}

/** Call with the offers that are open, whenever they change. Those that were there when the app was opened are no news. */
export function noticeOffers(offers: { id: string; accept_by: string | null }[]): void {
  const open = offers.map((one) => `${one.id} ${one.accept_by}`);
  const isNew = known !== null && open.some((one) => !known!.has(one));
  known = new Set(open);
  if (!isNew) return;
  navigator.vibrate?.(PULSES_MS);
  beep();
}
