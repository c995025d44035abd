// The card of a visit: read at once, and anew when the live channel says that something has happened to it.
import { api, read, type Schemas } from '$lib/api';
import { follow } from '$lib/live';
import { Reading } from '$lib/reading.svelte';

export type Card = Schemas['VisitCard'];
export type Again = () => Promise<void>;

const SETTLE_MS = 200;

export function readCard(id: string): Promise<Card> {
  return read(api.GET('/api/v1/visits/{visit_id}/card', { params: { path: { visit_id: id } } }));
}

/** A reading that stays true while the effect lives in which it is made. */
export function followCard(id: string): Reading<Card> {
  const card = new Reading(() => readCard(id));
  void card.read();
  $effect(() => {
    let timer = 0;
    const stop = follow((heard) => {
      if (heard !== 'reload' && !isAbout(heard.payload, id, card.data)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void card.read(), SETTLE_MS); // one change makes several events
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  });
  return card;
}

function isAbout(payload: Record<string, unknown>, id: string, card: Card | undefined): boolean {
  return payload.visit_id === id || (card !== undefined && (payload.job_id === card.job.id || payload.order_id === card.order.id));
}
