// Addresses inside a face. The path names the page, the query its filters, so that an address can be shared.
export type Route = { path: string; query: URLSearchParams };

export class Router {
  #route: Route;
  /** Which entry of the history this page is, counted from the first. */
  #at = 0;

  /**
   * `base` is where the face lives: "/console". `mayLeave` is asked before a link or Back leads to another page.
   */
  constructor(
    readonly base: string,
    private readonly mayLeave: () => boolean = () => true,
  ) {
    this.#route = $state.raw(this.#read());
    this.#at = history.state?.at ?? 0;
    addEventListener('popstate', (event) => this.#popped(event.state?.at ?? 0));
    document.addEventListener('click', (event) => this.#click(event));
  }

  get path(): string {
    return this.#route.path;
  }

  get query(): URLSearchParams {
    return this.#route.query;
  }

  /** Go to a path of the face: `go('/visits/1', { tab: 'photos' })`. */
  go(path: string, query: Record<string, string> = {}, { replace = false } = {}): void {
    const search = new URLSearchParams(query).toString();
    if (!replace) this.#at += 1;
    history[replace ? 'replaceState' : 'pushState']({ at: this.#at }, '', this.href(path) + (search ? `?${search}` : ''));
    this.#route = this.#read();
  }

  /** Change filters of this page. An empty value removes one. The history gets no entry for each keystroke. */
  filter(changes: Record<string, string>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    this.go(this.path, Object.fromEntries(query), { replace: true });
  }

  href(path: string): string {
    return this.base + path;
  }

  #read(): Route {
    const path = location.pathname.startsWith(this.base) ? location.pathname.slice(this.base.length) : '';
    return { path: path || '/', query: new URLSearchParams(location.search) };
  }

  /** The browser is there already: whoever stays is brought back. */
  #popped(at: number): void {
    if (at !== this.#at && !this.mayLeave()) return history.go(this.#at - at);
    this.#at = at;
    this.#route = this.#read();
  }

  #click(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (!link.pathname.startsWith(`${this.base}/`)) return;
    event.preventDefault();
    if (link.pathname + link.search !== location.pathname + location.search && !this.mayLeave()) return;
    this.go(link.pathname.slice(this.base.length), Object.fromEntries(new URL(link.href).searchParams));
  }
}

/** Find the page of a path: `match('/visits/:id', '/visits/7')` is `{ id: '7' }`, or null. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (pattern === '/') return given.length === 1 ? {} : null;
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(':')) found[part.slice(1)] = decodeURIComponent(given[index]!);
    else if (part !== given[index]) return null;
  }
  return found;
}
