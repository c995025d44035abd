import { coded } from '$lib/i18n.svelte';

export const factKind = coded({
  ru: { trip: 'поездка', stop: 'стоянка', gap: 'нет данных', presence: 'был на объекте', too_fast: 'невозможная скорость', mock: 'подменённые точки' },
  en: { trip: 'trip', stop: 'stop', gap: 'no data', presence: 'at the site', too_fast: 'impossible speed', mock: 'faked positions' },
});

export const gapCause = coded({
  ru: {
    battery: 'телефон разрядился', no_network: 'у телефона не было связи', permission: 'приложению запретили определять местоположение',
    app_stopped: 'приложение было закрыто', at_rest: 'телефон лежал без движения', no_fix: 'телефон не мог определить место',
    mock: 'приходили только подменённые точки', off_shift: 'время не отслеживалось', unknown: 'причина не установлена',
  },
  en: {
    battery: 'the phone ran out of power', no_network: 'the phone had no network', permission: 'the app was forbidden to locate',
    app_stopped: 'the app was closed', at_rest: 'the phone lay still', no_fix: 'the phone could not find its place',
    mock: 'only faked positions came', off_shift: 'this time is not tracked', unknown: 'the cause is not known',
  },
});
