// Keys that a page has bound, for its help. `?` shows them.
import { untrack } from 'svelte';
import { bindKeys, type Keys } from '$lib/keys';

export type Shown = { keys: string; what: string };

let shown = $state.raw<Shown[][]>([]);

export const boundKeys = (): Shown[] => shown.flat();

/** Bind keys and list them in the help while the page is open. Use in `$effect`: it answers how to unbind. */
export function pageKeys(keys: Keys, help: Shown[]): () => void {
  const unbind = bindKeys(keys);
  shown = [...untrack(() => shown), help]; // whoever binds keys is not to bind them again for other keys
  return () => {
    unbind();
    shown = shown.filter((one) => one !== help);
  };
}
