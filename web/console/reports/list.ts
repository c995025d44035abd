// Every report. A report is loaded when it is chosen; it gets the period of the page.
import type { Component } from 'svelte';

export type Report = {
  /** Last part of its address. */
  name: string;
  group: string;
  ru: string;
  en: string;
  /** How long the period is that is shown if none is asked for. 0: the report has none. */
  days: number;
  /** So many days it takes at most. */
  longest?: number;
  /** So many days ahead of today it looks, if no period is asked for. */
  ahead?: number;
  roles?: string[];
  load: () => Promise<{ default: Component<any> }>; // not every report asks for the period
};

export const GROUPS = [
  { key: 'clients', ru: 'Клиенты', en: 'Clients' },
  { key: 'work', ru: 'Выезды и люди', en: 'Visits and people' },
  { key: 'money', ru: 'Деньги', en: 'Money' },
];

export const REPORTS: Report[] = [
  {
    name: 'cohorts',
    group: 'clients',
    ru: 'Новички и поклонники',
    en: 'Newcomers and fans',
    days: 730,
    load: () => import('./Cohorts.svelte'),
  },
  { name: 'leads', group: 'clients', ru: 'Лиды по источникам', en: 'Leads by source', days: 182, load: () => import('./Leads.svelte') },
  {
    name: 'money',
    group: 'clients',
    ru: 'Деньги по статусам',
    en: 'Money by status',
    days: 365,
    load: () => import('./MoneyByStatus.svelte'),
  },
  { name: 'wake-ups', group: 'clients', ru: 'Разбуженные', en: 'Woken clients', days: 365, load: () => import('./WakeUps.svelte') },
  { name: 'monthly-plan', group: 'clients', ru: 'План на месяц', en: 'Monthly plan', days: 0, load: () => import('./MonthlyPlan.svelte') },
  {
    name: 'contacts',
    group: 'clients',
    ru: 'Собранные контакты',
    en: 'Collected contacts',
    days: 182,
    load: () => import('./Contacts.svelte'),
  },
  {
    name: 'next-visits',
    group: 'clients',
    ru: 'Предложили следующий визит',
    en: 'Next visits proposed',
    days: 182,
    load: () => import('./NextVisits.svelte'),
  },
  {
    name: 'recommenders',
    group: 'clients',
    ru: 'Кто рекомендует',
    en: 'Who recommends',
    days: 0,
    load: () => import('./Recommenders.svelte'),
  },
  {
    name: 'lateness',
    group: 'work',
    ru: 'Опоздания',
    en: 'Lateness',
    days: 6,
    longest: 31,
    roles: ['dispatcher', 'supervisor'],
    load: () => import('./Lateness.svelte'),
  },
  {
    name: 'mileage',
    group: 'work',
    ru: 'Пробег',
    en: 'Mileage',
    days: 13,
    longest: 62,
    roles: ['dispatcher', 'supervisor', 'accountant'],
    load: () => import('./Mileage.svelte'),
  },
  {
    name: 'stops',
    group: 'work',
    ru: 'Необъяснённые стоянки',
    en: 'Unexplained stops',
    days: 0,
    roles: ['supervisor'],
    load: () => import('./Stops.svelte'),
  },
  {
    name: 'consents',
    group: 'work',
    ru: 'Согласия на геолокацию',
    en: 'Who agreed to be located',
    days: 0,
    roles: ['supervisor'],
    load: () => import('./Consents.svelte'),
  },
  {
    name: 'crew-load',
    group: 'work',
    ru: 'Загрузка бригад',
    en: 'Load of crews',
    days: 13,
    longest: 92,
    ahead: 13,
    load: () => import('./CrewLoad.svelte'),
  },
  { name: 'materials', group: 'work', ru: 'Расход материалов', en: 'Use of materials', days: 90, load: () => import('./Materials.svelte') },
  {
    name: 'books',
    group: 'money',
    ru: 'Сверка расчётов',
    en: 'Check of the books',
    days: 0,
    roles: ['supervisor', 'accountant'],
    load: () => import('./Books.svelte'),
  },
];
