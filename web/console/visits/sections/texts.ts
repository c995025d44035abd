// Words of what is shown of the work on a visit.
import type { Schemas } from '$lib/api';
import { dayTime } from '$lib/format';
import { coded } from '$lib/i18n.svelte';

export const openingKind = coded({
  ru: { window: 'окно', door: 'дверь', balcony: 'балкон' },
  en: { window: 'window', door: 'door', balcony: 'balcony' },
});

export const wall = coded({
  ru: { brick: 'кирпич', panel: 'панель', monolith: 'монолит', wood: 'дерево', aerated: 'газобетон', other: 'другая стена' },
  en: { brick: 'brick', panel: 'panel', monolith: 'monolith', wood: 'wood', aerated: 'aerated concrete', other: 'another wall' },
});

export const sizeName = coded({
  ru: {
    width_top_mm: 'ширина сверху', width_middle_mm: 'ширина посередине', width_bottom_mm: 'ширина снизу', height_left_mm: 'высота слева',
    height_middle_mm: 'высота посередине', height_right_mm: 'высота справа', diagonal_1_mm: 'диагональ 1', diagonal_2_mm: 'диагональ 2',
    quarter_mm: 'четверть', sill_mm: 'подоконник', slope_mm: 'откос', comment: 'замечание', product: 'изделие', kind: 'вид', wall: 'стена',
    room: 'комната', mosquito_net: 'сетка',
  },
  en: {
    width_top_mm: 'width at the top', width_middle_mm: 'width in the middle', width_bottom_mm: 'width at the bottom',
    height_left_mm: 'height on the left', height_middle_mm: 'height in the middle', height_right_mm: 'height on the right',
    diagonal_1_mm: 'diagonal 1', diagonal_2_mm: 'diagonal 2', quarter_mm: 'rebate', sill_mm: 'sill', slope_mm: 'reveal', comment: 'remark',
    product: 'product', kind: 'kind', wall: 'wall', room: 'room', mosquito_net: 'net',
  },
});

export const checkRule = coded({
  ru: {
    size_limits: 'необычный размер', width_spread: 'ширины расходятся', height_spread: 'высоты расходятся',
    diagonal_impossible: 'такой диагонали не бывает', diagonal_difference: 'диагонали расходятся', remeasure_difference: 'прошлый замер был другим',
    outline_crosses: 'контур пересекает себя', outline_open: 'контур не замкнут', outline_side: 'слишком короткая сторона',
    outline_difference: 'контур расходится с размерами', arch_rise: 'необычный подъём арки',
  },
  en: {
    size_limits: 'unusual size', width_spread: 'widths differ', height_spread: 'heights differ', diagonal_impossible: 'no such diagonal is possible',
    diagonal_difference: 'diagonals differ', remeasure_difference: 'it was measured otherwise before', outline_crosses: 'the outline crosses itself',
    outline_open: 'the outline is open', outline_side: 'a side is too short', outline_difference: 'outline and sizes differ',
    arch_rise: 'unusual rise of the arch',
  },
});

export const photoPurpose = coded({
  ru: { photo: 'фото', photo_act: 'фото подписанного акта', signature: 'подпись', measurement: 'фото замера', sketch: 'эскиз', chat: 'фото из чата' },
  en: {
    photo: 'photo', photo_act: 'photo of the signed act', signature: 'signature', measurement: 'photo of the measurement', sketch: 'sketch',
    chat: 'photo of the chat',
  },
});

/** A photo in words: what it shows, and when it was taken. */
export const titleOf = (file: Schemas['AttachmentOut']): string =>
  [file.caption || photoPurpose(file.purpose), file.taken_at && dayTime(file.taken_at)].filter(Boolean).join(', ');

export const messageStatus = coded({
  ru: {
    queued: 'в очереди', sending: 'отправляется', sent: 'отправлено', delivered: 'доставлено', failed: 'не доставлено',
    unknown: 'неизвестно, дошло ли', suppressed: 'не отправлялось', expired: 'устарело',
  },
  en: {
    queued: 'queued', sending: 'sending', sent: 'sent', delivered: 'delivered', failed: 'not delivered', unknown: 'unknown', suppressed: 'not sent',
    expired: 'too late',
  },
});

export const channel = coded({
  ru: { sms: 'СМС', email: 'почта', telegram: 'Телеграм', max: 'MAX', push: 'уведомление', voice: 'звонок' },
  en: { sms: 'SMS', email: 'e-mail', telegram: 'Telegram', max: 'MAX', push: 'push', voice: 'call' },
});

export const actStatus = coded({
  ru: { presented: 'составлен, не подписан', signed: 'подписан', refused: 'клиент отказался', voided: 'составлен заново' },
  en: { presented: 'drawn up, not signed', signed: 'signed', refused: 'refused', voided: 'drawn up anew' },
});

export const stage = coded({
  ru: { start: 'до начала', complete: 'до завершения', partially_complete: 'до частичного завершения' },
  en: { start: 'before the start', complete: 'before the end', partially_complete: 'before a partial end' },
});
