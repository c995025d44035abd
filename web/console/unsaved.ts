// Text in a form of a page is not left without a question: by a link, by Back, or by closing the tab. Dialogs ask by themselves.
import { words } from '$lib/i18n.svelte';

const t = words({
  ru: { leave: 'Введённое не сохранено. Уйти со страницы?' },
  en: { leave: 'What you have typed is not saved. Leave the page?' },
});
const typed = new Set<HTMLFormElement>();

document.addEventListener('input', ({ target }) => {
  const form = (target as Element).closest<HTMLFormElement>('main form');
  if (form) typed.add(form);
});
document.addEventListener('submit', ({ target }) => typed.delete(target as HTMLFormElement));
addEventListener('beforeunload', (event) => isUnsaved() && event.preventDefault());

const isUnsaved = (): boolean => [...typed].some((form) => form.isConnected);

/** Whether the page may be left. The person is asked when something is typed. */
export function mayLeave(): boolean {
  if (isUnsaved() && !confirm(t('leave'))) return false;
  typed.clear();
  return true;
}
