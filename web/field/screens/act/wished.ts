// A wish to have an act drawn up ahead survives a restart of the app: each turn of the queue looks for one, whatever screen
// is open. What draws acts up is loaded only then.
import { getMeta } from '../../store/db';

export type Wish = {
  visit: string;
  /** What was drawn up for it. */
  act?: string;
};
export const WISHES = 'acts ahead';

export async function drawUpWished(): Promise<void> {
  if ((await getMeta<Wish[]>(WISHES))?.length) await (await import('./ahead')).drawUpAll();
}
