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
  roles?: string[];
  load: () => Promise<{ default: Component<any> }>; // not every report asks for the period
};

export const GROUPS = [{ key: 'clients', ru: 'Клиенты', en: 'Clients' }];

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
];
