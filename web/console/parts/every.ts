// A list of the API that is needed whole.
type Page<T> = { items: T[]; next_cursor?: string | null };

/** Everything of a list, page by page. */
export async function every<T>(ask: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let next: string | null | undefined;
  do {
    const page: Page<T> = await ask(next ? { cursor: next } : {});
    found.push(...page.items);
    next = page.next_cursor;
  } while (next);
  return found;
}
