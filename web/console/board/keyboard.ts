// Keys of the board. Letters are bound by their place, so that they work in every layout.
import { words } from '$lib/i18n.svelte';
import type { Router } from '$lib/router.svelte';
import { pageKeys } from '../keys.svelte';
import type { Context } from './context';
import { MINUTE } from './layout';
import type { Row } from './rows';
import type { Visit } from './types';

type Bound = Pick<Context, 'board' | 'view' | 'schedule' | 'selection' | 'moves' | 'dragging' | 'isMovable'> & {
  router: Router;
  focusVisit: (id: string) => void;
  showNow: () => void;
  search: () => void;
  closeMenus: () => void;
};

const t = words({
  ru: {
    walk: 'от выезда к выезду', move: 'сдвинуть выезд во времени, отдать другому', open: 'открыть карточку', today: 'сегодня и сейчас',
    zooms: 'день, 3 дня, неделя', turn: 'раньше, позже', search: 'поиск', fresh: 'новое обращение', undo: 'отменить последнее', all: 'выделить всё',
    pick: 'выделить выезд', leave: 'снять выделение, закрыть карточку', pin: 'закрепить или открепить',
  },
  en: {
    walk: 'from visit to visit', move: 'move a visit in time, give it to another', open: 'open the card', today: 'today and now',
    zooms: 'day, 3 days, week', turn: 'earlier, later', search: 'search', fresh: 'new request', undo: 'undo the last change', all: 'pick out all',
    pick: 'pick out the visit', leave: 'pick out none, close the card', pin: 'pin or unpin',
  },
});

export function bindBoardKeys(bound: Bound): () => void {
  const { board, view, schedule, selection, moves, dragging, router } = bound;
  const current = () => board.visits.get(selection.current);
  const walk = (along: 'row' | 'rows', by: 1 | -1) => () => {
    const next = nextVisit(schedule.rows, current(), along, by);
    if (next) bound.focusVisit(next.id);
  };
  const shift = (along: 'row' | 'rows', by: 1 | -1) => () => void moveCurrent(bound, current(), along, by);
  const leave = () => {
    if (document.querySelector(':popover-open')) return; // it closes first
    bound.closeMenus();
    if (dragging.isOn) dragging.stop();
    else if (selection.ids.size) selection.clear();
    else view.open('');
  };
  return pageKeys(
    {
      ArrowRight: walk('row', 1), ArrowLeft: walk('row', -1), ArrowDown: walk('rows', 1), ArrowUp: walk('rows', -1),
      'Alt+ArrowRight': shift('row', 1), 'Alt+ArrowLeft': shift('row', -1), 'Alt+ArrowDown': shift('rows', 1), 'Alt+ArrowUp': shift('rows', -1),
      KeyT: () => { view.showDay(''); bound.showNow(); },
      KeyD: () => view.zoom(1), Digit3: () => view.zoom(3), KeyW: () => view.zoom(7),
      BracketLeft: () => view.turn(-1), BracketRight: () => view.turn(1),
      Slash: bound.search, KeyN: () => router.go('/requests/new'),
      'Ctrl+KeyZ': () => void moves.undo(),
      'Ctrl+KeyA': () => selection.add(schedule.drawn.map((visit) => visit.id)),
      KeyP: () => { const visit = current(); if (visit) void moves.pin([visit], !visit.is_pinned); },
      Escape: leave,
    },
    [
      { keys: '← → ↑ ↓', what: t('walk') }, { keys: 'Alt + ← → ↑ ↓', what: t('move') }, { keys: 'Enter', what: t('open') }, { keys: 'T', what: t('today') },
      { keys: 'D 3 W', what: t('zooms') }, { keys: '[ ]', what: t('turn') }, { keys: '/', what: t('search') }, { keys: 'N', what: t('fresh') },
      { keys: 'Ctrl Z', what: t('undo') }, { keys: 'Ctrl A', what: t('all') }, { keys: 'P', what: t('pin') }, { keys: 'Esc', what: t('leave') },
    ],
  );
}

const own = (row: Row): Visit[] => row.blocks.filter((block) => !block.isShared).map((block) => block.visit);

/** The next visit of the row, or the one nearest in time in the next row that has any. Without a current one, the first. */
export function nextVisit(rows: Row[], current: Visit | undefined, along: 'row' | 'rows', by: 1 | -1): Visit | undefined {
  const index = current ? rows.findIndex((row) => own(row).includes(current)) : -1;
  if (!current || index < 0) return rows.flatMap(own)[0];
  if (along === 'row') {
    const visits = own(rows[index]!);
    return visits[visits.indexOf(current) + by];
  }
  for (let at = index + by; at >= 0 && at < rows.length; at += by) {
    const visits = own(rows[at]!);
    if (visits.length) return visits.reduce((best, one) => (Math.abs(one.from - current.from) < Math.abs(best.from - current.from) ? one : best));
  }
  return undefined;
}

/** One step in time, or to the next person. */
async function moveCurrent({ schedule, view, moves, isMovable, focusVisit }: Bound, visit: Visit | undefined, along: 'row' | 'rows', by: 1 | -1) {
  if (!visit || !isMovable(visit)) return;
  const ms = along === 'row' ? by * view.habits.stepMin * MINUTE : 0;
  const { rows } = schedule;
  const index = rows.findIndex((row) => own(row).includes(visit));
  const row = rows[along === 'rows' ? index + by : index];
  if (!row) return;
  await moves.place([{ work: visit, owner: row.owner, from: visit.from + ms, to: visit.to + ms }]);
  focusVisit(visit.id);
}
