// Every page of the console. A page is loaded when it is opened first.
import type { Component } from 'svelte';

export type Page = {
  /** Path inside the console; `:id` is handed to the page as a property. */
  path: string;
  load: () => Promise<{ default: Component<any> }>;
  /** Name of its place in the menu; pages without one are reached from others. */
  menu?: MenuKey;
  /** Who sees it in the menu. Everybody of the office, if not given. The API decides what he may read. */
  roles?: string[];
};

export type MenuKey = 'inbox';

export const PAGES: Page[] = [{ path: '/inbox', menu: 'inbox', load: () => import('./inbox/InboxPage.svelte') }];

export const MENU: Record<'ru' | 'en', Record<MenuKey, string>> = {
  ru: { inbox: 'Входящие' },
  en: { inbox: 'Inbox' },
};

export const FIRST_PAGE = '/inbox';
