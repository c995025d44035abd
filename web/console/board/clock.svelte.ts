// The server's clock for what is shown: by the second for countdowns, by the quarter of a minute for the rest.
import { serverNow } from '$lib/api';

const COARSE_MS = 15_000;
let second = $state(serverNow());
let coarse = $state(serverNow());

export const now = () => second;
/** Changes four times a minute, so that hundreds of visits need not look each second. */
export const roughlyNow = () => coarse;

/** Keep the clock running. Use in `$effect`: it answers how to stop. */
export function runClock(): () => void {
  const tick = () => {
    second = serverNow();
    if (Math.abs(second - coarse) >= COARSE_MS) coarse = second;
  };
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
