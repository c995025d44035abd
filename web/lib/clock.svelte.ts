// The server's time as something that a page shows: it moves once a second while somebody looks at it.
import { createSubscriber } from 'svelte/reactivity';
import { serverNow } from './api';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** Now by the server's clock. Whatever reads it is drawn again every second. */
export function ticking(): number {
  subscribe();
  return serverNow();
}
