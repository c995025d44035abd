// Said when the phone could not keep something: nobody may believe that it is kept.
import { mount } from 'svelte';
import { words } from '$lib/i18n.svelte';
import { warn } from '$lib/toasts.svelte';
import Toasts from '$lib/ui/Toasts.svelte';

const t = words({
  ru: { full: 'Не сохранено: на телефоне кончилось место. Освободите место и повторите.' },
  en: { full: 'Not saved: the phone has no space left. Free some space and try again.' },
});

mount(Toasts, { target: document.body });

export const sayItIsNotKept = (): void => warn(t('full'));
