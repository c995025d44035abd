// Whether the server can be reached: what the browser says, and whether the last request was answered.
let browserSays = $state(navigator.onLine);
let isAnswered = $state(true);

export const isOnline = (): boolean => browserSays && isAnswered;

export function noteAnswer(answered: boolean): void {
  isAnswered = answered;
}

addEventListener('online', () => {
  browserSays = true;
  isAnswered = true;
});
addEventListener('offline', () => (browserSays = false));
