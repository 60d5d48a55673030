/**
 * Keeps everything of every clinic under its key in force: gives clinics new keys, seals anew what lies under older ones (or in the clear,
 * from a version before there was sealing, or in the form of the earlier product), retires a key when nothing is under it any more, and
 * wraps the clinics' keys under the operator's newest.
 *
 * Nothing is remembered between steps but what the database says: each step is one small transaction, and whoever is killed begins again
 * at the first value that is not done. The clinic works on meanwhile; both keys are known until the older is retired.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { withClinic, type Pool } from '#db/postgres/open.ts';
import { allClinics } from '#db/postgres/queries/compaction.ts';
import { feedLeft, SEALED_STORES, type Left } from '#db/postgres/queries/sealing.ts';
import {
  dueForNewKey,
  forgetMasters,
  hasRotationTurn,
  keyInForce,
  markSealed,
  newKey,
  retireOlderKeys,
  rewrapKeys,
} from '#db/postgres/queries/clinic-keys.ts';

export interface RotationDeps {
  pool: Pool;
  now(): Date;
  /** Age in days at which a clinic gets a new key; undefined: never by itself. */
  rotationDays: number | undefined;
  /** Under which of the operator's keys the clinics' keys lie at the end. */
  newestMaster: string;
  /** For tests: called before each step commits; what it throws is a kill. */
  onStep?(step: string): void;
}

export interface Rotated {
  clinicId: string;
  /** What is still not under the key in force: it does not open, or waits for the key of the earlier product. */
  left: Left;
}

const BATCH = 200;

/** One turn over all clinics. @returns clinics that are not done; another copy may be at them */
export async function keepSealed(deps: RotationDeps): Promise<Rotated[]> {
  const unfinished: Rotated[] = [];
  for (const clinicId of await allClinics(deps.pool)) {
    const left = await keepClinicSealed(deps, clinicId);
    if (left.waiting > 0) unfinished.push({ clinicId, left });
  }
  await forgetMasters(deps.pool, deps.newestMaster);
  return unfinished;
}

/** The same for one clinic. @returns what is left of it, as far as it is ours to do */
export async function keepClinicSealed({ pool, now, rotationDays, onStep }: RotationDeps, clinicId: string): Promise<Left> {
  const step: Step = (name, run) =>
    withClinic(pool, clinicId, async (tx) => {
      const result = await run(tx);
      onStep?.(name);
      return result;
    });
  await step('rewrap', (tx) => rewrapKeys(tx));
  if (rotationDays !== undefined) {
    const before = new Date(now().getTime() - rotationDays * DAY_MS);
    await step('new-key', async (tx) => ((await dueForNewKey(tx, before)) ? newKey(tx) : undefined));
  }
  const { sealedAt, keys } = await withClinic(pool, clinicId, (tx) => keyInForce(tx));
  return sealedAt !== null && keys === 1 ? NOTHING : ((await sealAll(clinicId, step)) ?? NOTHING);
}

const DAY_MS = 86_400_000;
const NOTHING: Left = { waiting: 0, legacy: 0 };
type Step = <T>(name: string, run: Parameters<typeof withClinic<T>>[2]) => Promise<T>;

/** @returns what is left; undefined when another copy has the turn */
async function sealAll(clinicId: string, step: Step): Promise<Left | undefined> {
  for (const store of SEALED_STORES) {
    let after: string | null = null;
    do {
      const began = performance.now();
      const reached: string | null | undefined = await step(store.name, async (tx) =>
        (await hasRotationTurn(tx)) ? store.step(tx, after, BATCH) : undefined,
      );
      if (reached === undefined) return undefined;
      after = reached;
      // Half of the time is the clinic's: the step held its lock.
      if (after !== null) await sleep(performance.now() - began);
    } while (after !== null);
  }
  // Not under the lock: what lies under an older key only ever becomes less, since nothing new is sealed with it.
  const left = await step('count', async (tx) => {
    const { id } = await keyInForce(tx);
    const sum = { waiting: await feedLeft(tx, id), legacy: 0 };
    for (const store of SEALED_STORES) {
      const { waiting, legacy } = await store.left(tx, id);
      sum.waiting += waiting;
      sum.legacy += legacy;
    }
    return sum;
  });
  if (left.waiting === 0) {
    await step('retire', async (tx) => {
      await retireOlderKeys(tx);
      await markSealed(tx);
    });
  }
  return left;
}

const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;

/** Runs it every hour; a failure is said and tried again at the next turn. */
export function startKeyRotation(deps: RotationDeps, log: { warn(fields: object, message: string): void }) {
  let timer: NodeJS.Timeout;
  let running: Promise<void> = Promise.resolve();
  const turn = (): void => {
    running = keepSealed(deps)
      .then(
        (unfinished) => {
          for (const { clinicId, left } of unfinished)
            log.warn(
              { clinic: clinicId, ...left },
              left.legacy > 0
                ? 'values are not under their clinic’s key, some of the earlier product: set ENCRYPTION_KEY and ENCRYPTION_IV'
                : 'values are not under their clinic’s key',
            );
        },
        (error: unknown) => log.warn({ err: error }, 'keys were not kept up'),
      )
      .finally(() => {
        timer = setTimeout(turn, EVERY_MS).unref();
      });
  };
  timer = setTimeout(turn, FIRST_MS).unref();
  return {
    async stop(): Promise<void> {
      clearTimeout(timer);
      await running;
      clearTimeout(timer);
    },
  };
}
