import { coded } from '$lib/i18n.svelte';

export const JOB_KINDS = ['measurement', 'installation', 'service', 'delivery', 'claim'] as const;
export const jobKind = coded({
  ru: { measurement: 'замер', installation: 'монтаж', service: 'сервис', delivery: 'доставка', claim: 'рекламация' },
  en: { measurement: 'measurement', installation: 'installation', service: 'service', delivery: 'delivery', claim: 'claim' },
});

export const ACTIONS = ['remind_worker', 'notify_dispatcher', 'reoffer_next', 'notify_supervisor'] as const;
export const ladderAction = coded({
  ru: {
    remind_worker: 'напомнить исполнителю', notify_dispatcher: 'сообщить диспетчеру', reoffer_next: 'предложить следующему',
    notify_supervisor: 'сообщить руководителю',
  },
  en: {
    remind_worker: 'remind the worker', notify_dispatcher: 'tell the dispatcher', reoffer_next: 'offer to the next',
    notify_supervisor: 'tell the supervisor',
  },
});

export const PROOFS = ['photos', 'photo_act', 'signature', 'form', 'measurement', 'act', 'tag', 'place'] as const;
export const proof = coded({
  ru: {
    photos: 'фотографии', photo_act: 'фото бумажного акта', signature: 'подпись', form: 'форма', measurement: 'замер', act: 'подписанный акт',
    tag: 'метка изделия', place: 'отметка на объекте',
  },
  en: {
    photos: 'photos', photo_act: 'photo of the paper act', signature: 'signature', form: 'form', measurement: 'measurement', act: 'signed act',
    tag: 'tag of the product', place: 'being at the site',
  },
});

export const STAGES = ['start', 'complete', 'partially_complete'] as const;
export const stage = coded({
  ru: { start: 'перед началом', complete: 'при завершении', partially_complete: 'при частичном завершении' },
  en: { start: 'before the start', complete: 'to complete', partially_complete: 'to complete in part' },
});

export const LEVELS = ['required', 'warn', 'off'] as const;
export const level = coded({
  ru: { required: 'обязательно', warn: 'предупредить', off: 'не требуется' },
  en: { required: 'required', warn: 'warn', off: 'not needed' },
});
