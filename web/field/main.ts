import '$lib/base.css';
import './field.css';
import '$lib/theme.svelte';
import { mount } from 'svelte';
import App from './App.svelte';

/** How browsers name a full disk; `UnknownError` is Chrome's, when the disk of the phone itself is full. */
const FULL = ['QuotaExceededError', 'UnknownError'];
addEventListener('unhandledrejection', (event) => {
  if (!FULL.includes((event.reason as Error | undefined)?.name ?? '')) return;
  event.preventDefault();
  void import('./app/unsaved').then(({ sayItIsNotKept }) => sayItIsNotKept());
});

mount(App, { target: document.getElementById('app')! });
