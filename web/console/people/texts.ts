import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    people: 'Люди', workers: 'Сотрудники', crews: 'Бригады', territories: 'Территории', add: 'Добавить', newCrew: 'Новая бригада',
    newWorker: 'Новый сотрудник', save: 'Сохранить', saved: 'Сохранено', cancel: 'Отмена', name: 'Имя', phone: 'Телефон', roles: 'Роли',
    skills: 'Навыки', skillsEdit: 'Навыки…', areas: 'Территории', everywhere: 'везде', left: 'не работает', active: 'Работает',
    home: 'Откуда выезжает', homeHint: 'Щёлкните по карте', noHome: 'не указано', clear: 'Убрать', nobody: 'Сотрудников ещё нет',
    nobodyWhy: 'Добавьте замерщиков и монтажников: им можно будет предлагать выезды.', archive: 'Показать архив', more: 'Показать ещё',
    devices: 'Где выполнен вход', toArchive: 'В архив', archived: 'Сотрудник в архиве', restore: 'Вернуть из архива',
    restored: 'Сотрудник снова работает', shifts: 'Смены', absences: 'Отсутствия', trackers: 'Трекеры',
    noShifts: 'В ближайшие четыре недели смен нет: выездов ему не предложат.', noAbsences: 'Отсутствий не записано', from: 'С', until: 'По',
    day: 'День', kind: 'Вид', comment: 'Примечание', remove: 'Убрать', weekdays: 'Дни недели', weeks: 'На сколько недель',
    addShifts: 'Добавить смены', addAbsence: 'Добавить отсутствие', added: 'Добавлено', removed: 'Убрано', track: 'Трек дня',
    connect: 'Подключить трекер', keyOnce: 'Ключ показывается один раз. Внесите его в программу на телефоне.', address: 'Адрес сервера', key: 'Ключ',
    revoke: 'Отключить', revoked: 'отключён', seen: 'последний раз', never: 'ещё не присылал',
    noTrackers: 'Трекеров нет: положение передаёт только открытое приложение.', program: 'Программа', device: 'Название', pick: 'Выберите',
    foreman: 'Бригадир', vehicle: 'Машина', members: 'Состав', share: 'Доля', dissolve: 'Расформировать', revive: 'Восстановить',
    dissolved: 'расформирована', noCrews: 'Бригад ещё нет', noCrewsWhy: 'Соберите бригаду из монтажников: выезд предлагают ей целиком.',
    addMember: 'Добавить в бригаду', end: 'Вывести', noAreas: 'Территорий ещё нет',
    noAreasWhy: 'Без территорий каждый работает везде. Нарисуйте первую на карте.', draw: 'Нарисовать территорию',
    drawHint: 'Щёлкайте по углам границы; точки можно двигать. Двойной щелчок по точке убирает её.', border: 'Изменить границу', rename: 'Название',
    removeArea: 'Удалить территорию', who: 'Кто', sure: 'Точно удалить? Кто не привязан к другим территориям, будет работать везде.',
  },
  en: {
    people: 'People', workers: 'Workers', crews: 'Crews', territories: 'Territories', add: 'Add', newCrew: 'New crew', newWorker: 'New worker',
    save: 'Save', saved: 'Saved', cancel: 'Cancel', name: 'Name', phone: 'Phone', roles: 'Roles', skills: 'Skills', skillsEdit: 'Skills…',
    areas: 'Territories', everywhere: 'everywhere', left: 'has left', active: 'Works here', home: 'Where he sets out from',
    homeHint: 'Click on the map', noHome: 'not set', clear: 'Clear', nobody: 'There are no workers yet',
    nobodyWhy: 'Add measurers and installers: visits can be offered to them.', archive: 'Show the archive', more: 'Show more',
    devices: 'Where he is signed in', toArchive: 'Archive', archived: 'The worker is archived', restore: 'Restore',
    restored: 'The worker is active again', shifts: 'Shifts', absences: 'Absences', trackers: 'Trackers',
    noShifts: 'No shifts in the next four weeks: no visit will be offered to him.', noAbsences: 'No absences', from: 'From', until: 'Until',
    day: 'Day', kind: 'Kind', comment: 'Comment', remove: 'Remove', weekdays: 'Weekdays', weeks: 'For how many weeks', addShifts: 'Add shifts',
    addAbsence: 'Add an absence', added: 'Added', removed: 'Removed', track: 'Track of the day', connect: 'Connect a tracker',
    keyOnce: 'The key is shown once. Enter it into the program on the phone.', address: 'Address of the server', key: 'Key', revoke: 'Disconnect',
    revoked: 'disconnected', seen: 'seen', never: 'has sent nothing yet', noTrackers: 'No trackers: only the open app tells where he is.',
    program: 'Program', device: 'Name', pick: 'Choose', foreman: 'Foreman', vehicle: 'Vehicle', members: 'Members', share: 'Share',
    dissolve: 'Dissolve', revive: 'Revive', dissolved: 'dissolved', noCrews: 'There are no crews yet',
    noCrewsWhy: 'Put installers together: a visit is offered to the whole crew.', addMember: 'Add to the crew', end: 'Take out',
    noAreas: 'There are no territories yet', noAreasWhy: 'Without territories everybody works everywhere. Draw the first on the map.',
    draw: 'Draw a territory', drawHint: 'Click the corners of its border; corners can be dragged. A double click removes one.',
    border: 'Change the border', rename: 'Name', removeArea: 'Delete the territory', who: 'Who',
    sure: 'Really delete it? Who is bound to no other territory will work everywhere.',
  },
});

export const absenceKind = coded({
  ru: { vacation: 'отпуск', sick: 'болезнь', private: 'личные дела', break: 'перерыв' },
  en: { vacation: 'vacation', sick: 'illness', private: 'private matters', break: 'break' },
});

export const ABSENCE_KINDS = ['vacation', 'sick', 'private', 'break'] as const;
export const WORKER_ROLES = ['measurer', 'installer', 'foreman', 'service_master', 'subcontractor'] as const;
export const TRACKER_KINDS = ['traccar', 'owntracks', 'other'] as const;
export const trackerKind = coded({
  ru: { traccar: 'Traccar Client', owntracks: 'OwnTracks', other: 'другая' },
  en: { traccar: 'Traccar Client', owntracks: 'OwnTracks', other: 'another one' },
});

export const TIME_SAID = ['work', 'travel', 'pause', 'nothing', 'as_tapped'] as const;
export const timeSaid = coded({
  ru: { work: 'работа', travel: 'дорога', pause: 'перерыв', nothing: 'не рабочее время', as_tapped: 'как отмечено в приложении' },
  en: { work: 'work', travel: 'travel', pause: 'pause', nothing: 'no working time', as_tapped: 'as tapped in the app' },
});
