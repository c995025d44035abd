import { coded } from '$lib/i18n.svelte';

export const messageKind = coded({
  ru: {
    on_my_way: 'мастер выехал', visit_booked: 'время визита', visit_asked: 'удобно ли время визита', visit_reminded: 'напоминание о визите', installation_booked: 'время монтажа',
    visit_moved: 'перенос визита', visit_canceled: 'отмена визита', visit_failed: 'визит не состоится', other_worker_comes: 'приедет другой мастер', worker_not_coming: 'мастер не приедет',
    offer_made: 'предложение выезда', offer_reminder: 'напоминание о предложении', offer_withdrawn: 'предложение отозвано', login_code: 'код для входа',
  },
  en: {
    on_my_way: 'worker on the way', visit_booked: 'time of the visit', visit_asked: 'does the time suit', visit_reminded: 'reminder of the visit', installation_booked: 'time of the installation',
    visit_moved: 'visit moved', visit_canceled: 'visit cancelled', visit_failed: 'visit will not take place', other_worker_comes: 'another worker comes', worker_not_coming: 'worker is not coming',
    offer_made: 'offer of a visit', offer_reminder: 'reminder of an offer', offer_withdrawn: 'offer withdrawn', login_code: 'code to sign in',
  },
});

export const LEGAL_CLASSES = ['service', 'feedback', 'marketing'] as const;
export const legalClass = coded({
  ru: { service: 'о заказе', feedback: 'вопрос о качестве', marketing: 'реклама (только с согласия)' },
  en: { service: 'about an order', feedback: 'question about quality', marketing: 'advertising (with consent only)' },
});
