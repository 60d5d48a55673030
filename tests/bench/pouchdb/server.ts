/**
 * The peer's server: express-pouchdb 4.2 over LevelDB, in a process of its own, as ours is. As npm gives it; or tuned: only the routes
 * that replication needs (`minimumForPouchDB`), without its compression, which on loopback only costs. Says its address in one line.
 */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [packages = '', home = '', how = ''] = process.argv.slice(2);
const fromPeer = createRequire(join(packages, 'package.json'));
const PouchDB = fromPeer('pouchdb-node') as { defaults(options: { prefix: string }): unknown };
const serve = fromPeer('express-pouchdb') as (pouch: unknown, options: object) => unknown;
const express = fromPeer('express') as () => {
  use(path: string, handler: unknown): void;
  listen(port: number, host: string, done: () => void): Server;
};

const app = express();
app.use(
  '/',
  serve(PouchDB.defaults({ prefix: join(home, 'server-') }), {
    // Neither writes into the folder the bench is run from.
    inMemoryConfig: true,
    logPath: join(home, 'log.txt'),
    ...(how === 'tuned' ? { mode: 'minimumForPouchDB', overrideMode: { exclude: ['compression'] } } : {}),
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`);
});
process.stdin.resume().once('end', () => process.exit(0));
