// Light, dark, or as the system says.
export type Theme = 'system' | 'light' | 'dark';

const KEPT = 'brigada.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

let chosen = $state<Theme>((localStorage.getItem(KEPT) as Theme | null) ?? 'system');

export const theme = (): Theme => chosen;

export function setTheme(wanted: Theme): void {
  chosen = wanted;
  localStorage.setItem(KEPT, wanted);
  show();
}

function show(): void {
  const isDark = chosen === 'dark' || (chosen === 'system' && system.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}

system.addEventListener('change', show);
show();
