// Words of the card of a visit.
import { coded } from '$lib/i18n.svelte';
import { visitStatus } from '$lib/status';

export const ladderAction = coded({
  ru: {
    remind_worker: 'напомнить исполнителю', notify_dispatcher: 'сообщить диспетчеру',
    reoffer_next: 'предложить следующему', notify_supervisor: 'сообщить руководителю',
  },
  en: {
    remind_worker: 'remind the worker', notify_dispatcher: 'tell the dispatcher',
    reoffer_next: 'ask the next candidate', notify_supervisor: 'tell the supervisor',
  },
});

export const offerStatus = coded({
  ru: { pending: 'ждёт ответа', accepted: 'принял', declined: 'отказался', expired: 'не ответил', withdrawn: 'снято' },
  en: { pending: 'waiting', accepted: 'accepted', declined: 'declined', expired: 'no answer', withdrawn: 'withdrawn' },
});

export const clientAnswer = coded({
  ru: { yes: 'подтвердил', no: 'отказался', move: 'просит другое время', unclear: 'непонятно' },
  en: { yes: 'confirmed', no: 'does not want it', move: 'wants another time', unclear: 'unclear' },
});

export const answerChannel = coded({
  ru: { sms: 'по СМС', link: 'на своей странице', office: 'офису' },
  en: { sms: 'by SMS', link: 'on his page', office: 'to the office' },
});

const happened = coded({
  ru: {
    planned: 'Запланирован', moved: 'Перенесён', offered: 'Предложен', reoffered: 'Предложен следующему', accepted: 'Принят',
    declined: 'Отказ исполнителя', passed_on: 'Передан дальше', withdrawn: 'Снят с исполнителя', offer_expired: 'Предложение истекло',
    worker_reminded: 'Исполнителю напомнили', dispatcher_notified: 'Сообщили диспетчеру', supervisor_notified: 'Сообщили руководителю',
    client_answered: 'Ответ клиента', ready_date_moved: 'Изменился срок готовности', canceled: 'Отменён',
    presence_recorded: 'Записано, кто на объекте', member_added: 'В бригаду вошёл человек', member_removed: 'Из бригады вышел человек',
    shift_removed: 'Смена исполнителя снята', absence_added: 'Исполнитель будет отсутствовать', member_unfit: 'Бригада не подходит как прежде',
    crew_unfit: 'Бригада не подходит как прежде',
  },
  en: {
    planned: 'Planned', moved: 'Moved', offered: 'Offered', reoffered: 'Offered to the next', accepted: 'Accepted',
    declined: 'Worker declined', passed_on: 'Passed on', withdrawn: 'Taken from the worker', offer_expired: 'Offer expired',
    worker_reminded: 'Worker reminded', dispatcher_notified: 'Dispatcher told', supervisor_notified: 'Supervisor told',
    client_answered: 'Client answered', ready_date_moved: 'Ready date moved', canceled: 'Cancelled',
    presence_recorded: 'Who is on site was recorded', member_added: 'Somebody joined the crew', member_removed: 'Somebody left the crew',
    shift_removed: 'A shift of the worker was removed', absence_added: 'The worker will be absent', member_unfit: 'The crew is not fit any more',
    crew_unfit: 'The crew is not fit any more',
  },
});

/** What a line of the history says. Steps of the work are named as the status they lead to. */
export function eventWord(kind: string): string {
  const word = happened(kind);
  if (word !== kind) return word;
  const status = visitStatus(kind);
  return status.charAt(0).toUpperCase() + status.slice(1);
}

export const positionSource = coded({
  ru: { actual: 'от него сейчас', home: 'от дома', none: 'место неизвестно' },
  en: { actual: 'from where he is', home: 'from home', none: 'place unknown' },
});
