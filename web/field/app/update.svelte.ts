// The service worker keeps the files of the app on the phone. A new version waits until the worker asks for it, and is not
// offered while a form is open or the queue is being sent.
import { isSending } from '../sync/sending.svelte';

let waiting = $state.raw<ServiceWorker | null>(null);
let openForms = $state(0);
let isAsked = false;

export const isUpdateReady = (): boolean => waiting !== null && openForms === 0 && !isSending();

/** A form is open until the returned function is called. */
export function holdUpdate(): () => void {
  openForms += 1;
  return () => {
    openForms -= 1;
  };
}

export function takeUpdate(): void {
  if (!isUpdateReady()) return;
  isAsked = true;
  waiting!.postMessage('take over');
}

/** Call when the first screen is shown: keeping the files must not delay it. */
export async function watchUpdates(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => isAsked && location.reload());
  const registration = await navigator.serviceWorker.register('/field/sw.js', { scope: '/field/', updateViaCache: 'none' });
  const look = () => {
    if (registration.waiting && navigator.serviceWorker.controller) waiting = registration.waiting;
  };
  look();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void registration.update());
}
