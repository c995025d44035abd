// Texts of the review of first statuses.
import { words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    text:
      'Клиенты, заведённые до внедрения, получают первый статус по правилам. Проверьте сомнительных, исправьте факты на ' +
      'карточке – статус изменится сам. Пока рассылки не разрешены, по прежним покупкам они не уходят.',
    begin: 'Загрузить прошлые покупки', begun: 'Прошлые покупки загружаются', none: 'Прежней базы нет',
    noneWhy: 'После загрузки клиентов нажмите «Загрузить прошлые покупки»: каждый получит статус с причиной.',
    base: 'База от {when}', running: 'прошлые покупки ещё загружаются', checked: 'Проверено',
    doubts: 'Сомнительных, на которых никто не смотрел: {many}',
    released: 'Рассылки разрешены {when}, {who}: {why}', release: 'Разрешить рассылки',
    releaseTitle: 'Разрешить рассылки по этой базе',
    releaseText: 'После этого планы касаний смогут писать этим клиентам и звать их из-за того, что было раньше. Вернуть нельзя.',
    comment: 'Что проверено', releaseDone: 'Рассылки по базе разрешены', groups: 'Кто какой статус получил', status: 'Статус',
    why: 'Например', clients: 'Клиентов', doubtful: 'Сомнительных',
    list: 'Клиенты', all: 'все', doubt: 'Что проверить', state: 'Состояние', waiting: 'не проверенные', seen: 'проверенные',
    client: 'Клиент', first: 'Был при загрузке',
    confirm: 'Факты верны', confirmMany: 'Факты верны у выбранных ({many})', confirming: 'Записывается',
    confirmDone: 'Проверено клиентов: {many}', choose: 'Выбрать', chooseAll: 'Выбрать всех на странице',
    by: 'проверил(а) {who} {when}', nobody: 'Таких клиентов нет',
  },
  en: {
    text:
      'Clients who were there before the product get their first status by the rules. Look at the doubtful ones and correct ' +
      'facts on the card: the status follows. Until the base is released, no plan writes to anybody because of the past.',
    begin: 'Take over the history', begun: 'The history is taken over in the background', none: 'There is no base from before',
    noneWhy: 'When clients are imported, press “Take over the history”: each gets a status with its reason.',
    base: 'Base of {when}', running: 'history is still being taken over', checked: 'Checked',
    doubts: 'Doubtful ones nobody has looked at: {many}',
    released: 'Released {when}, {who}: {why}', release: 'Release the base', releaseTitle: 'Release the base to the plans',
    releaseText: 'From then on touch plans may write to these clients because of what was before. It cannot be taken back.',
    comment: 'What was checked', releaseDone: 'The base is released', groups: 'Who got which status', status: 'Status',
    why: 'For example', clients: 'Clients', doubtful: 'Doubtful',
    list: 'Clients', all: 'all', doubt: 'What is doubtful', state: 'State', waiting: 'not checked', seen: 'checked', client: 'Client',
    first: 'When taken over',
    confirm: 'Facts are right', confirmMany: 'Facts of the chosen are right ({many})', confirming: 'Being written down',
    confirmDone: 'Clients checked: {many}', choose: 'Choose', chooseAll: 'Choose all of this page',
    by: 'checked by {who} {when}', nobody: 'There are no such clients',
  },
});
