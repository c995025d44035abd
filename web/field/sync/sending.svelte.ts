// Whether the queue is being sent just now.
let isRunning = $state(false);

export const isSending = (): boolean => isRunning;

export function noteSending(running: boolean): void {
  isRunning = running;
}
