// Writes sw.js: the service worker with the list of this build's files and a version that follows from their content.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';

const NOT_KEPT = /(\.map|\.br|\.gz|sw\.js)$|^\.vite\//;

export function serviceWorker(template: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    writeBundle: {
      sequential: true,
      order: 'post',
      handler({ dir }) {
        const names = readdirSync(dir!, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(dir!, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
          .filter((name) => !NOT_KEPT.test(name))
          .sort();
        const version = createHash('sha256').update(readFileSync(template));
        for (const name of names) version.update(name).update(readFileSync(join(dir!, name)));
        const script = readFileSync(template, 'utf8')
          .replace('__FILES__', JSON.stringify(names.map((name) => config.base + name.replace(/^index\.html$/, ''))))
          .replace('__VERSION__', JSON.stringify(version.digest('hex').slice(0, 12)))
          .replace('__BASE__', JSON.stringify(config.base));
        writeFileSync(join(dir!, 'sw.js'), script);
      },
    },
  };
}
