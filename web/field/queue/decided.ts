// What the worker did at a visit that he has no more: the office decides whether it counts. Until then the bytes of a
// photo stay here.
import { discard, forgetApplied, kept } from './outbox.svelte';
import { items } from '../sync/items.svelte';

/** What the office has decided since the last pull is not open here any more: a photo may go now, or nobody wants it. */
export async function settleDecided(): Promise<void> {
  const decided = new Map(items('conflicts').filter((one) => one.resolved_at).map((one) => [one.command_id, one.resolution]));
  for (const command of kept()) {
    if (command.state !== 'conflict' || !decided.has(command.id)) continue;
    if (decided.get(command.id) === 'mine') await forgetApplied([command.id]);
    else await discard(command);
  }
}
