// What is wrong with an answer, in words.
import { coded } from '$lib/i18n.svelte';

export const faultName = coded({
  ru: {
    missing: 'Нужен ответ', too_small: 'Слишком мало', too_large: 'Слишком много', too_short: 'Слишком коротко', too_long: 'Слишком длинно',
    too_few: 'Выберите больше', too_many: 'Выбрано слишком много', no_fit: 'Ответ не подходит',
  },
  en: {
    missing: 'An answer is needed', too_small: 'Too small', too_large: 'Too large', too_short: 'Too short', too_long: 'Too long', too_few: 'Choose more',
    too_many: 'Too many chosen', no_fit: 'The answer does not fit',
  },
});
