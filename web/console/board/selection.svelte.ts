// Visits that a dispatcher has picked out to change them together, and the one that the keyboard is at.
import { SvelteSet } from 'svelte/reactivity';

export class Selection {
  ids = new SvelteSet<string>();
  /** The visit that the keyboard is at. */
  current = $state('');

  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.current = id;
  }

  add(ids: string[]): void {
    for (const id of ids) this.ids.add(id);
  }

  clear(): void {
    this.ids.clear();
  }

  /** What a command means that is given at a visit: all that are picked out if it is one of them, else it alone. */
  around(id: string): string[] {
    return this.ids.has(id) ? [...this.ids] : [id];
  }
}
