// The screens of the app. Today is there at once, the others are loaded when they are opened first, from the phone itself.
import type { Component } from 'svelte';

type Screen = { path: string; load: () => Promise<{ default: Component<any> }> }; // each takes the parts of its path

export const SCREENS: Screen[] = [
  { path: '/visits/:id', load: () => import('./screens/visit/VisitPage.svelte') },
  { path: '/queue', load: () => import('./screens/queue/QueuePage.svelte') },
  { path: '/me', load: () => import('./screens/me/MePage.svelte') },
];
