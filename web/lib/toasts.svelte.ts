// Short notes at the edge of the screen: what was done, with a way back, or what went wrong.
import { Problem } from './api';

export type Toast = { id: number; text: string; kind: 'done' | 'wrong'; undo?: () => void };

const SHOWN_MS = 8000;
let next = 1;
let shown = $state.raw<Toast[]>([]);

export const toasts = (): Toast[] => shown;

export function dismiss(id: number): void {
  shown = shown.filter((toast) => toast.id !== id);
}

/** Say that something is done. `undo` is offered beside it. */
export function done(text: string, undo?: () => void): void {
  show({ text, kind: 'done', undo });
}

/** Say what went wrong. */
export function wrong(failure: unknown): void {
  if (failure instanceof Problem) show({ text: failure.message, kind: 'wrong' });
  else throw failure;
}

/** Say what a person must know although nothing failed on his side. */
export function warn(text: string): void {
  show({ text, kind: 'wrong' });
}

function show(toast: Omit<Toast, 'id'>): void {
  const id = next++;
  shown = [...shown.slice(-3), { ...toast, id }];
  setTimeout(() => dismiss(id), SHOWN_MS);
}
