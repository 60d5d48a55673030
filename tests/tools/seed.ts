/**
 * `npm run seed -- --patients N --visits M [--seed S] [--home DIR]`: a synthetic, marked clinic into RYGGRAD_HOME, the
 * same for the same seed. An existing demo clinic is left as it is.
 */
import { parseArgs } from 'node:util';
import { bigClinic } from '#tests/bench/big-clinic.ts';

const { values } = parseArgs({
  options: {
    patients: { type: 'string', default: '1000' },
    visits: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    home: { type: 'string' },
  },
});
const home = values.home ?? process.env['RYGGRAD_HOME'];
if (home === undefined || home === '') {
  process.stderr.write('Say where: --home DIR, or RYGGRAD_HOME.\n');
  process.exit(1);
}
const began = performance.now();
const { demo, rows } = await bigClinic(home, {
  patients: Number(values.patients),
  visits: Number(values.visits),
  seed: Number(values.seed),
});
process.stdout.write(`seeded rows=${rows} ms=${Math.round(performance.now() - began)} user=${demo.email} passphrase=${demo.passphrase}\n`);
