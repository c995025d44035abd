/** Calls when the pressed pointer is let go. Not `isDone`: it was taken away, by the browser or by another window. */
export function whenLetGo(then: (isDone: boolean) => void): void {
  const waiting = new AbortController();
  const end = (isDone: boolean) => {
    waiting.abort();
    then(isDone);
  };
  addEventListener('pointerup', () => end(true), { signal: waiting.signal });
  addEventListener('pointercancel', () => end(false), { signal: waiting.signal });
  addEventListener('blur', () => end(false), { signal: waiting.signal });
}
