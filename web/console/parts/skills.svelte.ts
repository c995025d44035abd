// Skills by the names that the company gave them. Read once a session, when the first of them is shown.
import { api, read } from '$lib/api';

let names = $state.raw(new Map<string, string>());
let reading: Promise<void> | null = null;

/** The name of a skill. Its code, until the names have come. */
export function skillName(code: string): string {
  reading ??= readAll().catch(() => {
    reading = null;
  });
  return names.get(code) ?? code;
}

async function readAll(): Promise<void> {
  const { items } = await read(api.GET('/api/v1/skills'));
  names = new Map(items.map((skill) => [skill.code, skill.name]));
}
