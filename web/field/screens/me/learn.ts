// On a new phone: what the worker has already said of tracking is asked of the server before he is.
import { api, Problem, read } from '$lib/api';
import { setMeta, timesForgotten } from '../../store/db';
import { noteAsked, noteDecision } from './decided.svelte';

/** Without an answer nothing is known, and it is asked again after the next pull. */
export async function learnDecision(): Promise<void> {
  const since = timesForgotten();
  try {
    const own = await read(api.GET('/api/v1/tracking/consents/own', { signal: AbortSignal.timeout(60_000) }));
    if (since !== timesForgotten()) return;
    await setMeta('read consents', { data: own, at: Date.now() }); // by this positions are kept
    const [newest] = own.items;
    if (newest) noteDecision(newest.withdrawn_at ? 'refused' : 'agreed');
    noteAsked();
  } catch (failure) {
    if (!(failure instanceof Problem)) throw failure;
  }
}
