// Text in a form of a page is not left without a question: by a link, by Back, or by closing the tab. Dialogs ask by themselves.
import { words } from '$lib/i18n.svelte';

const t = words({
  ru: { leave: 'Введённое не сохранено. Уйти со страницы?' },
  en: { leave: 'What you have typed is not saved. Leave the page?' },
});
/** Forms that somebody has typed into, and whether they were sent since. */
const typed = new Map<HTMLFormElement, boolean>();

document.addEventListener('input', ({ target }) => {
  const form = (target as Element).closest<HTMLFormElement>('main form');
  if (form) typed.set(form, false);
});
document.addEventListener('submit', ({ target }) => {
  const form = target as HTMLFormElement;
  if (typed.has(form)) typed.set(form, true);
});
addEventListener('beforeunload', (event) => isUnsaved() && event.preventDefault());

/** A form that was sent counts again when it says what is wrong. What is no text in a form says so by `data-unsaved`. */
function isUnsaved(): boolean {
  const isOpen = [...typed].some(([form, isSent]) => form.isConnected && !(isSent && !form.querySelector('[role=alert]')));
  return isOpen || document.querySelector('main [data-unsaved]') !== null;
}

/** Whether the page may be left. The person is asked when something is typed. */
export function mayLeave(): boolean {
  if (isUnsaved() && !confirm(t('leave'))) return false;
  typed.clear();
  return true;
}
