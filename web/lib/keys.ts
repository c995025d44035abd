// Keys of a page. A letter is bound by its place on the keyboard (`KeyT`), because a Russian layout sends «е» for T.
export type Keys = Record<string, (event: KeyboardEvent) => void>;

/** Bind keys, named as "KeyT", "Slash", "Ctrl+KeyZ", "Alt+ArrowDown". Not while somebody writes. Answers how to unbind. */
export function bindKeys(keys: Keys): () => void {
  const hear = (event: KeyboardEvent) => {
    const act = keys[nameOf(event)];
    if (!act || (isWriting(event.target) && event.code !== 'Escape') || document.querySelector('dialog[open]')) return;
    if (event.code !== 'Escape') event.preventDefault(); // else a popover would stay open
    act(event);
  };
  addEventListener('keydown', hear);
  return () => removeEventListener('keydown', hear);
}

function nameOf(event: KeyboardEvent): string {
  const held = [(event.ctrlKey || event.metaKey) && 'Ctrl', event.altKey && 'Alt', event.shiftKey && 'Shift'];
  return [...held.filter(Boolean), event.code].join('+');
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]') !== null;
}
