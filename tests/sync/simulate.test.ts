/** A small share of the simulation for every run; more with RYGGRAD_SCHEDULES, one with RYGGRAD_SEED. */
import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

const first = Number(process.env['RYGGRAD_SEED'] ?? 1);
const schedules = Number(process.env['RYGGRAD_SCHEDULES'] ?? (process.env['RYGGRAD_SEED'] === undefined ? 25 : 1));

/** 3: an edit over a newer text beneath one's own; 2188, 2268: writing on in a section of a visit signed meanwhile. */
test.each([3, 2188, 2268])('seed %i, which once failed', async (seed) => {
  expect(await simulate(seed)).toMatchObject({ lost: [], diverged: [], duplicated: 0 });
});

test(`${schedules} schedules of three laptops, from seed ${first}: nothing lost, nothing twice, all equal`, async () => {
  let writes = 0;
  let conflicts = 0;
  for (let seed = first; seed < first + schedules; seed += 1) {
    const outcome = await simulate(seed);
    expect({ seed, lost: outcome.lost, diverged: outcome.diverged, duplicated: outcome.duplicated }).toEqual({
      seed,
      lost: [],
      diverged: [],
      duplicated: 0,
    });
    writes += outcome.writes;
    conflicts += outcome.conflicts;
  }
  // A simulation in which nobody disagrees proves nothing.
  expect(writes / schedules).toBeGreaterThan(30);
  expect(conflicts).toBeGreaterThan(schedules / 4);
});
