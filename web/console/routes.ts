// Every page of the console. A page is loaded when it is opened first.
import type { Component } from 'svelte';

export type Page = {
  /** Path inside the console; `:id` is handed to the page as a property. */
  path: string;
  load: () => Promise<{ default: Component<any> }>;
  /** Name of its place in the menu; pages without one are reached from others. */
  menu?: MenuKey;
  /** Who may open it beside the owner. Everybody of the office, if not given. The API decides what he may read. */
  roles?: string[];
};

export type MenuKey = 'board' | 'map' | 'inbox' | 'requests' | 'orders' | 'clients' | 'tasks' | 'retention' | 'people' | 'reports' | 'settings';

export const PAGES: Page[] = [
  { path: '/board', menu: 'board', load: () => import('./board/BoardPage.svelte') },
  { path: '/map', menu: 'map', roles: ['dispatcher', 'supervisor'], load: () => import('./map/MapPage.svelte') },
  { path: '/tracks', roles: ['dispatcher', 'supervisor'], load: () => import('./tracks/TrackPage.svelte') },
  { path: '/inbox', menu: 'inbox', load: () => import('./inbox/InboxPage.svelte') },
  { path: '/requests', menu: 'requests', roles: ['dispatcher', 'supervisor', 'operator'], load: () => import('./requests/RequestsPage.svelte') },
  { path: '/requests/new', roles: ['dispatcher', 'supervisor', 'operator'], load: () => import('./requests/NewRequestPage.svelte') },
  { path: '/requests/:id', roles: ['dispatcher', 'supervisor', 'operator'], load: () => import('./requests/RequestPage.svelte') },
  { path: '/visits/:id', load: () => import('./visits/VisitPage.svelte') },
  { path: '/orders', menu: 'orders', load: () => import('./orders/OrdersPage.svelte') },
  { path: '/orders/:id', load: () => import('./orders/OrderPage.svelte') },
  { path: '/invoices', load: () => import('./orders/InvoicesPage.svelte') },
  { path: '/cash', roles: ['supervisor', 'accountant'], load: () => import('./orders/CashPage.svelte') },
  { path: '/production', load: () => import('./orders/ProductionPage.svelte') },
  { path: '/production/:productionId', load: () => import('./orders/GoToOrder.svelte') },
  { path: '/jobs/:jobId', load: () => import('./orders/GoToOrder.svelte') },
  { path: '/clients', menu: 'clients', load: () => import('./clients/ClientsPage.svelte') },
  { path: '/clients/birthdays', load: () => import('./clients/base/BirthdaysPage.svelte') },
  { path: '/clients/duplicates', load: () => import('./clients/base/DuplicatesPage.svelte') },
  { path: '/clients/first-statuses', load: () => import('./clients/first/FirstStatusesPage.svelte') },
  { path: '/clients/targets', load: () => import('./clients/targets/TargetsPage.svelte') },
  { path: '/clients/contacts', load: () => import('./clients/base/ContactsPage.svelte') },
  { path: '/clients/sources', load: () => import('./clients/base/SourcesPage.svelte') },
  { path: '/clients/consents', load: () => import('./clients/base/ConsentsPage.svelte') },
  { path: '/clients/:id', load: () => import('./clients/ClientPage.svelte') },
  { path: '/tasks', menu: 'tasks', load: () => import('./tasks/TasksPage.svelte') },
  { path: '/tasks/handover', load: () => import('./tasks/HandoverPage.svelte') },
  { path: '/retention', menu: 'retention', load: () => import('./retention/StatusesPage.svelte') },
  { path: '/retention/invitations', load: () => import('./retention/InvitationsPage.svelte') },
  { path: '/retention/plans', load: () => import('./retention/PlansPage.svelte') },
  { path: '/retention/plans/:id', load: () => import('./retention/PlanPage.svelte') },
  { path: '/retention/returns', load: () => import('./retention/ReturnsPage.svelte') },
  { path: '/retention/cases', load: () => import('./retention/CasesPage.svelte') },
  { path: '/retention/cases/:id', load: () => import('./retention/CasePage.svelte') },
  { path: '/retention/rules', load: () => import('./retention/RulesPage.svelte') },
  { path: '/people', menu: 'people', load: () => import('./people/WorkersPage.svelte') },
  { path: '/people/crews', load: () => import('./people/CrewsPage.svelte') },
  { path: '/people/territories', load: () => import('./people/TerritoriesPage.svelte') },
  { path: '/people/:id', load: () => import('./people/WorkerPage.svelte') },
  { path: '/reports', menu: 'reports', load: () => import('./reports/ReportsPage.svelte') },
  { path: '/reports/:name', load: () => import('./reports/ReportsPage.svelte') },
  { path: '/settings', menu: 'settings', load: () => import('./settings/CompanyPage.svelte') },
  { path: '/settings/users', roles: ['supervisor'], load: () => import('./settings/UsersPage.svelte') },
  { path: '/settings/job-types', load: () => import('./settings/JobTypesPage.svelte') },
  { path: '/settings/forms', load: () => import('./settings/FormsPage.svelte') },
  { path: '/settings/templates', load: () => import('./settings/TemplatesPage.svelte') },
  { path: '/settings/prices', load: () => import('./settings/PricesPage.svelte') },
  { path: '/settings/materials', load: () => import('./settings/MaterialsPage.svelte') },
  { path: '/settings/tracking', load: () => import('./settings/TrackingPage.svelte') },
];

export const MENU: Record<'ru' | 'en', Record<MenuKey, string>> = {
  ru: {
    board: 'Доска', map: 'Карта', inbox: 'Входящие', requests: 'Обращения', orders: 'Заказы', clients: 'Клиенты', tasks: 'Задачи',
    retention: 'Удержание', people: 'Люди', reports: 'Отчёты', settings: 'Настройки',
  },
  en: {
    board: 'Board', map: 'Map', inbox: 'Inbox', requests: 'Requests', orders: 'Orders', clients: 'Clients', tasks: 'Tasks', retention: 'Retention',
    people: 'People', reports: 'Reports', settings: 'Settings',
  },
};

export const FIRST_PAGE = '/board';
