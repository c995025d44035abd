// The reasons that the API knows, in words.
import { coded } from '$lib/i18n.svelte';

export const DECLINE = ['busy', 'sick', 'too_far', 'no_tools', 'not_my_work', 'other'] as const;
export const PAUSE = ['break', 'waiting_for_client', 'waiting_for_goods', 'weather', 'other'] as const;
export const NOT_DONE = ['client_absent', 'no_access', 'wrong_goods', 'client_refused', 'site_not_ready', 'unsafe', 'other'] as const;

export const reasonName = coded({
  ru: {
    busy: 'Занят', sick: 'Болею', too_far: 'Слишком далеко', no_tools: 'Нет инструмента', not_my_work: 'Не моя работа', other: 'Другое',
    break: 'Перерыв', waiting_for_client: 'Жду клиента', waiting_for_goods: 'Жду материалы', weather: 'Погода',
    client_absent: 'Клиента нет', no_access: 'Не попасть на объект', wrong_goods: 'Не те изделия', client_refused: 'Клиент отказался',
    site_not_ready: 'Объект не готов', unsafe: 'Небезопасно',
  },
  en: {
    busy: 'Busy', sick: 'Sick', too_far: 'Too far', no_tools: 'No tools', not_my_work: 'Not my work', other: 'Other', break: 'Break',
    waiting_for_client: 'Waiting for the client', waiting_for_goods: 'Waiting for goods', weather: 'Weather',
    client_absent: 'Client absent', no_access: 'No access', wrong_goods: 'Wrong goods', client_refused: 'The client refused',
    site_not_ready: 'Site not ready', unsafe: 'Unsafe',
  },
});

export const proofName = coded({
  ru: {
    photos: 'фото', photo_act: 'фото бумажного акта', signature: 'подпись клиента', form: 'вопросы', measurement: 'лист замера',
    act: 'подписанный акт', tag: 'метка изделия', place: 'быть на месте',
  },
  en: {
    photos: 'photos', photo_act: 'a photo of the paper act', signature: 'the client’s signature', form: 'questions',
    measurement: 'the measurement sheet', act: 'the signed act', tag: 'the tag of a product', place: 'being on site',
  },
});
