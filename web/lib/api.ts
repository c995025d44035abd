// The API of the product, typed by openapi/openapi.json.
//
//   const page = await read(api.GET('/api/v1/inbox', { params: { query: { is_open: true } } }));
//
// `read` answers the body or throws a `Problem`: pages show it by `ProblemNote`.
import createClient from 'openapi-fetch';
import { newId } from './ids';
import { lang } from './i18n.svelte';
import type { components, paths } from './schema';
import type { Session } from './session';

export type Schemas = components['schemas'];
type ProblemBody = Omit<Schemas['Problem'], 'params'> & { params: Record<string, unknown> };

/** A refusal of the API, or nobody answered (`code` is `unreachable`). `title` and `detail` are in the reader's language. */
export class Problem extends Error {
  constructor(readonly body: Pick<ProblemBody, 'status' | 'code' | 'title' | 'detail'> & Partial<ProblemBody>) {
    super(body.detail || body.title);
  }
  get code(): string {
    return this.body.code;
  }
  get status(): number {
    return this.body.status;
  }
}

const UNREACHABLE = {
  ru: { title: 'Нет связи с сервером', detail: 'Проверьте сеть и повторите.' },
  en: { title: 'The server does not answer', detail: 'Check the network and try again.' },
};

let session: Session;
const AHEAD = 'brigada.ahead';
/** By how much the server's clock is ahead. Kept, because an app may be opened without network on a phone whose day is wrong. */
let clockAheadMs = Number(localStorage.getItem(AHEAD));

/** Names the session whose token the requests carry. Once, before the first request. */
export function useSession(given: Session): void {
  session = given;
}

/** Now by the server's clock, milliseconds since 1970. Cheap phones have wrong clocks, and deadlines are the server's. */
export function serverNow(): number {
  return Date.now() + clockAheadMs;
}

export const api = createClient<paths>({ baseUrl: '', fetch: send });

const KEY = 'Idempotency-Key';
const BY_CONTENT = 'by content';
/** Keys of what was sent and has no answer yet, by its address and body. */
const unanswered = new Map<string, string>();

async function send(request: Request): Promise<Response> {
  if (request.headers.get(KEY) !== BY_CONTENT) return sendSignedIn(request);
  const content = `${request.url} ${await request.clone().text()}`;
  const key = unanswered.get(content) ?? newId();
  unanswered.set(content, key);
  request.headers.set(KEY, key);
  const answer = await sendSignedIn(request);
  if (answer.status < 500) unanswered.delete(content);
  return answer;
}

async function sendSignedIn(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await sendOnce(request, await session.token());
  if (answer.status !== 401 || (await session.refresh()) !== 'signed-in') return answer;
  return sendOnce(again, await session.token());
}

async function sendOnce(request: Request, token: string): Promise<Response> {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  request.headers.set('Accept-Language', lang());
  const answer = await fetch(request);
  learnClock(answer.headers.get('Date'));
  return answer;
}

/** The header has whole seconds: half a second more is right on average. Small differences are not worth a jump. */
function learnClock(header: string | null): void {
  if (!header) return;
  const ahead = Date.parse(header) + 500 - Date.now();
  if (Math.abs(ahead - clockAheadMs) <= 1500) return;
  clockAheadMs = ahead;
  localStorage.setItem(AHEAD, String(ahead));
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer. Throws a `Problem` for a refusal and when nobody answers. */
export async function read<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await readWhole(asked)).data as T;
}

/** Body and response, for whoever needs a header such as ETag. Throws as `read` does. */
export async function readWhole<T>(asked: Promise<Answer<T>>): Promise<{ data: T | undefined; response: Response }> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure;
    throw new Problem({ status: 0, code: 'unreachable', ...UNREACHABLE[lang()] });
  }
  if (answer.response.ok || answer.response.status === 304) return { data: answer.data, response: answer.response };
  throw problemOf(answer.error, answer.response);
}

function problemOf(error: unknown, response: Response): Problem {
  if (error && typeof error === 'object' && 'code' in error) return new Problem(error as ProblemBody);
  return new Problem({ status: response.status, code: `http_${response.status}`, title: UNREACHABLE[lang()].title, detail: '' });
}

/**
 * The header that makes a creating POST happen once: pressed twice, or sent again because no answer came, it carries the
 * same key. What was answered and is then sent again is another one. `key` is for whoever keeps keys himself.
 */
export const once = (key = BY_CONTENT) => ({ 'Idempotency-Key': key });

/** The header of a change: refused with 412 if somebody else was faster. */
export const ifMatch = (version: number | string) => ({ 'If-Match': `"${version}"` });
