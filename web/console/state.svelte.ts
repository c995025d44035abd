// What the whole console knows: who is signed in, where he is, and whether the live channel is open.
import { api, read, useSession } from '$lib/api';
import { setZone } from '$lib/format';
import { isLangChosen, setLang } from '$lib/i18n.svelte';
import { startLive, stopLive } from '$lib/live';
import { Router } from '$lib/router.svelte';
import { Session, type Me } from '$lib/session';
import { mayLeave } from './unsaved';

export const session = new Session('console');
export const router = new Router('/console', mayLeave);

let me = $state.raw<Me | null>(null);
/** `asking` until the server has said whether the session of the last visit is still good. */
let state = $state<'asking' | 'in' | 'out' | 'unreachable'>('asking');

export const whoIsIn = (): Me | null => me;
export const signInState = () => state;

/** Whether the person has one of these roles. An owner may do everything. */
export function may(...roles: string[]): boolean {
  return me?.roles.some((role) => role === 'owner' || roles.includes(role)) ?? false;
}

useSession(session);
session.onSignedOut = () => {
  me = null;
  state = 'out';
  stopLive();
};

/** Take up the session of the last visit, if there is one. */
export async function takeUpSession(): Promise<void> {
  state = 'asking';
  const refreshed = await session.refresh();
  if (refreshed === 'signed-in') await enter();
  else state = refreshed === 'signed-out' ? 'out' : 'unreachable';
}

/** After a sign-in: read who it is. His language counts if none was chosen in this browser, and the company's zone. */
export async function enter(): Promise<void> {
  const person = await read(api.GET('/api/v1/me'));
  setZone(person.company.timezone);
  if (!isLangChosen() && (person.lang === 'ru' || person.lang === 'en')) setLang(person.lang);
  startLive(person.id);
  me = person;
  state = 'in';
}
