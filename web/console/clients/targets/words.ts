// Words of portraits, places and gifts.
import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    portraits: 'Портреты', places: 'Где ищем', magnets: 'Подарок за контакт', add: 'Добавить', save: 'Сохранить', saved: 'Сохранено',
    all: 'все',
    portraitsText: 'Каких клиентов компания хочет. На карточке клиента видно, какому портрету он подходит и что у него спросить.',
    draw: 'Новый портрет', redraw: 'Изменить', name: 'Название', wordsOf: 'Своими словами', archive: 'Убрать', archived: 'Портрет убран',
    version: 'версия {number}', versions: 'Прежние версии',
    noPortraits: 'Портретов ещё нет', noPortraitsWhy: 'Опишите портрет: какой дом, какая семья, где вас находят.',
    anyOf: 'Подходит любое из отмеченных', archiveSure: 'Больше ни с кем не сравнивать этот портрет?',
    territories: 'Районы', profession: 'Профессия', habits: 'Привычки',
    placesText: 'Дома, подъезды и застройщики, где компания ищет клиентов. Людей здесь нет, только места.', addPlace: 'Новое место',
    noPlaces: 'Мест ещё нет', noPlacesWhy: 'Начните с соседей: им видна ваша работа.', kind: 'Вид', state: 'Состояние', place: 'Место',
    address: 'Адрес', entrance: 'Подъезд', developer: 'Застройщик',
    portrait: 'Кого там ждать', comment: 'Примечание', none: 'не выбран', neighbours: 'Соседи готовых объектов', objects: 'Объектов',
    lastAt: 'Последний',
    look: 'Искать здесь', noNeighbours: 'Все адреса уже в списке', changed: 'Изменено',
    changedSince: '{place}: состояние уже изменили ещё раз. Сейчас: {state}.', who: 'Кто добавил', since: 'Изменён',
    magnetsText: 'Что полезного клиент получает за свой контакт, сколько контактов это принесло и сколько из них купили.',
    addMagnet: 'Новый подарок', cost: 'Сколько стоит один, ₽',
    contacts: 'Контактов', withConsent: 'С согласием', bought: 'Купили', spent: 'Потрачено', perBuyer: 'На покупателя',
    ended: 'больше не дают', end: 'Больше не давать',
    exchange: 'Отметить, кому дали', exchanges: 'Кому дали', exchangeDone: 'Записано, кому дали подарок', noMagnets: 'Подарков ещё нет',
    noMagnetsWhy: 'Например: чек-лист «Как принять монтаж» или бесплатный замер.',
    where: 'Как оставил контакт', placeOf: 'Где нашли', when: 'Когда', client: 'Клиент', recordedBy: 'Записал',
    nobodyYet: 'Ещё никому не давали',
    consentHint: 'Согласие на рекламу записывают на карточке клиента: «Согласие».', consent: 'Согласие', what: 'Что даём',
  },
  en: {
    portraits: 'Portraits', places: 'Where we look', magnets: 'Given for a contact', add: 'Add', save: 'Save', saved: 'Saved', all: 'all',
    portraitsText: 'Whom the company wants as clients. A client’s card shows which portrait he fits and what to ask him.',
    draw: 'New portrait', redraw: 'Change', name: 'Name', wordsOf: 'In your own words', archive: 'Put away',
    archived: 'The portrait is put away', version: 'version {number}', versions: 'Older versions',
    noPortraits: 'No portraits yet', noPortraitsWhy: 'Draw one: which building, which household, where they find you.',
    anyOf: 'Any of the marked ones fits', archiveSure: 'Compare nobody with this portrait any more?',
    territories: 'Territories', profession: 'Profession', habits: 'Habits',
    placesText: 'Buildings, entrances and developers where the company looks for clients. No people are listed here, only places.',
    addPlace: 'New place',
    noPlaces: 'No places yet', noPlacesWhy: 'Begin with neighbours: they can see your work.', kind: 'Kind', state: 'State',
    place: 'Place', address: 'Address', entrance: 'Entrance', developer: 'Developer',
    portrait: 'Whom to expect', comment: 'Note', none: 'not chosen', neighbours: 'Neighbours of finished work', objects: 'Objects',
    lastAt: 'Last one',
    look: 'Look here', noNeighbours: 'All addresses are in the list', changed: 'Changed',
    changedSince: '{place}: the state was changed again since. Now: {state}.', who: 'Added by', since: 'Changed',
    magnetsText: 'What useful thing a client gets for his contact, how many contacts it brought, and how many of them have bought.',
    addMagnet: 'New gift', cost: 'Cost of one, ₽',
    contacts: 'Contacts', withConsent: 'With consent', bought: 'Bought', spent: 'Spent', perBuyer: 'Per buyer', ended: 'given no more',
    end: 'Give no more',
    exchange: 'Note an exchange', exchanges: 'Who got it', exchangeDone: 'The exchange is written down',
    noMagnets: 'Nothing is given yet', noMagnetsWhy: 'For example: a checklist “How to accept an installation” or a free measurement.',
    where: 'How he left his contact', placeOf: 'Where found', when: 'When', client: 'Client', recordedBy: 'Noted by',
    nobodyYet: 'Nobody got it yet',
    consentHint: 'A consent to advertising is noted on the client’s card: “Consent”.', consent: 'Consent', what: 'What is given',
  },
});

/** What a portrait and a client are compared by, and the values each can have. */
export const TRAITS = {
  object_kind: ['flat', 'house', 'dacha', 'office', 'shop', 'other'],
  building: ['panel', 'brick', 'block', 'monolith', 'wood', 'other'],
  building_age: ['before_1960', 'from_1960_to_1989', 'from_1990_to_2009', 'since_2010'],
  windows_age: ['under_5', 'from_5_to_15', 'over_15'],
  household: ['alone', 'couple', 'with_children', 'elderly', 'organisation'],
  sex: ['female', 'male'],
  age: ['under_30', 'from_30_to_44', 'from_45_to_59', 'from_60'],
  income: ['low', 'middle', 'high'],
  found_us: ['search', 'maps', 'social', 'recommendation', 'neighbours', 'outdoor', 'leaflet', 'developer', 'other'],
} as const;
export type TraitName = keyof typeof TRAITS;
export const TRAIT_NAMES = Object.keys(TRAITS) as TraitName[];

export const traitName = coded({
  ru: {
    object_kind: 'Объект', building: 'Дом', building_age: 'Когда построен', windows_age: 'Сколько лет окнам', household: 'Кто живёт',
    sex: 'Пол', age: 'Возраст',
    income: 'Доход', found_us: 'Откуда узнал', territory_ids: 'Район', profession: 'Профессия', habits: 'Привычки', territory: 'Район',
  },
  en: {
    object_kind: 'Object', building: 'Building', building_age: 'Built', windows_age: 'Age of the windows', household: 'Household',
    sex: 'Sex', age: 'Age',
    income: 'Income', found_us: 'Found us by', territory_ids: 'Territory', profession: 'Profession', habits: 'Habits',
    territory: 'Territory',
  },
});

export const traitValue = coded({
  ru: {
    flat: 'квартира', house: 'дом', dacha: 'дача', office: 'офис', shop: 'магазин', other: 'другое', panel: 'панельный',
    brick: 'кирпичный', block: 'блочный',
    monolith: 'монолитный', wood: 'деревянный', before_1960: 'до 1960', from_1960_to_1989: '1960–1989', from_1990_to_2009: '1990–2009',
    since_2010: 'с 2010',
    under_5: 'до 5 лет', from_5_to_15: '5–15 лет', over_15: 'больше 15 лет', alone: 'один', couple: 'пара', with_children: 'с детьми',
    elderly: 'пожилые', organisation: 'организация',
    female: 'женщина', male: 'мужчина', under_30: 'до 30', from_30_to_44: '30–44', from_45_to_59: '45–59', from_60: '60 и старше',
    low: 'низкий', middle: 'средний', high: 'высокий',
    search: 'поиск', maps: 'карты', social: 'соцсети', recommendation: 'посоветовали', neighbours: 'соседи', outdoor: 'наружная реклама',
    leaflet: 'листовка', developer: 'застройщик',
  },
  en: {
    flat: 'flat', house: 'house', dacha: 'dacha', office: 'office', shop: 'shop', other: 'other', panel: 'panel', brick: 'brick',
    block: 'block',
    monolith: 'monolith', wood: 'wood', before_1960: 'before 1960', from_1960_to_1989: '1960–1989', from_1990_to_2009: '1990–2009',
    since_2010: 'since 2010',
    under_5: 'under 5 years', from_5_to_15: '5–15 years', over_15: 'over 15 years', alone: 'alone', couple: 'couple',
    with_children: 'with children', elderly: 'elderly', organisation: 'organisation',
    female: 'female', male: 'male', under_30: 'under 30', from_30_to_44: '30–44', from_45_to_59: '45–59', from_60: '60 and over',
    low: 'low', middle: 'middle', high: 'high',
    search: 'search', maps: 'maps', social: 'social networks', recommendation: 'recommended', neighbours: 'neighbours',
    outdoor: 'outdoor advertising', leaflet: 'leaflet', developer: 'developer',
  },
});

export const PLACE_KINDS = ['building', 'entrance', 'developer'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];
export const placeKind = coded({
  ru: { building: 'дом', entrance: 'подъезд', developer: 'застройщик' },
  en: { building: 'building', entrance: 'entrance', developer: 'developer' },
});
export const PLACE_STATUSES = ['new', 'in_work', 'done', 'dropped'] as const;
export type PlaceStatus = (typeof PLACE_STATUSES)[number];
export const placeStatus = coded({
  ru: { new: 'новое', in_work: 'в работе', done: 'обошли', dropped: 'отложили' },
  en: { new: 'new', in_work: 'in work', done: 'done', dropped: 'dropped' },
});
export const MAGNET_KINDS = ['checklist', 'free_measurement', 'calculator', 'other'] as const;
export const magnetKind = coded({
  ru: { checklist: 'чек-лист', free_measurement: 'бесплатный замер', calculator: 'калькулятор', other: 'другое' },
  en: { checklist: 'checklist', free_measurement: 'free measurement', calculator: 'calculator', other: 'other' },
});
export const EXCHANGE_CHANNELS = ['phone', 'site', 'messenger', 'email', 'leaflet', 'meeting', 'other'] as const;
export const exchangeChannel = coded({
  ru: {
    phone: 'по телефону', site: 'на сайте', messenger: 'в мессенджере', email: 'по почте', leaflet: 'по листовке', meeting: 'при встрече',
    other: 'иначе',
  },
  en: {
    phone: 'by phone', site: 'on the site', messenger: 'in a messenger', email: 'by e-mail', leaflet: 'by a leaflet',
    meeting: 'at a meeting', other: 'otherwise',
  },
});
