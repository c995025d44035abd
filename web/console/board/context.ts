// What the parts of the board share.
import { createContext } from 'svelte';
import type { Board } from './board.svelte';
import type { Dragging } from './dragging.svelte';
import type { Moves } from './moves.svelte';
import type { Schedule } from './schedule.svelte';
import type { Selection } from './selection.svelte';
import type { BoardJob, BoardVisit, Visit } from './types';
import type { View } from './view.svelte';

export type Point = { x: number; y: number };
export type Context = {
  board: Board;
  view: View;
  schedule: Schedule;
  moves: Moves;
  selection: Selection;
  dragging: Dragging;
  /** Whether the search and the chosen attention leave it bright. */
  isBright: (work: BoardJob | BoardVisit) => boolean;
  /** Whether this person may move this visit now. */
  isMovable: (visit: Visit) => boolean;
  openMenu: (visit: Visit, at: Point) => void;
};

export const [boardContext, setBoardContext] = createContext<Context>();
