// Names that the board shows for ids.
import { words } from '$lib/i18n.svelte';
import type { Crew, Owner, Worker } from './types';

const t = words({
  ru: { nobody: 'Без исполнителя', crew: 'Бригада {name}' },
  en: { nobody: 'Unassigned', crew: 'Crew {name}' },
});

/** Whoever has a row, in words. */
export function ownerName(owner: Owner, workers: Worker[], crews: Crew[]): string {
  if (owner.crewId) return crewName(crews.find((crew) => crew.id === owner.crewId));
  if (owner.workerId) return workers.find((worker) => worker.id === owner.workerId)?.name ?? '…';
  return t('nobody');
}

function crewName(crew: Crew | undefined): string {
  if (!crew) return '…';
  return /^(бригада|crew)/i.test(crew.name) ? crew.name : t('crew', { name: crew.name });
}
