// The statuses of a visit: word, tone and sign. A sign stands beside the colour, because colour alone tells not everybody.
import { coded } from './i18n.svelte';

export type VisitStatus =
  | 'planned' | 'offered' | 'accepted' | 'en_route' | 'on_site' | 'in_progress' | 'paused'
  | 'completed' | 'partially_completed' | 'not_completed' | 'canceled';

/** Names of the colours `--s-…` in base.css. */
export type Tone = 'planned' | 'offered' | 'accepted' | 'travel' | 'work' | 'done' | 'bad';

export const TONES: Record<VisitStatus, Tone> = {
  planned: 'planned', offered: 'offered', accepted: 'accepted', en_route: 'travel', on_site: 'work', in_progress: 'work',
  paused: 'work', completed: 'done', partially_completed: 'done', not_completed: 'bad', canceled: 'planned',
};

export const SIGNS: Record<VisitStatus, string> = {
  planned: '○', offered: '?', accepted: '✓', en_route: '➜', on_site: '◉', in_progress: '▶', paused: '‖',
  completed: '✔', partially_completed: '◐', not_completed: '✕', canceled: '⊘',
};

export const visitStatus = coded({
  ru: {
    planned: 'запланирован', offered: 'предложен', accepted: 'принят', en_route: 'в пути', on_site: 'на объекте',
    in_progress: 'в работе', paused: 'на паузе', completed: 'завершён', partially_completed: 'завершён частично',
    not_completed: 'не состоялся', canceled: 'отменён',
  },
  en: {
    planned: 'planned', offered: 'offered', accepted: 'accepted', en_route: 'on the way', on_site: 'on site',
    in_progress: 'in work', paused: 'paused', completed: 'completed', partially_completed: 'partly completed',
    not_completed: 'not completed', canceled: 'cancelled',
  },
});

export const role = coded({
  ru: {
    owner: 'владелец', supervisor: 'руководитель', dispatcher: 'диспетчер', operator: 'оператор', accountant: 'бухгалтер',
    measurer: 'замерщик', installer: 'монтажник', foreman: 'бригадир', service_master: 'сервисный мастер', subcontractor: 'субподрядчик',
  },
  en: {
    owner: 'owner', supervisor: 'supervisor', dispatcher: 'dispatcher', operator: 'operator', accountant: 'accountant',
    measurer: 'measurer', installer: 'installer', foreman: 'foreman', service_master: 'service master', subcontractor: 'subcontractor',
  },
});
