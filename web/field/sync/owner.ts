// Whose session it is. Another person may have signed in on this phone since: what waits here must not go in his name.
import { api, read } from '$lib/api';
import type { Me } from '$lib/session';
import { session, whoIsIn } from '../app/state.svelte';
import { getMeta } from '../store/db';

let checked = '';

/** Whether the session is of the person whose work the phone keeps. The server is asked once for each access token. */
export async function isOfOwner(): Promise<boolean> {
  const owner = await getMeta<Me>('me');
  if (owner?.id !== whoIsIn()?.id) {
    location.reload(); // another window of the app was left or entered
    return false;
  }
  const token = await session.token();
  if (token && token === checked) return true;
  const person = await read(api.GET('/api/v1/me', { signal: AbortSignal.timeout(60_000) }));
  if (person.id !== owner?.id) {
    if (!(await session.signOut())) session.onSignedOut();
    return false;
  }
  checked = token;
  return true;
}
