// The live channel: what happens in the company, as it happens, resumed after what was seen last.
//
// All tabs of a browser share one connection: a server that speaks HTTP/1.1 gets at most six from a browser. The tab that
// holds the lock reads the stream and tells the others.
import { api } from './api';

export type LiveEvent = { id: string; kind: string; happened_at: string; payload: Record<string, unknown> };
/** `reload`: too much was missed, read everything that is shown anew. */
export type Heard = LiveEvent | 'reload';

const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 15_000;
const SILENCE_MS = 40_000; // the server says something every 15 s

const hearers = new Set<(heard: Heard) => void>();
const watchers = new Set<(isConnected: boolean) => void>();
let tabs: BroadcastChannel | null = null;
let reading: AbortController | null = null;
let last = '';

/** Call `hear` with everything that happens from now on. Answers how to stop. */
export function follow(hear: (heard: Heard) => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/** Call `watch` when the connection comes and goes. Answers how to stop. */
export function watchConnection(watch: (isConnected: boolean) => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

/** Begin after this event: the `as_of` of a read, so that nothing between the read and the stream is lost. */
export function resumeAfter(eventId: string): void {
  if (!last) last = eventId;
}

/** Begin to follow for this person. Tabs share a connection only if the same person is signed in in them. */
export function startLive(userId: string): void {
  stopLive();
  const name = `brigada.live.${userId}`;
  const stopped = new AbortController();
  reading = stopped;
  tabs = new BroadcastChannel(name);
  tabs.onmessage = ({ data }: MessageEvent<{ heard?: Heard; connected?: boolean }>) => {
    if (data.heard) tell(data.heard);
    if (data.connected !== undefined) watchers.forEach((watch) => watch(data.connected!));
  };
  const keep = () => keepReading(stopped.signal);
  if (navigator.locks) navigator.locks.request(name, { signal: stopped.signal }, keep).catch(() => {}); // stopped while it waited
  else void keep();
}

/** Nobody is signed in any more. */
export function stopLive(): void {
  reading?.abort();
  tabs?.close();
  [reading, tabs, last] = [null, null, ''];
}

async function keepReading(stopped: AbortSignal): Promise<void> {
  let pause = PAUSE_MS;
  while (!stopped.aborted) {
    try {
      await readStream(stopped, () => {
        pause = PAUSE_MS;
        say(true);
        if (!last) hearMissed(); // it begins now, and what was read a moment ago may be older
      });
    } catch {
      // The connection broke; it is opened again below.
    }
    if (stopped.aborted) return;
    say(false);
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, PAUSE_MAX_MS);
  }
}

async function readStream(stopped: AbortSignal, onOpen: () => void): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const { response } = await api.GET('/api/v1/live', {
    params: { query: last ? { after: last } : {} },
    parseAs: 'stream',
    signal: AbortSignal.any([silence.signal, stopped]),
  });
  if (!response.ok || !response.body) throw new Error(`live: ${response.status}`);
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      const messages = (text + value).replaceAll('\r\n', '\n').split('\n\n');
      text = messages.pop()!;
      for (const message of messages) hearMessage(message);
    }
  } finally {
    clearTimeout(timer);
  }
}

function hearMessage(message: string): void {
  const fields = new Map<string, string>();
  for (const line of message.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  if (!fields.has('data')) return;
  if (fields.get('event') === 'live.reload') return hearMissed();
  const heard = JSON.parse(fields.get('data')!) as LiveEvent;
  tell(heard);
  tabs?.postMessage({ heard });
}

/** Something may have been missed: whatever is shown is read anew. */
function hearMissed(): void {
  tell('reload');
  tabs?.postMessage({ heard: 'reload' });
}

function tell(heard: Heard): void {
  if (heard !== 'reload') {
    if (heard.id === last) return;
    last = heard.id;
  }
  hearers.forEach((hear) => hear(heard));
}

function say(connected: boolean): void {
  watchers.forEach((watch) => watch(connected));
  tabs?.postMessage({ connected });
}
