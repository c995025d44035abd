// Words of the rules of a client's life.
import { coded, words } from '$lib/i18n.svelte';

export const t = words({
  ru: {
    fans: 'Поклонники и лиды', fan_purchases: 'Покупок до поклонника', fans_share: 'Доля поклонников в деньгах, %',
    near_days: 'Акты по одному адресу – одна покупка, если между ними дней',
    cold_days: 'Лид остывает через, дней', disappointed: 'Что считать разочарованием', late_min: 'Опоздание, минут после обещанного',
    refund_percent: 'Возврат денег, % от оплаты', rework_visits: 'Выездов по рекламациям',
    rework_days: '… за сколько дней', alone_severity: 'Одного случая достаточно при тяжести', pair_days: 'Или два случая за, дней',
    recovery: 'Как возвращать', contact_hours: 'Поговорить за, рабочих часов',
    attempt_gap_days: 'Пауза между попытками, дней', attempts_max: 'Попыток не больше', attempts_days: '… за сколько дней',
    horizon_days: 'Смотреть вперёд, дней', margin_percent: 'Остаётся после затрат, %',
    budget_percent: 'Без согласования, % от остатка', ask_again_days: 'Спросить ещё раз через, дней', tiers: 'Уровни клиентов',
    tiersText: 'Уровень даётся тем, кто заплатил за всё время не меньше суммы.', addTier: 'Добавить уровень', from: 'От суммы, ₽',
    noTiers: 'Уровней нет.', remove: 'Убрать', categories: 'Категории: что продаём',
    categoriesText: 'Когда каждое снова понадобится. Подробности – за стрелкой.', addCategory: 'Добавить категорию', more: 'Подробнее',
    nameRu: 'Название', nameEn: 'По-английски', cycle: 'Снова нужно через, дней', never: '–', early: 'Приглашать раньше, дней',
    late: 'Потерян после, дней', typical: 'Обычно приносит, ₽', isPurchase: 'Это покупка',
    grace: 'Через какую долю срока считать спящим', graceHint: '0 – засыпает в срок, 0,5 – через половину срока', season: 'Сезон',
    seasonFirst: 'с', seasonLast: 'по', seasonOn: 'нужно в сезон', median: 'Медиана покупок: {sum}',
    spawns: 'Кто купил это, тому понадобится', jobTypes: 'Типы нарядов', jobKinds: 'Остальные наряды вида', works: 'Работы из прайса',
    passport: 'Срок по паспорту изделия', feature: 'Срок по тому, что увидел мастер',
    add: 'Добавить', what: 'Что', value: 'Значение', days: 'Дней', onlyFor: 'только если установлено', always: 'всегда',
    none: 'не выбрано', toCorrect: 'исправьте', severity1: '1 – слегка', severity2: '2 – серьёзно', severity3: '3 – очень серьёзно',
    feature_hint: 'латинскими буквами, как на телефоне мастера',
  },
  en: {
    fans: 'Fans and leads', fan_purchases: 'Purchases to become a fan', fans_share: 'Share of fans in the money, %',
    near_days: 'Acts of one address are one purchase if so many days apart',
    cold_days: 'A lead gets cold after, days', disappointed: 'What is a disappointment', late_min: 'Late, minutes after the promise',
    refund_percent: 'Money given back, % of the payment', rework_visits: 'Visits because of claims',
    rework_days: '… within days', alone_severity: 'Severity that is enough alone', pair_days: 'Or two of them within, days',
    recovery: 'How to win back', contact_hours: 'Speak within, working hours',
    attempt_gap_days: 'Pause between attempts, days', attempts_max: 'Attempts, at most', attempts_days: '… within days',
    horizon_days: 'Look ahead, days', margin_percent: 'Left after costs, %',
    budget_percent: 'Spend without asking, % of what is left', ask_again_days: 'Ask again after, days', tiers: 'Levels of clients',
    tiersText: 'A level is for those who have paid at least so much, all in all.', addTier: 'Add a level', from: 'From, ₽',
    noTiers: 'There are no levels.', remove: 'Remove', categories: 'Categories: what is sold',
    categoriesText: 'When each is needed again. Details are behind the arrow.', addCategory: 'Add a category', more: 'Details',
    nameRu: 'Name in Russian', nameEn: 'Name in English', cycle: 'Needed again after, days', never: '–', early: 'Invite days before',
    late: 'Lost after, days', typical: 'Usually brings, ₽', isPurchase: 'Is a purchase',
    grace: 'Late before dormant, part of the cycle', graceHint: '0 – dormant when due, 0.5 – after half a cycle more', season: 'Season',
    seasonFirst: 'from', seasonLast: 'to', seasonOn: 'needed in a season', median: 'Median of purchases: {sum}',
    spawns: 'Who bought it will need', jobTypes: 'Job types', jobKinds: 'Other jobs of the kind', works: 'Works of the price list',
    passport: 'Cycle by the passport of the product', feature: 'Cycle by what the specialist saw',
    add: 'Add', what: 'What', value: 'Value', days: 'Days', onlyFor: 'only if installed', always: 'always', none: 'none chosen',
    toCorrect: 'to correct', severity1: '1 – a little', severity2: '2 – bad', severity3: '3 – very bad',
    feature_hint: 'in Latin letters, as on the specialist’s phone',
  },
});

export const PRODUCT_KINDS = ['window', 'door', 'balcony', 'net', 'sill', 'other'] as const;
export const productKind = coded({
  ru: { window: 'окно', door: 'дверь', balcony: 'балкон', net: 'сетка', sill: 'подоконник', other: 'другое' },
  en: { window: 'window', door: 'door', balcony: 'balcony', net: 'net', sill: 'sill', other: 'other' },
});
export const JOB_KINDS = ['measurement', 'installation', 'service', 'delivery', 'claim'] as const;
export const PASSPORT_FIELDS = ['kind', 'manufacturer', 'profile', 'hardware'] as const;
export const passportField = coded({
  ru: { kind: 'вид', manufacturer: 'производитель', profile: 'профиль', hardware: 'фурнитура' },
  en: { kind: 'kind', manufacturer: 'manufacturer', profile: 'profile', hardware: 'hardware' },
});

/** A field of the rules by its name in the API. */
export function ruleName(field: string): string {
  if (field === 'fans_share_bp') return t('fans_share');
  return t((field === 'signals' ? 'disappointed' : field) as Parameters<typeof t>[0]);
}
