/**
 * The sending process is really killed (SIGKILL) at each step of a send, and at moments the seed decides; another takes over. One effect per
 * intent: by SMS one message, since Twilio can be asked; by e-mail never two, and where nobody can know a person decides.
 * RYGGRAD_SIGKILL_ROUNDS=100 does it a hundred times at each (RYGGRAD_SIGKILL_SEED, RYGGRAD_SIGKILL_VENDORS=twilio,smtp,sendgrid,outlook).
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import { SEND_STEPS, type SendStep } from './core/messages/deps.ts';
import { openFakeEmail, type FakeEmailVendors } from './integrations/email/fake.ts';
import type { SendOrder } from './testing/send-process.ts';
import { changeOf, foundClinic, newPatient, push, write, type Laptop } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestMessages, type TestMessages } from './testing/test-messages.ts';

const NOW = '2026-11-30T09:00:00.000Z';
const ROUNDS = Number(process.env['RYGGRAD_SIGKILL_ROUNDS'] ?? 1);
const VENDORS = (process.env['RYGGRAD_SIGKILL_VENDORS'] ?? 'twilio,smtp').split(',');
/** A process takes a second to begin, and ten where others want the machine too. */
const LIMIT_MS = 60_000 + ROUNDS * 30_000;
let seed = Number(process.env['RYGGRAD_SIGKILL_SEED'] ?? 20261128);
/** mulberry32. */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

/** What may have become of it when the process died there: the state, and how many went out. */
const EMAIL: Readonly<Record<SendStep, readonly [string, number]>> = {
  begin: ['sent', 1],
  // Claimed and not sent, which looks from outside like claimed and sent.
  claimed: ['unknown', 0],
  'before-vendor': ['unknown', 0],
  'after-vendor': ['unknown', 1],
  settling: ['unknown', 1],
  settled: ['sent', 1],
};

describe('a sender that is killed with SIGKILL', () => {
  let database: TestDatabase;
  let server: TestMessages;
  let mail: FakeEmailVendors;
  let laptop: Laptop;
  beforeAll(async () => {
    database = await openTestDatabase('embedded');
    const environment = { SMS_RATE_LIMIT_PER_CLINIC: '100000', EMAIL_RATE_LIMIT_PER_CLINIC: '100000' };
    server = await openTestMessages(database, { works: false, environment, email: async (now) => (mail = await openFakeEmail(now)) });
    server.time.now = new Date(NOW);
    laptop = await foundClinic(server.app);
  });
  afterAll(async () => {
    await server?.close();
    await mail?.close();
    await database?.close();
  });

  let people = 0;
  async function ask(channel: 'sms' | 'email'): Promise<{ id: string; to: string }> {
    people += 1;
    const patient = newPatient();
    const { rowId: patientId } = patient;
    const id = v7();
    const reach = { phone: `+47${94_000_000 + people}`, email: `killed-${people}@post.example.test` };
    const consent = { patientId, channel, state: 'yes', recordedById: laptop.userId, recordedAt: NOW };
    const message = { patientId, channel, templateId: 'notice', requestedById: laptop.userId, requestedAt: NOW, plannedAt: NOW };
    const drafts = [
      { ...patient, set: { ...patient.set, ...reach } },
      { entity: 'channel_consent' as const, rowId: derivedId(patientId, `consent:${channel}`), set: consent },
      { entity: 'message' as const, rowId: id, set: message },
    ];
    await push(
      server.app,
      laptop,
      drafts.map((draft) => changeOf(laptop, draft)),
    );
    return { id, to: channel === 'sms' ? reach.phone : reach.email };
  }
  const stateOf = (id: string) =>
    withClinic(
      server.pool,
      laptop.clinicId,
      async (tx) => (await tx.query<{ state: string }>('select state from message where id = $1', [id])).rows[0]?.state,
    );
  const goneTo = (to: string): number => [...server.vendors.sent, ...mail.sent].filter((one) => one.to === to).length;

  /** What the process needs of the environment for this vendor alone: each SDK takes a while to load. */
  function environmentOf(vendor: string): Record<string, string> {
    const all = { ...server.vendors.environment, ...mail.environment };
    const own = Object.entries(all).filter(([name]) => name.startsWith(`${vendor.toUpperCase()}_`) || name === 'EMAIL_FROM');
    return { ...Object.fromEntries(own), SMS_RATE_LIMIT_PER_CLINIC: '100000', EMAIL_RATE_LIMIT_PER_CLINIC: '100000' };
  }

  interface Sender {
    /** @returns by which signal it ended, null when it came to its end */
    runs(order: Pick<SendOrder, 'before' | 'send' | 'step' | 'afterMs'>): Promise<NodeJS.Signals | null>;
  }
  /** Begun ahead of its work: it loads while the one before it is at it. */
  function openSender(vendor: string): Sender {
    const file = join(import.meta.dirname, 'testing/send-process.ts');
    const child = spawn(process.execPath, [file], { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => (code === null || code === 0 ? resolve(signal) : reject(new Error(`it ended with ${code}`))));
    });
    ended.catch(() => {});
    return {
      runs(order) {
        const baseUrls = { ...server.vendors.baseUrls, ...mail.baseUrls };
        const about = { url: database.appUrl, environment: environmentOf(vendor), baseUrls, now: NOW, clinicId: laptop.clinicId };
        child.stdin.end(`${JSON.stringify({ ...about, ...order } satisfies SendOrder)}\n`);
        return ended;
      },
    };
  }

  describe.each(VENDORS)('by %s', (vendor) => {
    const channel = vendor === 'twilio' || vendor === 'telnyx' ? 'sms' : 'email';
    const ends = new Map<string, number>();
    const tell = (name: string) => ends.set(name, (ends.get(name) ?? 0) + 1);
    beforeAll(async () => {
      await write(server.app, laptop, {
        entity: 'integration_setting',
        rowId: derivedId(laptop.clinicId, `integration:${channel}`),
        set: { name: channel, enabled: true, options: { providers: [vendor] }, setById: laptop.userId, setAt: NOW },
        base: { enabled: 999, options: 999, setById: 999, setAt: 999 },
      });
    });
    afterEach(() => {
      // For who runs it by hand: how the rounds ended.
      if (ROUNDS > 1) process.stdout.write(`${vendor}: ${[...ends].map(([name, count]) => `${name} ${count}`).join(', ')}\n`);
      ends.clear();
    });

    it.each(SEND_STEPS)(`at "%s", ${ROUNDS} times: one effect, and its state is known`, { timeout: LIMIT_MS }, async (step) => {
      let left: { id: string; to: string } | undefined;
      const settled = async () => {
        if (left === undefined) return;
        const [state, count] = channel === 'sms' ? ['sent', 1] : EMAIL[step];
        expect(goneTo(left.to)).toBe(count);
        expect(await stateOf(left.id)).toBe(state);
        tell(`${step}: ${String(state)}/${count}`);
      };
      let next = openSender(vendor);
      for (let round = 0; round < ROUNDS; round += 1) {
        const [sender, asked] = [next, await ask(channel)];
        next = openSender(vendor);
        // The one that comes finds what the killed one left, and is killed in its turn.
        expect(await sender.runs({ before: left === undefined ? [] : [left.id], send: [asked.id], step, afterMs: null })).toBe('SIGKILL');
        await settled();
        left = asked;
      }
      expect(await next.runs({ before: [left?.id ?? ''], send: [], step: null, afterMs: null })).toBeNull();
      await settled();
    });

    it(`at any moment, ${ROUNDS} times: never two, and none is forgotten`, { timeout: LIMIT_MS }, async () => {
      let left: { id: string; to: string } | undefined;
      const settled = async () => {
        if (left === undefined) return;
        const state = await stateOf(left.id);
        const count = goneTo(left.to);
        tell(`any: ${String(state)}/${count}`);
        expect(channel === 'sms' ? ['sent/1'] : ['sent/1', 'unknown/0', 'unknown/1']).toContain(`${String(state)}/${count}`);
      };
      let next = openSender(vendor);
      for (let round = 0; round < ROUNDS; round += 1) {
        const [sender, asked] = [next, await ask(channel)];
        next = openSender(vendor);
        await sender.runs({
          before: left === undefined ? [] : [left.id],
          send: [asked.id],
          step: null,
          afterMs: Math.round(random() * 60),
        });
        await settled();
        left = asked;
      }
      await next.runs({ before: [left?.id ?? ''], send: [], step: null, afterMs: null });
      await settled();
    });
  });
});
