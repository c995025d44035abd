// Writes .br and .gz beside every built text file, so that the application never compresses while it answers.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export const STATIC = join(import.meta.dirname, '../../app/web/static');
const TEXT = /\.(js|mjs|css|html|svg|json|webmanifest)$/;
const SMALLEST = 600; // a smaller file fits into one packet anyway

for (const face of ['console', 'field']) {
  const folder = join(STATIC, face);
  rmSync(join(folder, '.vite'), { recursive: true, force: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = readFileSync(path);
    if (plain.length < SMALLEST) continue;
    writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  }
}
