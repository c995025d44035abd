// Arrow keys through a list whose rows have a link each.

/** `{@attach rowKeys()}` on a table: ↑ and ↓ go through the links of its rows. `hear` gets every other key. */
export const rowKeys =
  (hear: (event: KeyboardEvent) => void = () => {}) =>
  (list: HTMLElement): (() => void) => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') stepThrough(list, event.key === 'ArrowDown' ? 1 : -1, event);
      else hear(event);
    };
    list.addEventListener('keydown', onKey);
    return () => list.removeEventListener('keydown', onKey);
  };

/** Focus the next or the previous link of the rows. */
export function stepThrough(list: HTMLElement | undefined, step: 1 | -1, event: Event): void {
  const links = [...(list?.querySelectorAll<HTMLElement>('tbody a[href]:not([tabindex="-1"]), [data-row]') ?? [])];
  const here = links.findIndex((one) => one.closest('tr') === document.activeElement?.closest('tr'));
  const there = links[Math.max(0, here + step)];
  if (!there || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  there.focus();
}
