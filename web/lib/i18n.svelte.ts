// Two languages. A dictionary lies beside the page that shows it; a key that one language lacks does not compile.
export type Lang = 'ru' | 'en';

const KEPT = 'brigada.lang';

let current = $state<Lang>(chosenLang());

export function lang(): Lang {
  return current;
}

export function setLang(wanted: Lang): void {
  current = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

function chosenLang(): Lang {
  const kept = localStorage.getItem(KEPT);
  const found: Lang = kept === 'ru' || kept === 'en' ? kept : navigator.language.startsWith('ru') ? 'ru' : 'en';
  document.documentElement.lang = found;
  return found;
}

/** Whether somebody has chosen a language in this browser; if nobody has, that of his account counts. */
export function isLangChosen(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

type Values = Record<string, string | number>;

/** `const t = words({ ru: {…}, en: {…} })`, then `t('key', { name })`: `{name}` in the text becomes the value. */
export function words<Key extends string>(texts: Record<Lang, Record<Key, string>>): (key: Key, values?: Values) => string {
  return (key, values) => filled(texts[current][key], values);
}

function filled(text: string, values: Values | undefined): string {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text;
}

/** A word for a code of the API. A code that this build does not know yet is shown as it is. */
export function coded(texts: Record<Lang, Record<string, string>>): (code: string | null | undefined) => string {
  return (code) => (code ? (texts[current][code] ?? code) : '');
}

type Said = { ru?: string | null; en?: string | null } | null | undefined;

/** What a company has written in one or both languages. Without an English text the Russian one is shown. */
export const inWords = (said: Said): string => (current === 'en' && said?.en) || said?.ru || '';

const RULES: Record<Lang, Intl.PluralRules> = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/** `plural(3, { ru: ['визит', 'визита', 'визитов'], en: ['visit', 'visits'] })` is «3 визита». */
export function plural(count: number, forms: { ru: [string, string, string]; en: [string, string] }): string {
  const rule = RULES[current].select(count);
  const form = current === 'en' ? forms.en[rule === 'one' ? 0 : 1] : forms.ru[rule === 'one' ? 0 : rule === 'few' ? 1 : 2];
  return `${count} ${form}`;
}
