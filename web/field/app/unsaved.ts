// Said when the phone could not keep something: nobody may believe that it is kept.
import { mount } from 'svelte';
import { words } from '$lib/i18n.svelte';
import { warn } from '$lib/toasts.svelte';
import Toasts from '$lib/ui/Toasts.svelte';

const t = words({
  ru: {
    full: 'Не сохранено: на телефоне кончилось место. Освободите место и повторите.',
    memory: 'Рисунок не сохранён: телефону не хватило памяти. Закройте другие приложения и повторите.',
    elsewhere: 'Эту форму изменили в другом окне приложения. Показано то, что введено там: проверьте и повторите.',
    photo: 'Фото не сохранилось: {why}. Снимите ещё раз.',
  },
  en: {
    full: 'Not saved: the phone has no space left. Free some space and try again.',
    memory: 'The drawing is not saved: the phone is out of memory. Close other apps and try again.',
    elsewhere: 'This form was changed in another window of the app. It shows what was typed there: check it and try again.',
    photo: 'The photo was not kept: {why}. Take it again.',
  },
});

mount(Toasts, { target: document.body });

export const sayItIsNotKept = (why: 'full' | 'memory' | 'elsewhere'): void => warn(t(why));
/** Of a photo whose screen was left before it was kept. */
export const sayPhotoIsLost = (why: string): void => warn(t('photo', { why }));
