// What a dialog still waits for before its button can be pressed.
import { coded } from '$lib/i18n.svelte';

const RU = {
  address: 'адреса', changes: 'изменений', client: 'клиента', consent: 'согласия клиента на это время', kind: 'вида работ', lines: 'строк', outcome: 'итога',
  person: 'человека', point: 'места на карте', price: 'цены', purposes: 'того, на что он согласен', reason: 'причины', reward: 'оплаты за работу',
  roles: 'роли', sheet: 'замера', sum: 'суммы', template: 'текста', time: 'времени', worker: 'исполнителя',
};
export type Missing = keyof typeof RU;
const EN: Record<Missing, string> = {
  address: 'the address', changes: 'a change', client: 'the client', consent: 'the client’s consent to this time', kind: 'the kind of work', lines: 'a line',
  outcome: 'the outcome', person: 'the person', point: 'the place on the map', price: 'the price', purposes: 'what he agrees to', reason: 'the reason',
  reward: 'the reward', roles: 'a role', sheet: 'the measurement', sum: 'the sum', template: 'the text', time: 'the time', worker: 'who shall come',
};

export const missingWord = coded({ ru: RU, en: EN });
