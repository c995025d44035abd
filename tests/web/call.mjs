// Calls functions of the faces that need no browser. Each line of stdin is a list of [module, function, arguments]; each
// line of stdout is the list of what they answer.
import { createInterface } from 'node:readline';

const web = process.argv[2];
const { createServer } = await import(`${web}/node_modules/vite/dist/node/index.js`);
const vite = await createServer({
  root: web, configFile: false, appType: 'custom', logLevel: 'error', server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true }, resolve: { alias: { $lib: `${web}/lib` } },
});

for await (const line of createInterface({ input: process.stdin })) {
  const answers = [];
  for (const [module, name, args] of JSON.parse(line)) answers.push((await vite.ssrLoadModule(`/${module}`))[name](...args) ?? null);
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
await vite.close();
