// A press on a visit: it is opened, picked out, or dragged, whatever comes of it.
import { whenLetGo } from '../parts/pointer';
import type { Context } from './context';
import type { Part } from './dragging.svelte';
import type { Visit } from './types';

const EDGE_PX = 6;
const LEAST_WIDTH_FOR_EDGES_PX = 30;

export function pressVisit(event: PointerEvent, element: HTMLElement, context: Context): void {
  const { board, selection, dragging } = context;
  const visit = board.visits.get(element.dataset.visit!);
  if (!visit) return;
  const before = selection.current;
  selection.current = visit.id;
  if (event.ctrlKey || event.metaKey) return selection.toggle(visit.id);
  if (event.shiftKey) return selection.add(between(before, visit, context));
  const box = element.getBoundingClientRect();
  const isDraggable = context.isMovable(visit) && element.dataset.shared === undefined;
  if (!isDraggable) return openOnRelease(visit, context);
  const part = partAt(event.clientX, box);
  dragging.grab({
    work: visit,
    others: part === 'whole' && selection.ids.has(visit.id) ? othersOf(visit, context) : [],
    part,
    from: visit.from,
    to: visit.to,
    insideX: event.clientX - box.left,
    start: { x: event.clientX, y: event.clientY },
  });
  openOnRelease(visit, context);
}

function partAt(x: number, box: DOMRect): Part {
  if (box.width < LEAST_WIDTH_FOR_EDGES_PX) return 'whole';
  if (x > box.right - EDGE_PX) return 'to';
  return x < box.left + EDGE_PX ? 'from' : 'whole';
}

const othersOf = (visit: Visit, { board, selection, isMovable }: Context): Visit[] =>
  [...selection.ids].map((id) => board.visits.get(id)).filter((one): one is Visit => one !== undefined && one !== visit && isMovable(one));

/** A press that did not become a drag is a click. */
function openOnRelease(visit: Visit, { view, dragging, selection }: Context): void {
  whenLetGo((isDone) => {
    if (!isDone || dragging.release()) return;
    selection.clear();
    view.open(visit.id);
  });
}

/** The visits between the one before and this one, in the order of the rows. */
function between(before: string, visit: Visit, { schedule }: Context): string[] {
  const ids = schedule.drawn.map((one) => one.id);
  const ends = [ids.indexOf(before), ids.indexOf(visit.id)];
  if (ends.includes(-1)) return [visit.id];
  return ids.slice(Math.min(...ends), Math.max(...ends) + 1);
}
