import type { Schemas } from '$lib/api';
import { coded } from '$lib/i18n.svelte';

export const messageKind = coded({
  ru: {
    on_my_way: 'мастер выехал', visit_booked: 'время визита', visit_asked: 'удобно ли время визита',
    visit_reminded: 'напоминание о визите', installation_booked: 'время монтажа',
    visit_moved: 'перенос визита', visit_canceled: 'отмена визита', visit_failed: 'визит не состоится',
    other_worker_comes: 'приедет другой мастер', worker_not_coming: 'мастер не приедет',
    offer_made: 'предложение выезда', offer_reminder: 'напоминание о предложении', offer_withdrawn: 'предложение отозвано',
    login_code: 'код для входа',
    plan_called: 'мы звонили по обращению', plan_thinking: 'предложение ещё в силе', plan_quality: 'довольны ли работой',
    plan_review: 'просьба об отзыве',
    plan_other_service: 'другая услуга, о которой спрашивали', plan_closes: 'хорошо ли закрываются окна', plan_invite: 'подходит срок',
    plan_thanks: 'спасибо поклоннику',
    plan_birthday: 'с днём рождения', plan_wake_up: 'напомнить о себе', plan_keep_in_touch: 'на связи',
    plan_occasion: 'приглашение по поводу',
  },
  en: {
    on_my_way: 'worker on the way', visit_booked: 'time of the visit', visit_asked: 'does the time suit',
    visit_reminded: 'reminder of the visit', installation_booked: 'time of the installation',
    visit_moved: 'visit moved', visit_canceled: 'visit cancelled', visit_failed: 'visit will not take place',
    other_worker_comes: 'another worker comes', worker_not_coming: 'worker is not coming',
    offer_made: 'offer of a visit', offer_reminder: 'reminder of an offer', offer_withdrawn: 'offer withdrawn',
    login_code: 'code to sign in',
    plan_called: 'we called about a request', plan_thinking: 'the offer is still open', plan_quality: 'satisfied with the work',
    plan_review: 'asking for a review',
    plan_other_service: 'another service he asked about', plan_closes: 'do the windows close well', plan_invite: 'something comes due',
    plan_thanks: 'thanks to a fan',
    plan_birthday: 'happy birthday', plan_wake_up: 'reminding of us', plan_keep_in_touch: 'keeping in touch',
    plan_occasion: 'invitation to an occasion',
  },
});

export const LEGAL_CLASSES = ['service', 'feedback', 'marketing'] as const;
export const legalClass = coded({
  ru: { service: 'о заказе', feedback: 'вопрос о качестве', marketing: 'реклама (только с согласия)' },
  en: { service: 'about an order', feedback: 'question about quality', marketing: 'advertising (with consent only)' },
});

/** Which places in the queue a class may have, as `app/notifications/legal` says. The first is the usual one. */
export const PRIORITIES: Record<Schemas['LegalClass'], Schemas['Priority'][]> = {
  service: ['service', 'recovery'],
  feedback: ['feedback', 'recovery'],
  marketing: ['due_invite', 'birthday', 'cross_sell', 'promo'],
};
export const priorityName = coded({
  ru: {
    service: '1. о заказе', recovery: '2. разочарованному клиенту', feedback: '3. вопрос о качестве', due_invite: '4. подошёл срок',
    birthday: '5. день рождения', cross_sell: '6. другая услуга', promo: '7. акция',
  },
  en: {
    service: '1. about an order', recovery: '2. to a disappointed client', feedback: '3. question about quality', due_invite: '4. something comes due',
    birthday: '5. birthday', cross_sell: '6. another service', promo: '7. promotion',
  },
});
