/** One signature for a run of changes: whatever is forged, cut, moved or another's in it is refused, and each stays its actor's. */
import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import type { KeptProof } from '#db/postgres/queries/push.ts';
import { actorSignature, CHAIN_START, headText } from '#db/sync/chain.ts';
import { PROTOCOL_VERSION, type Change } from '#db/sync/change.ts';
import { acceptChanges } from './core/accept-changes.ts';
import { changeHash } from './core/change-hash.ts';
import { isProven } from './core/kept-proofs.ts';
import { postgresStore } from './core/record-store.ts';
import { keysOf } from './core/signatures.ts';
import { addColleague, changeOf, foundClinic, newPatient, push, type Draft, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let laptop: Laptop;
beforeAll(async () => {
  database = await openTestDatabase('embedded');
  server = await openTestServer(database);
  laptop = await foundClinic(server.app);
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});
const rows = <T extends object>(sql: string, values: unknown[] = []) =>
  withClinic(server.pool, laptop.clinicId, async (tx) => (await tx.query<T>(sql, values)).rows);

interface Writer {
  userId: string;
  key: KeyObject;
  head: string;
}
const writer = (of: { userId: string; key: KeyObject }): Writer => ({ userId: of.userId, key: of.key, head: CHAIN_START });

/** The next change of this person's chain. */
function next(by: Writer, draft: Draft = newPatient()): Change {
  const change = { ...changeOf(laptop, draft), actor: by.userId };
  const after = by.head;
  by.head = hash('sha256', headText(after, changeHash(change).toString('hex')), 'hex');
  return { ...change, actorSignature: actorSignature(after, sign(null, Buffer.from(by.head, 'hex'), by.key).toString('base64url')) };
}
const nextOf = (by: Writer, count: number) => Array.from({ length: count }, () => next(by));
const NOBODYS = generateKeyPairSync('ed25519').privateKey;
/** The same link under a signature that holds for nobody. */
function unsigned(change: Change): Change {
  const [after = ''] = change.actorSignature.split('.');
  return { ...change, actorSignature: actorSignature(after, sign(null, Buffer.alloc(32), NOBODYS).toString('base64url')) };
}
const renamed = (change: Change): Change => ({ ...change, set: { ...change.set, familyName: 'Forfalsket' } });
const renumbered = (changes: Change[]): Change[] => {
  const first = Math.min(...changes.map(({ n }) => n));
  laptop.next = first + changes.length;
  return changes.map((change, i) => ({ ...change, n: first + i }));
};
async function outcomesOf(changes: Change[]): Promise<string[]> {
  const { outcomes } = await push(server.app, laptop, changes);
  return outcomes.map(({ outcome, code }) => code ?? outcome);
}
const BAD = 'actor/signature';

/** Every accepted change in these places is shown to be its actor's by the ledger and the kept proofs alone. */
async function expectProven(from: number, to: number): Promise<KeptProof[]> {
  const ledger = await rows<{ n: number; hash: string; actor: string; outcome: string }>(
    `select n, hash, actor, outcome ->> 'outcome' as outcome from ledger where device_id = $1 order by n`,
    [laptop.deviceId],
  );
  const proofs = await rows<KeptProof>(
    `select actor, public_key as "publicKey", from_n as "fromN", to_n as "toN", after, tail, signature from change_proof
     where device_id = $1 and to_n >= $2 and from_n <= $3 order by from_n`,
    [laptop.deviceId, from, to],
  );
  const shown = new Set<number>();
  for (const proof of proofs) {
    const run = ledger.filter(({ n, actor }) => n >= proof.fromN && n <= proof.toN && actor === proof.actor);
    const hashes = run.map((entry) => entry.hash);
    expect(isProven(proof, hashes)).toBe(true);
    expect(isProven(proof, [...hashes.slice(0, -1), 'f'.repeat(64)])).toBe(false);
    for (const { n } of run) shown.add(n);
  }
  const accepted = ledger.filter(({ n, outcome }) => n >= from && n <= to && outcome !== 'rejected');
  expect(accepted.filter(({ n }) => !shown.has(n))).toEqual([]);
  return proofs;
}

describe('a chain of changes', () => {
  it('is proven by the signature at its end, which is kept', async () => {
    const changes = nextOf(writer(laptop), 6).map((change, i) => (i < 5 ? unsigned(change) : change));
    expect(await outcomesOf(changes)).toEqual(Array(6).fill('applied'));
    const proofs = await expectProven(changes[0]!.n, changes[5]!.n);
    // One signature, however many batches a busy machine made of them.
    expect(proofs.at(0)?.fromN).toBe(changes[0]!.n);
    expect(proofs.at(-1)).toMatchObject({ toN: changes[5]!.n, tail: [] });
    expect(new Set(proofs.map(({ signature }) => signature))).toEqual(new Set([changes[5]!.actorSignature.slice(65)]));
  });

  it('does not carry what was forged in it, wherever it stands', async () => {
    const forgedInside = nextOf(writer(laptop), 4);
    forgedInside[1] = renamed(forgedInside[1]!);
    expect(await outcomesOf(forgedInside)).toEqual(['applied', BAD, 'applied', 'applied']);
    const forgedAtItsEnd = nextOf(writer(laptop), 3);
    forgedAtItsEnd[2] = renamed(forgedAtItsEnd[2]!);
    expect(await outcomesOf(forgedAtItsEnd)).toEqual(['applied', 'applied', BAD]);
    const unsignedAtItsEnd = nextOf(writer(laptop), 3);
    unsignedAtItsEnd[2] = unsigned(unsignedAtItsEnd[2]!);
    expect(await outcomesOf(unsignedAtItsEnd)).toEqual(['applied', 'applied', BAD]);
    await expectProven(forgedInside[0]!.n, unsignedAtItsEnd[2].n);
    expect(await rows("select 1 from patient where family_name = 'Forfalsket'")).toEqual([]);
  });

  it('stands for nothing beyond a place where it was cut or put in another order', async () => {
    const [a, b, c, d] = nextOf(writer(laptop), 4).map((change, i) => (i < 3 ? unsigned(change) : change));
    // The end says nothing of what no longer leads to it.
    expect(await outcomesOf(renumbered([a!, b!, d!]))).toEqual([BAD, BAD, 'applied']);
    const [e, f, g] = nextOf(writer(laptop), 3);
    expect(await outcomesOf(renumbered([unsigned(f!), unsigned(e!), g!]))).toEqual([BAD, BAD, 'applied']);
    expect(c!.id).not.toBe(d!.id);
  });

  it("is one person's: nobody is carried by another's signature, and two may take turns", async () => {
    const colleague = await addColleague(server.app, laptop, ['PRACTITIONER']);
    const key = generateKeyPairSync('ed25519');
    const publicKey = String(key.publicKey.export({ format: 'jwk' }).x);
    const admin = writer(laptop);
    const vouched = next(admin, {
      entity: 'signing_key',
      rowId: v7(),
      set: { userId: colleague.userId, deviceId: laptop.deviceId, publicKey },
    });
    const other = writer({ userId: colleague.userId, key: key.privateKey });
    const turns = [vouched, next(admin), next(other), next(admin), next(other), next(other)];
    expect(await outcomesOf(turns)).toEqual(Array(6).fill('applied'));
    await expectProven(turns[0]!.n, turns[5]!.n);

    // In the colleague's name, on their head, by the other's key: and what they wrote themselves before it stands.
    const own = next(other);
    const inTheirName = next({ ...other, key: laptop.key });
    // On the colleague's head, in one's own name: one's own, and says nothing of theirs.
    const onTheirHead = next({ ...writer(laptop), head: other.head });
    const unsignedOfTheirs = unsigned(next({ ...other, head: onTheirHead.actorSignature.slice(0, 64) }));
    expect(await outcomesOf([own, inTheirName, onTheirHead, unsignedOfTheirs])).toEqual(['applied', BAD, 'applied', BAD]);
    await expectProven(own.n, unsignedOfTheirs.n);
  });

  it('lets a key stand alone: what was signed before it is proven by the key before it', async () => {
    const before = writer(laptop);
    const first = nextOf(before, 2);
    const pair = generateKeyPairSync('ed25519');
    const publicKey = String(pair.publicKey.export({ format: 'jwk' }).x);
    const key = next(before, { entity: 'signing_key', rowId: v7(), set: { userId: laptop.userId, deviceId: laptop.deviceId, publicKey } });
    const after = nextOf({ ...before, key: pair.privateKey }, 2);
    expect(await outcomesOf([...first, key, ...after])).toEqual(Array(5).fill('applied'));
    await expectProven(first[0]!.n, after[1]!.n);
    laptop.key = pair.privateKey;
  });

  it('is tried against a handful of keys, whatever a push brings: the newest that are known, and the first that come', async () => {
    const keyOf = (userId: string) => {
      const pair = generateKeyPairSync('ed25519');
      return {
        key: pair.privateKey,
        set: { userId, deviceId: laptop.deviceId, publicKey: String(pair.publicKey.export({ format: 'jwk' }).x) },
      };
    };
    const brought = Array.from({ length: 100 }, () => ({ entity: 'signing_key', set: keyOf(laptop.userId).set }));
    expect(keysOf([], brought).get(laptop.userId)?.size).toBeLessThanOrEqual(8);
    // Whoever was given many over the years goes on with the last.
    const by = writer(laptop);
    const many = Array.from({ length: 9 }, () => keyOf(laptop.userId));
    for (const { key, set } of many) {
      expect(await outcomesOf([next(by, { entity: 'signing_key', rowId: v7(), set }), next({ ...by, key })])).toEqual([
        'applied',
        'applied',
      ]);
      by.key = key;
    }
    expect(await outcomesOf([next(by)])).toEqual(['applied']);
    laptop.key = by.key;
  });

  it('and changes signed one by one, as an older laptop does, go side by side; neither form passes for the other', async () => {
    const by = writer(laptop);
    const alone = changeOf(laptop, newPatient());
    const mixed = [alone, next(by), changeOf(laptop, newPatient()), next(by)];
    expect(await outcomesOf(mixed)).toEqual(Array(4).fill('applied'));
    await expectProven(alone.n, mixed[3]!.n);
    const disguised = changeOf(laptop, newPatient());
    const asAlone = next(by);
    const wrong = [
      { ...disguised, actorSignature: actorSignature(CHAIN_START, disguised.actorSignature) },
      { ...asAlone, actorSignature: asAlone.actorSignature.slice(65) },
    ];
    expect(await outcomesOf(wrong)).toEqual([BAD, BAD]);
  });

  it('sent again after a kill gives the same answers and proofs for what was new', async () => {
    const changes = nextOf(writer(laptop), 6);
    const half = await push(server.app, laptop, changes.slice(0, 3));
    const whole = await push(server.app, laptop, changes);
    expect(whole.outcomes.slice(0, 3)).toEqual(half.outcomes);
    expect((await push(server.app, laptop, changes)).outcomes).toEqual(whole.outcomes);
    const proofs = await expectProven(changes[0]!.n, changes[5]!.n);
    expect(proofs.map(({ toN }) => toN)).toContain(changes[2]!.n);
    expect(proofs.map(({ fromN }) => fromN)).toContain(changes[3]!.n);
    const other = changes.map((change, i) => (i === 4 ? renamed(change) : change));
    expect(await outcomesOf(other)).toEqual(['applied', 'applied', 'applied', 'applied', 'change/hash-mismatch', 'applied']);
  });

  it('whose batch ran out of time is kept with what its signature covers besides', async () => {
    const changes = nextOf(writer(laptop), 5).map((change, i) => (i < 4 ? unsigned(change) : change));
    let now = 0;
    const deps = { store: postgresStore(server.pool), epoch: 'e', now: () => new Date(), elapsed: () => (now += 30) };
    const principal = {
      kind: 'device',
      clinicId: laptop.clinicId,
      deviceId: laptop.deviceId,
      audience: 'clinical',
      levelMissing: false,
      revoked: false,
      roles: [],
    } as const;
    const request = { protocol: PROTOCOL_VERSION, deviceId: laptop.deviceId, changes, audit: [] };
    const done = await acceptChanges(deps, { ...principal, userId: laptop.userId }, request);
    expect(done.ok && done.value.outcomes.map(({ outcome }) => outcome)).toEqual(Array(5).fill('applied'));
    const proofs = await expectProven(changes[0]!.n, changes[4]!.n);
    expect(proofs.length).toBeGreaterThan(1);
    expect(proofs[0]?.tail).not.toEqual([]);
  });
});
