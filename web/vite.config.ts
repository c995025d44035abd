// One build a face:  FACE=console|field vite build.  `vite` alone serves a face with a proxy to a running API.
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { serviceWorker } from './build/service-worker-plugin.ts';

const face = process.env.FACE ?? 'console';
const here = import.meta.dirname;

export default defineConfig({
  root: resolve(here, face),
  base: `/${face}/`,
  publicDir: resolve(here, face, 'public'),
  resolve: { alias: { $lib: resolve(here, 'lib') } },
  server: { proxy: { '/api': process.env.API ?? 'http://127.0.0.1:8000', '/tiles': process.env.API ?? 'http://127.0.0.1:8000' } },
  build: {
    outDir: resolve(here, '../app/web/static', face),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the content security policy allows no inlined pictures of scripts
    reportCompressedSize: false,
    manifest: true,
  },
  plugins: [svelte({ configFile: false }), ...(face === 'field' ? [serviceWorker(resolve(here, 'field/service-worker.js'))] : [])],
});
