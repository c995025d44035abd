// All visits as the worker sees them, in time order.
import { serverNow } from '$lib/api';
import { ticking } from '$lib/clock.svelte';
import { kept, keptFiles } from '../queue/outbox.svelte';
import { item, items, type Visit } from '../sync/items.svelte';
import { shownVisit } from './visits';

const aheadMs = () => serverNow() - Date.now();

const visits = $derived(
  items('visits')
    .map((visit) => shownVisit(visit, kept(), keptFiles(), aheadMs()))
    .sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at)),
);
const offered = $derived(visits.filter((visit) => visit.status === 'offered' && visit.next_commands.includes('accept')));

export const shownVisits = (): readonly Visit[] => visits;

/** What he may answer now. It goes by the clock, which ticks for nobody while there is nothing to answer. */
export const openOffers = (): Visit[] => offered.filter((visit) => Date.parse(visit.accept_by ?? '') > ticking());

export function shownVisitOf(id: string): Visit | null {
  const visit = item('visits', id);
  return visit ? shownVisit(visit, kept(), keptFiles(), aheadMs()) : null;
}
