// All visits as the worker sees them, in time order.
import { serverNow } from '$lib/api';
import { kept, keptFiles } from '../queue/outbox.svelte';
import { item, items, type Visit } from '../sync/items.svelte';
import { shownVisit } from './visits';

const aheadMs = () => serverNow() - Date.now();

export function shownVisits(): Visit[] {
  return items('visits')
    .map((visit) => shownVisit(visit, kept(), keptFiles(), aheadMs()))
    .sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
}

/** What he may answer now. */
export const openOffers = (): Visit[] =>
  shownVisits().filter((visit) => visit.status === 'offered' && visit.next_commands.includes('accept') && Date.parse(visit.accept_by ?? '') > serverNow());

export function shownVisitOf(id: string): Visit | null {
  const visit = item('visits', id);
  return visit ? shownVisit(visit, kept(), keptFiles(), aheadMs()) : null;
}
