// Words of orders: their papers, their money, the plant.
import { coded } from '$lib/i18n.svelte';

export const invoiceStatus = coded({
  ru: { issued: 'выставлен', partly_paid: 'оплачен частично', paid: 'оплачен', overdue: 'просрочен', canceled: 'отменён' },
  en: { issued: 'issued', partly_paid: 'partly paid', paid: 'paid', overdue: 'overdue', canceled: 'cancelled' },
});
export const invoiceKind = coded({
  ru: { whole: 'на всю сумму', advance: 'аванс', rest: 'остаток' },
  en: { whole: 'whole sum', advance: 'advance', rest: 'rest' },
});
export const estimateStatus = coded({
  ru: { draft: 'черновик', agreed: 'согласована', superseded: 'заменена', declined: 'клиент отказался' },
  en: { draft: 'draft', agreed: 'agreed', superseded: 'superseded', declined: 'declined' },
});
export const productionStatus = coded({
  ru: { placed: 'размещён', confirmed: 'подтверждён', in_production: 'в производстве', ready: 'готов', delivered: 'доставлен', canceled: 'отменён' },
  en: { placed: 'placed', confirmed: 'confirmed', in_production: 'in production', ready: 'ready', delivered: 'delivered', canceled: 'cancelled' },
});
export const entryKind = coded({
  ru: { contract: 'смета согласована', superseded: 'смета заменена', act: 'работы по акту', canceled: 'заказ отменён', payment: 'оплата', refund: 'возврат' },
  en: {
    contract: 'estimate agreed', superseded: 'estimate superseded', act: 'work by an act', canceled: 'order cancelled', payment: 'payment',
    refund: 'refund',
  },
});
export const part = coded({ ru: { goods: 'товар', work: 'работа', all: 'всё' }, en: { goods: 'goods', work: 'work', all: 'everything' } });
export const paymentKind = coded({
  ru: { prepayment: 'предоплата', final: 'оплата', refund: 'возврат' },
  en: { prepayment: 'prepayment', final: 'payment', refund: 'refund' },
});
export const productionEvent = coded({
  ru: {
    placed: 'размещён', confirmed: 'подтверждён', in_production: 'начат', ready: 'готов', delivered: 'доставлен', canceled: 'отменён', changed: 'исправлен',
    ready_date_moved: 'срок перенесён', reminded: 'диспетчеру напомнили', installation_booked: 'монтаж назначен', installation_fell_through: 'монтаж сорвался',
  },
  en: {
    placed: 'placed', confirmed: 'confirmed', in_production: 'begun', ready: 'ready', delivered: 'delivered', canceled: 'cancelled',
    changed: 'corrected', ready_date_moved: 'ready date moved', reminded: 'dispatcher reminded', installation_booked: 'installation booked',
    installation_fell_through: 'installation fell through',
  },
});
export const METHODS = ['cash', 'card', 'sbp', 'transfer'] as const;

/** "1 234,50" and "1234.5" are 123450 kopecks; what is no sum is NaN. */
export const kopecks = (typed: string): number => Math.round(Number(typed.replace(/[\s\u00a0]/g, '').replace(',', '.')) * 100);
