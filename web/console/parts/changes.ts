// A command about a visit that somebody else has changed since this person saw it.
import { api, Problem, read } from '$lib/api';
import { words } from '$lib/i18n.svelte';
import { warn, wrong } from '$lib/toasts.svelte';

const t = words({
  ru: {
    changedBy: '{client}: выезд уже изменил(а) {who}. Показано, как есть сейчас.',
    changed: '{client}: выезд тем временем изменился. Показано, как есть сейчас.',
  },
  en: {
    changedBy: '{client}: {who} has changed this visit. You see it as it is now.',
    changed: '{client}: this visit has changed meanwhile. You see it as it is now.',
  },
});

/** It is not as this person saw it. */
export class Changed extends Error {}

/** Say why a command about a visit is not done. */
export async function sayRefused(visit: { id: string; client_name: string }, failure: unknown): Promise<void> {
  const isChanged = failure instanceof Changed || (failure instanceof Problem && failure.status === 412);
  if (!isChanged) return wrong(failure);
  const who = await lastChangedBy(visit.id).catch(() => '');
  warn(t(who ? 'changedBy' : 'changed', { client: visit.client_name, who }));
}

/** The name of whoever changed a visit last. Empty if it was not a person, or one whose name this reader may not see. */
async function lastChangedBy(id: string): Promise<string> {
  const history = await read(api.GET('/api/v1/visits/{visit_id}/history', { params: { path: { visit_id: id } } }));
  const actor = history.at(-1)?.actor_id;
  if (!actor) return '';
  return (await read(api.GET('/api/v1/users/{user_id}', { params: { path: { user_id: actor } } }))).name;
}
