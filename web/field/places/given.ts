// Taps that say where they were made. The tap is kept at once and the place is added when the phone knows it: whoever
// switches the phone off meanwhile loses the place, not the tap.
import { addPlace, give, type Given } from '../queue/outbox.svelte';
import type { Place } from '../queue/types';
import { here } from './here';

let asked: Promise<unknown> = Promise.resolve();

/** Returns when the command is kept. */
export async function giveHere(given: Given): Promise<void> {
  await keptHere(give(given), here());
}

/** The place is added to the command that is being kept, when the phone knows it. Returns when the command is kept. */
export async function keptHere(keeping: Promise<string>, place: Promise<Place | null>): Promise<void> {
  asked = Promise.allSettled([asked, withPlace(keeping, place)]);
  await keeping;
}

async function withPlace(keeping: Promise<string>, place: Promise<Place | null>): Promise<void> {
  const [id, found] = [await keeping, await place];
  if (found) await addPlace(id, found);
}

/** Wait, for seconds at most, until all taps have their place: what is sent without it has none. */
export async function placesAdded(): Promise<void> {
  for (let seen; seen !== asked; ) await (seen = asked);
}
