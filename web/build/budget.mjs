// Fails the build when what a face loads first has grown beyond its budget (gzip, kB = 1,000 bytes).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const STATIC = join(import.meta.dirname, '../../app/web/static');
const BUDGET = { console: 60_000, field: 35_000 };

let isOver = false;
for (const [face, budget] of Object.entries(BUDGET)) {
  const shell = join(STATIC, face, 'index.html');
  const html = readFileSync(shell, 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\/\w+\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const files = [shell, ...names.map((name) => join(STATIC, face, name))].filter(existsSync);
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
  console.log(`${face}: first load ${(bytes / 1000).toFixed(1)} kB of ${budget / 1000} kB (${files.length} files)`);
  isOver ||= bytes > budget;
}
process.exit(isOver ? 1 : 0);
