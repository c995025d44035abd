// Texts of what the office knows of a client beside his orders.
import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    portrait: 'Кто это', traitsEdit: 'Записать, что известно', fitsAll: 'подходит', fits: 'Совпало', differs: 'Отличается',
    ask: 'Спросить', noPortraits: 'Портретов у компании нет.', drawOne: 'Создать портрет',
    save: 'Сохранить', saved: 'Записано', notKnown: 'неизвестно', profession: 'Профессия', habits: 'Привычки',
    proposals: 'Что предлагали', what: 'Что', sum: 'Сумма', until: 'Действует до', answer: 'Ответ', noProposals: 'Ничего не предлагали.',
    waiting: 'ждём ответа', answerIt: 'Записать ответ', why: 'Словами клиента',
    disappointments: 'Чем был недоволен', noDisappointments: 'Жалоб не было.', settled: 'улажено: {how}', settle: 'Улажено',
    how: 'Как уладили и как клиент это подтвердил', inCase: 'дело о возврате',
    quality: 'Что сказал о качестве', noQuality: 'О качестве не спрашивали.', interests: 'О чём ещё спрашивал',
    noInterests: 'Других вопросов не было.', when: 'Когда',
    worth: 'Стоит ли возвращать', worthYes: 'Стоит', worthNo: 'Не стоит',
    worthText: 'Обычно программа решает сама: по деньгам и числу покупок. Здесь решает человек.', worthSaved: 'Решение записано',
    reason: 'Причина',
    past: 'Прежние покупки', pastText: 'То, о чём акта в программе нет. Статус изменится сам, клиенту никто не напишет.',
    addPast: 'Добавить покупку', on: 'Когда', category: 'Что купил', site: 'Объект', comment: 'Откуда известно',
    pastDone: 'Покупка записана', noSite: 'Сначала добавьте объект.', withdraw: 'не покупал',
  },
  en: {
    portrait: 'Who it is', traitsEdit: 'Note what is known', fitsAll: 'fits', fits: 'Fits', differs: 'Differs', ask: 'To ask',
    noPortraits: 'The company has no portraits.', drawOne: 'Draw one',
    save: 'Save', saved: 'Written down', notKnown: 'not known', profession: 'Profession', habits: 'Habits',
    proposals: 'What was offered', what: 'What', sum: 'Sum', until: 'Valid until', answer: 'Answer', noProposals: 'Nothing was offered.',
    waiting: 'no answer yet', answerIt: 'Note the answer', why: 'In the client’s words',
    disappointments: 'What disappointed him', noDisappointments: 'Nothing has disappointed him.', settled: 'settled: {how}',
    settle: 'Settled', how: 'How it was settled, and how the client confirmed it', inCase: 'recovery case',
    quality: 'What he said of the quality', noQuality: 'Nobody has asked about the quality.', interests: 'What else he asked about',
    noInterests: 'He asked about nothing else.', when: 'When',
    worth: 'Worth winning back', worthYes: 'Worth it', worthNo: 'Not worth it',
    worthText: 'As a rule the product decides by money and purchases. Here a person decides.', worthSaved: 'The decision is written down',
    reason: 'Reason',
    past: 'Purchases before the product',
    pastText: 'What no act in the product tells of. The status follows, and nobody writes to the client.', addPast: 'Add a purchase',
    on: 'When', category: 'What he bought', site: 'Site', comment: 'Where it is known from',
    pastDone: 'The purchase is written down', noSite: 'Add a site first.', withdraw: 'did not buy it',
  },
});

export const ANSWERS = ['accepted', 'thinking', 'refused'] as const;
export type ProposalAnswer = (typeof ANSWERS)[number];
export const proposalAnswer = coded({
  ru: { accepted: 'согласился', thinking: 'думает', refused: 'отказался' },
  en: { accepted: 'accepted', thinking: 'is thinking', refused: 'refused' },
});
