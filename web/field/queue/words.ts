// How the states of commands and the purposes of files are named on the screen.
import { coded } from '$lib/i18n.svelte';

export const stateName = coded({
  ru: {
    kept: 'ждёт отправки', waiting: 'на сервере, ждёт недостающего', applied: 'отправлено', rejected: 'не принято',
    conflict: 'решает диспетчер',
  },
  en: {
    kept: 'waits to be sent', waiting: 'on the server, waits for what is missing', applied: 'sent', rejected: 'not taken',
    conflict: 'the dispatcher decides',
  },
});

export const purposeName = coded({
  ru: { photo: 'Фото', photo_act: 'Фото акта', signature: 'Подпись', measurement: 'Фото замера', sketch: 'Эскиз', chat: 'Фото в чат' },
  en: { photo: 'Photo', photo_act: 'Photo of the act', signature: 'Signature', measurement: 'Photo of a measurement', sketch: 'Sketch', chat: 'Photo for the chat' },
});
