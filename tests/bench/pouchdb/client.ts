/**
 * The peer's laptops: PouchDB 9 over LevelDB, two of them in one process, as ours are. Takes the documents as JSON lines on
 * stdin; what it measured goes to stdout as one line of JSON, in ms.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Doc {
  _id: string;
}
interface Replication {
  on(event: 'paused', run: () => void): void;
  cancel(): void;
}
interface Db {
  bulkDocs(docs: readonly Doc[]): Promise<unknown>;
  put(doc: Doc): Promise<unknown>;
  info(): Promise<{ doc_count: number }>;
  replicate: Record<'to' | 'from', (url: string, options: object) => Promise<{ ok: boolean }> & Replication>;
  changes(options: object): { on(event: 'change', run: (change: { id: string }) => void): void; cancel(): void };
}

const [packages = '', home = '', url = '', pushesText = '', writesText = '', batchText] = process.argv.slice(2);
const [pushes, writes] = [Number(pushesText), Number(writesText)];
const PouchDB = createRequire(join(packages, 'package.json'))('pouchdb-node') as new (name: string, options?: object) => Db;
const remote = `${url}/clinic`;
/** Without a number it replicates as it does by itself, 100 documents a request. */
const options = batchText === undefined ? {} : { batch_size: Number(batchText) };
const docs: Doc[] = [];
for await (const line of createInterface({ input: process.stdin })) docs.push(JSON.parse(line) as Doc);

const first = new PouchDB(join(home, 'first'));
const second = new PouchDB(join(home, 'second'));
await new PouchDB(remote).info();

async function write(some: readonly Doc[]): Promise<void> {
  for (let at = 0; at < some.length; at += 500) await first.bulkDocs(some.slice(at, at + 500));
}
async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

await write(docs.slice(0, pushes));
const pushMs = await timed(() => first.replicate.to(remote, options));
await write(docs.slice(pushes));
await first.replicate.to(remote, options);
const loadMs = await timed(() => second.replicate.from(remote, options));
const { doc_count: loaded } = await second.info();
if (loaded !== docs.length) throw new Error(`${loaded} of ${docs.length} documents came`);

const live = { ...options, live: true, retry: true };
const up = first.replicate.to(remote, live);
const down = second.replicate.from(remote, live);
await Promise.all([up, down].map((one) => new Promise<void>((resolve) => one.on('paused', resolve))));
const arrived = new Map<string, () => void>();
const watch = second.changes({ live: true, since: 'now' });
watch.on('change', ({ id }) => arrived.get(id)?.());
const propagation: number[] = [];
for (let n = 0; n < writes; n += 1) {
  const doc = { ...docs[n % docs.length], _id: `new-${n}` };
  propagation.push(
    await timed(async () => {
      const here = new Promise<void>((resolve) => arrived.set(doc._id, resolve));
      await first.put(doc);
      await here;
    }),
  );
}
process.stdout.write(`${JSON.stringify({ pushMs, loadMs, propagation })}\n`, () => process.exit(0));
