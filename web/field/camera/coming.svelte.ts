// Photos that were taken and are not kept yet: a phone needs a second for each to make it smaller. What they belong to is
// not sent before them.
import { holdUpdate } from '../app/update.svelte';

let count = $state(0);

export const photosComing = (): number => count;

/** Do it while everybody knows that a photo is coming. */
export async function whileComing<T>(task: () => Promise<T>): Promise<T> {
  count += 1;
  const release = holdUpdate();
  try {
    return await task();
  } finally {
    release();
    count -= 1;
  }
}
