// Who is signed in. The access token lives in the memory of the page alone. The refresh token lies in a cookie that no
// script can read; each face has one of its own, so that a dispatcher and an installer can share a browser.
import type { components } from './schema';

export type Face = 'console' | 'field';
export type Me = components['schemas']['MeOut'];
type Tokens = components['schemas']['TokensOut'];

/** `signed-out`: the server refuses this session. `unreachable`: nobody answered, the session may be good. */
export type Refreshed = 'signed-in' | 'signed-out' | 'unreachable';

const AUTH = '/api/v1/auth';
const EARLY_MS = 30_000;
const PATIENCE_MS = 60_000;

export class Session {
  #access = '';
  #goodUntil = 0;
  #userId = '';
  #refreshing: Promise<Refreshed> | null = null;
  /** Called when the server has refused the session: the page shows the sign-in. */
  onSignedOut: () => void = () => {};

  constructor(readonly face: Face) {}

  /** Where this browser notes whether a session was begun or ended. It is no secret and opens nothing. */
  get #mark(): string {
    return `brigada.${this.face}.session`;
  }

  /**
   * The session was ended here, or nobody has ever used this browser: the server could only refuse. Where something is
   * kept and no session is noted, one may have been begun by a version that noted none.
   */
  get #hasNone(): boolean {
    const noted = localStorage.getItem(this.#mark);
    return noted ? noted === 'ended' : Object.keys(localStorage).every((key) => key.endsWith('.session'));
  }

  /** The access token, renewed if it is about to expire. Empty without a session. */
  async token(): Promise<string> {
    if (Date.now() > this.#goodUntil - EARLY_MS) await this.refresh();
    return this.#access;
  }

  /** What came back from a sign-in. */
  keep(tokens: Tokens): void {
    if (this.#userId && this.#userId !== tokens.user_id) {
      location.reload(); // somebody else has signed in in another tab: this page shows what was another person's
      return;
    }
    this.#userId = tokens.user_id;
    this.#access = tokens.access_token;
    this.#goodUntil = Date.now() + tokens.expires_in_s * 1000;
    localStorage.setItem(this.#mark, 'begun');
  }

  /** Tabs take turns: two that asked at once would spend the same refresh token. */
  refresh(): Promise<Refreshed> {
    this.#refreshing ??= this.#inTurn().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #inTurn(): Promise<Refreshed> {
    if (!navigator.locks) return this.#askAgain(); // not on https: this browser has no locks
    return navigator.locks.request(`brigada.${this.face}.refresh`, () => this.#askAgain());
  }

  async #askAgain(): Promise<Refreshed> {
    if (this.#hasNone) return this.#ended();
    let answer: Response;
    try {
      answer = await post(`${AUTH}/refresh`, { keep_in: this.face });
    } catch {
      return 'unreachable';
    }
    if (answer.ok) {
      this.keep((await answer.json()) as Tokens);
      return 'signed-in';
    }
    return answer.status === 401 ? this.#ended() : 'unreachable';
  }

  #ended(): Refreshed {
    this.#forget();
    this.onSignedOut();
    return 'signed-out';
  }

  /** Answers whether the server has ended the session. If it did not, the session and its cookie are still there. */
  async signOut(): Promise<boolean> {
    const answer = await post(`${AUTH}/sign-out`, { keep_in: this.face }).catch(() => null);
    if (!answer?.ok) return false;
    this.#ended();
    return true;
  }

  #forget(): void {
    this.#access = '';
    this.#goodUntil = 0;
    this.#userId = '';
    localStorage.setItem(this.#mark, 'ended');
  }
}

function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(path, { method: 'POST', body: JSON.stringify(body), headers, signal: AbortSignal.timeout(PATIENCE_MS) });
}
