import '$lib/base.css';
import './field.css';
import '$lib/theme.svelte';
import { mount } from 'svelte';
import App from './App.svelte';

/** Failures that cost the worker what he did. A full disk is named so by browsers; `UnknownError` is Chrome's, when the disk of the phone itself is full. */
const NOT_KEPT = new Map<string | undefined, 'full' | 'memory' | 'elsewhere'>([['QuotaExceededError', 'full'], ['UnknownError', 'full'], ['NotDrawn', 'memory'], ['ChangedElsewhere', 'elsewhere']]);
addEventListener('unhandledrejection', (event) => {
  const why = NOT_KEPT.get((event.reason as Error | undefined)?.name);
  if (!why) return;
  event.preventDefault();
  void import('./app/unsaved').then(({ sayItIsNotKept }) => sayItIsNotKept(why));
});

mount(App, { target: document.getElementById('app')! });
