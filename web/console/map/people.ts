// How people stand on the map: blue on a task, green free, grey when their last position is old.
import type { Schemas } from '$lib/api';
import { lang } from '$lib/i18n.svelte';
import type { MapWorker } from './adapter';

export type Position = Schemas['WorkerPositionOut'];

/** After so long without a position it is not known where somebody is. */
export const STALE_S = 15 * 60;

export function onMap(position: Position, busy: Set<string>, now: number): MapWorker {
  const age = ageOf(position, now);
  return {
    id: position.worker_id,
    name: position.name,
    ...position.point,
    tone: age > STALE_S ? 'stale' : busy.has(position.worker_id) ? 'busy' : 'free',
    note: age > STALE_S ? ago(age) : '',
  };
}

/** Seconds since the last position. */
export const ageOf = (position: Position, now: number) => Math.max(0, Math.round((now - Date.parse(position.at)) / 1000));

/** 40 s: «40 с назад», 3 min: «3 мин назад», two hours: «2 ч назад». */
export function ago(seconds: number): string {
  const [value, ru, en] =
    seconds < 60 ? [seconds, 'с', 's'] : seconds < 3600 ? [Math.round(seconds / 60), 'мин', 'min'] : [Math.round(seconds / 3600), 'ч', 'h'];
  return lang() === 'ru' ? `${value} ${ru} назад` : `${value} ${en} ago`;
}

