/** A laptop that delivers an import, in a process of its own: `url invited rows`. Says when it begins and when the server has answered all. */
import { drained, enter, type Invited } from '#tests/sync/clinic.ts';
import { writeDocuments } from './documents.ts';

const [url = '', invited = '', rows = ''] = process.argv.slice(2);
const laptop = await enter(url, JSON.parse(invited) as Invited);
await drained(laptop);
await laptop.engine().stop();
writeDocuments(laptop, 0, Number(rows));
const began = performance.now();
process.stdout.write('begins\n');
laptop.engine().start();
await laptop.engine().syncNow();
const { pending } = laptop.engine().status();
if (pending > 0) throw new Error(`${pending} changes were not taken`);
process.stdout.write(`${(performance.now() - began) / 1000}\n`);
await laptop.close();
process.exit(0);
