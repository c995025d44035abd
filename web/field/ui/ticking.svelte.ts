// The time by the server's clock, told every second while something on the screen shows it.
import { createSubscriber } from 'svelte/reactivity';
import { serverNow } from '$lib/api';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

export function tickingNow(): number {
  subscribe();
  return serverNow();
}
