// Whether the worker has already said yes or no to tracking, on this phone or another: he is asked once, not every morning.
import { whoIsIn } from '../../app/state.svelte';

const KEPT = 'brigada.field.consent';
let decisions = $state.raw(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, string>);

/** Who has been looked for on the server: see `learn`. */
let asked = $state('');

/** He is asked when the server knows of no decision either. */
export const isToDecide = (): boolean => !hasDecided() && asked === whoIsIn()?.id;

export function noteAsked(): void {
  asked = whoIsIn()?.id ?? '';
}

export const hasDecided = (): boolean => (whoIsIn()?.id ?? '') in decisions;

export function noteDecision(decision: 'agreed' | 'refused'): void {
  decisions = { ...decisions, [whoIsIn()!.id]: decision };
  localStorage.setItem(KEPT, JSON.stringify(decisions));
}
