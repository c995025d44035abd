// The server's clock for what hundreds of visits show: it moves four times a minute.
import { serverNow } from '$lib/api';

const STEP_MS = 15_000;
let now = $state(serverNow());
setInterval(() => (now = serverNow()), STEP_MS);

/** Now, not older than a quarter of a minute. Whatever reads it is drawn again then. */
export const roughlyNow = () => now;
