// What most pages of the CRM show by id or code: people of the company, categories of needs, levels. Read once a session.
import { api, read, type Schemas } from '$lib/api';
import { lang } from '$lib/i18n.svelte';
import { every } from '../parts/every';

export type Person = Schemas['UserOut'];

let people = $state.raw<Person[]>([]);
let rules = $state.raw<Schemas['RulesContent'] | null>(null);
let reading: Promise<void> | null = null;

/** Read them, unless they are known. A page calls it when it opens; names appear when they have come. */
export function learnNames(): void {
  reading ??= readAll().catch(() => {
    reading = null;
  });
}

/** Read anew: the rules were published, or somebody has come. */
export function learnAgain(): void {
  reading = null;
  learnNames();
}

async function readAll(): Promise<void> {
  rules = (await read(api.GET('/api/v1/crm/rules'))).content;
  const found = await every((from) => read(api.GET('/api/v1/users', { params: { query: { limit: 100, ...from } } })));
  people = found.sort((one, other) => one.name.localeCompare(other.name));
}

const OFFICE = ['owner', 'supervisor', 'dispatcher', 'operator'];
const byId = $derived(new Map(people.map((one) => [one.id, one.name])));

/** The name of a person by his id. Nothing for nobody. */
export const personName = (id: string | null | undefined): string => (id ? (byId.get(id) ?? '…') : '');
/** Everybody who works here, by name. */
export const everybody = (): Person[] => people.filter((one) => one.is_active);
/** Those who talk with clients. */
export const office = (): Person[] => everybody().filter((one) => one.roles.some((role) => OFFICE.includes(role)));

/** What a category is called: “Window adjustment”. */
export function categoryName(code: string | null | undefined): string {
  const found = rules?.categories.find((one) => one.code === code);
  return found ? (lang() === 'ru' ? found.name_ru : found.name_en) : (code ?? '');
}

export const categories = (): Schemas['Category'][] => rules?.categories ?? [];
export const tiers = (): Schemas['Tier'][] => rules?.tiers ?? [];
