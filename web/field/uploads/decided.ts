// A photo of a visit that the worker has no more: the office decides whether it counts. Until then its bytes stay here.
import { discard, forgetApplied, kept } from '../queue/outbox.svelte';
import { items } from '../sync/items.svelte';

/** What the office has decided since the last pull: the photo may go now, or nobody wants it. */
export async function settleDecided(): Promise<void> {
  const decided = new Map(items('conflicts').filter((one) => one.resolved_at).map((one) => [one.command_id, one.resolution]));
  for (const command of kept()) {
    if (command.kind !== 'declare_attachment' || command.state !== 'conflict' || !decided.has(command.id)) continue;
    if (decided.get(command.id) === 'mine') await forgetApplied([command.id]);
    else await discard(command);
  }
}
