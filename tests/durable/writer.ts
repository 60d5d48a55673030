/**
 * A laptop that only writes: numbered patients and one text that says the number, each in a transaction with its entry in the queue and in the
 * log, through the core's own way of writing into the encrypted database. Says each number once it is answered. Runs until it is killed, or
 * `--commits` have been made; half way it closes the file and opens it again.
 */
import { appendFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLaptop } from '#tests/sync/laptop.ts';
import { TEXT_ID, WRITER } from './judge.ts';

const { values } = parseArgs({
  options: { home: { type: 'string' }, commits: { type: 'string' }, acks: { type: 'string' }, plant: { type: 'string' } },
});
const laptop = createLaptop({ ...WRITER, kept: { home: values.home ?? '', keySeed: new Uint8Array(32).fill(1) } });
const before = (laptop.db.prepare('select count(*) as n from patient').get() as { n: number }).n;
const commits = Number(values.commits ?? Number.POSITIVE_INFINITY);
/** What `synchronous=FULL` is for. A reopened WAL database falls back to it by itself. */
const plant = (): void => {
  if (values.plant === 'normal') laptop.db.pragma('synchronous=NORMAL');
};
plant();
for (let n = before + 1; n <= before + commits; n += 1) {
  laptop.write('patient.create', (ctx) => {
    ctx.insert('patient', { givenName: `Nr ${n}`, familyName: 'Kontrollert' });
    ctx.put('phrase', TEXT_ID, { abbreviation: 'nr', text: `nr ${n}` }, { autosave: true });
  });
  if (values.acks === undefined) writeSync(1, `${n}\n`);
  else appendFileSync(values.acks, `${n}\n`);
  if (n === before + Math.trunc(commits / 2)) {
    await laptop.restart();
    plant();
  }
}
// Ends as a power cut would end it: nothing is closed.
process.kill(process.pid, 'SIGKILL');
