// The screens of the app. Today is there at once, the others are loaded when they are opened first, from the phone itself.
import type { Component } from 'svelte';

type Screen = { path: string; load: () => Promise<{ default: Component<any> }> }; // each takes the parts of its path

export const SCREENS: Screen[] = [
  { path: '/visits/:id', load: () => import('./screens/visit/VisitPage.svelte') },
  { path: '/visits/:id/access', load: () => import('./screens/access/AccessPage.svelte') },
  { path: '/visits/:id/measure', load: () => import('./screens/measure/MeasurePage.svelte') },
  { path: '/visits/:id/photos', load: () => import('./screens/photos/PhotosPage.svelte') },
  { path: '/visits/:id/forms/:form', load: () => import('./screens/forms/FormPage.svelte') },
  { path: '/visits/:id/materials', load: () => import('./screens/materials/MaterialsPage.svelte') },
  { path: '/visits/:id/people', load: () => import('./screens/people/PeoplePage.svelte') },
  { path: '/visits/:id/act', load: () => import('./screens/act/ActPage.svelte') },
  { path: '/visits/:id/tags', load: () => import('./screens/tags/TagsPage.svelte') },
  { path: '/visits/:id/payment', load: () => import('./screens/payment/PaymentPage.svelte') },
  { path: '/visits/:id/chat', load: () => import('./screens/chat/ChatPage.svelte') },
  { path: '/queue', load: () => import('./screens/queue/QueuePage.svelte') },
  { path: '/me', load: () => import('./screens/me/MePage.svelte') },
  { path: '/me/rewards', load: () => import('./screens/me/RewardsPage.svelte') },
  { path: '/me/cash', load: () => import('./screens/me/CashPage.svelte') },
  { path: '/me/timesheet', load: () => import('./screens/me/TimesheetPage.svelte') },
  { path: '/me/track', load: () => import('./screens/me/TrackPage.svelte') },
  { path: '/me/tracking', load: () => import('./screens/me/TrackingPage.svelte') },
  { path: '/me/signals', load: () => import('./screens/me/SignalsPage.svelte') },
];
