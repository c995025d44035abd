// Whether the worker may be tracked: what the server says of his consent, and what he has said since on this phone.
import type { Schemas } from '$lib/api';
import { getMeta } from '../store/db';
import { kept } from '../queue/outbox.svelte';
import type { Command, Kind } from '../queue/types';

export type Own = Schemas['OwnConsentsOut'];
const ABOUT: Kind[] = ['give_tracking_consent', 'withdraw_tracking_consent', 'start_private_time', 'end_private_time'];

export type Standing = { hasConsent: boolean; isPrivate: boolean };

/** Pure: the newest word counts. */
export function standing(own: Own | undefined, commands: Command[]): Standing {
  const newest = own?.items[0];
  let hasConsent = Boolean(newest && !newest.withdrawn_at);
  let isPrivate = Boolean(own?.private_since);
  const said = commands.filter((one) => ABOUT.includes(one.kind) && one.state !== 'rejected').sort((one, other) => one.seq - other.seq);
  for (const { kind } of said) {
    if (kind === 'give_tracking_consent') hasConsent = true;
    if (kind === 'withdraw_tracking_consent') hasConsent = false;
    if (kind === 'start_private_time') isPrivate = true;
    if (kind === 'end_private_time') isPrivate = false;
  }
  return { hasConsent, isPrivate };
}

export async function keptStanding(): Promise<Standing> {
  const remembered = await getMeta<{ data: Own }>('read consents');
  return standing(remembered?.data, kept());
}
