// Whether the worker has already said yes or no to tracking on this phone: he is asked once, not every morning.
import { whoIsIn } from '../../app/state.svelte';

const KEPT = 'brigada.field.consent';
let decisions = $state.raw(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, string>);

export const hasDecided = (): boolean => (whoIsIn()?.id ?? '') in decisions;

export function noteDecision(decision: 'agreed' | 'refused'): void {
  decisions = { ...decisions, [whoIsIn()!.id]: decision };
  localStorage.setItem(KEPT, JSON.stringify(decisions));
}
