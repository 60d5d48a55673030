/** One row for each integration there is (integrations/index.ts): its paths with the canary patient, and what of her may leave by it. */
import { changeOf, newAttachment, pushRaw, request } from '../test-clinic.ts';
import { openTestS3 } from '../test-s3.ts';
import { openFakeModel, type FakeModel } from '../../integrations/ai/fake.ts';
import { openFakeEmail, type EmailMood, type FakeEmailVendors } from '../../integrations/email/fake.ts';
import { openFakeVendors, type FakeVendors, type Mood } from '../../integrations/sms/fake.ts';
import { KVITRINE } from './patient.ts';
import { DOOR_MOODS, openMoodyDoor, type MoodyDoor } from './moody-door.ts';
import { helfo } from './helfo-row.ts';
import { canaryRow, type CanaryRow, type CanaryVendor } from './row.ts';
import { webhooks } from './webhooks-row.ts';
import type { CanaryWorld } from './world.ts';

type Paths<Vendor extends CanaryVendor> = CanaryRow<Vendor>['paths'];

const SMS_MOODS: readonly Mood[] = [
  'well',
  'slow',
  'throttled',
  'broken',
  'broken-after',
  'garbage',
  'lost',
  'refused',
  'locked',
  'gone',
  'closed',
];
const EMAIL_MOODS: readonly EmailMood[] = [
  'well',
  'slow',
  'throttled',
  'broken',
  'broken-after',
  'garbage',
  'lost',
  'refused',
  'locked',
  'gone',
  'closed',
];

async function check({ server, laptop, answers }: CanaryWorld, name: string): Promise<void> {
  answers.push((await request(server.app, laptop, 'POST', `/v1/integrations/${name}/check`, {})).body);
}

/** A webhook that says everything of her, with a signature that is not theirs. */
const forged = (path: string, contentType: string, headers: Record<string, string>) => ({
  path,
  headers: { 'content-type': contentType, ...headers },
  payload:
    contentType === 'application/json' ? JSON.stringify([{ ...KVITRINE, event: 'delivered' }]) : new URLSearchParams(KVITRINE).toString(),
});

const sms = canaryRow<CanaryVendor & { fake: FakeVendors }>({
  may: ['phone'],
  sends: ['phone'],
  async open(now) {
    const fake = await openFakeVendors(now);
    return {
      fake,
      environment: { ...fake.environment, SMS_TIMEOUT_MS: '1000', SMS_RATE_LIMIT_PER_PATIENT: '100' },
      baseUrls: fake.baseUrls,
      outgoing: () => [...fake.bodies, ...fake.asked].join('\n'),
      close: () => fake.close(),
    };
  },
  paths: {
    ...Object.fromEntries(
      (['twilio', 'telnyx'] as const).flatMap((provider) =>
        SMS_MOODS.map((mood) => [
          `${provider} ${mood}`,
          async (world: CanaryWorld, { fake }: { fake: FakeVendors }) => {
            await world.switchOn('sms', { providers: [provider] });
            fake.mood[provider] = mood;
            await world.ask('sms', 'confirmation');
            await check(world, 'sms');
            fake.mood[provider] = 'well';
          },
        ]),
      ),
    ),
    'fail-over': async (world, { fake }) => {
      await world.switchOn('sms', { providers: ['twilio', 'telnyx'] });
      fake.mood.twilio = 'throttled';
      await world.ask('sms', 'confirmation');
      fake.mood.twilio = 'well';
    },
    'answers, deliveries, and the same twice': async (world, { fake }) => {
      for (const provider of ['twilio', 'telnyx'] as const) {
        await world.switchOn('sms', { providers: [provider] });
        await world.ask('sms', 'confirmation');
        const sent = fake.sent.at(-1);
        if (sent === undefined) throw new Error('nothing was sent');
        for (const status of ['delivered', 'failed', 'nonsense']) await world.call(fake.status(sent, status));
        const answer = fake.answer(provider, KVITRINE.phone, KVITRINE.reply);
        for (const one of [answer, answer]) await world.call(one);
      }
    },
    'webhooks with wrong signatures': async (world, { fake }) => {
      const twilio = fake.answer('twilio', KVITRINE.phone, KVITRINE.reply);
      const bad = [
        { ...twilio, payload: `${twilio.payload}&Extra=1` },
        { ...twilio, headers: { ...twilio.headers, 'x-twilio-signature': Buffer.from(KVITRINE.note).toString('base64') } },
        forged('/api/v1/webhooks/twilio', 'application/x-www-form-urlencoded', { 'x-twilio-signature': 'AAAA' }),
        forged('/api/v1/webhooks/telnyx', 'application/json', { 'telnyx-timestamp': '1', 'telnyx-signature-ed25519': KVITRINE.nationalId }),
      ];
      for (const one of bad) if ((await world.call(one)) !== 401) throw new Error('a forged webhook was taken');
      await world.call({ ...forged('/api/v1/webhooks/nobody', 'application/json', {}), payload: `{"x":"${KVITRINE.note}` });
    },
    'her own words from the desk': async (world) => {
      await world.switchOn('sms', { providers: ['twilio'] });
      // What somebody at the desk writes to her is theirs to say; that it names no health is held to by rule, so this one is blocked.
      await world.ask('sms', 'answer', { body: `Hei ${KVITRINE.givenName}, gjelder ${KVITRINE.note} og diagnosen din` });
    },
  },
});

const email = canaryRow<CanaryVendor & { fake: FakeEmailVendors }>({
  may: ['email'],
  sends: ['email'],
  async open(now) {
    const fake = await openFakeEmail(now);
    return {
      fake,
      environment: { ...fake.environment, EMAIL_TIMEOUT_MS: '1000', EMAIL_RATE_LIMIT_PER_PATIENT: '100' },
      baseUrls: fake.baseUrls,
      outgoing: () => [...fake.bodies, ...fake.asked].join('\n'),
      close: () => fake.close(),
    };
  },
  paths: {
    ...(Object.fromEntries(
      (['smtp', 'sendgrid', 'outlook'] as const).flatMap((provider) =>
        EMAIL_MOODS.map((mood) => [
          `${provider} ${mood}`,
          async (world: CanaryWorld, { fake }: { fake: FakeEmailVendors }) => {
            await world.switchOn('email', { providers: [provider] });
            fake.mood[provider] = mood;
            await world.ask('email', mood === 'well' ? 'notice' : 'confirmation');
            await check(world, 'email');
            fake.mood[provider] = 'well';
          },
        ]),
      ),
    ) as Paths<CanaryVendor & { fake: FakeEmailVendors }>),
    'bounces and complaints': async (world, { fake }) => {
      await world.switchOn('email', { providers: ['sendgrid'] });
      await world.ask('email', 'notice');
      const sent = fake.sent.at(-1);
      if (sent === undefined) throw new Error('nothing was sent');
      const news = (event: string) => fake.news(sent, event, { reason: `550 ${KVITRINE.email} ${KVITRINE.note}`, type: 'bounce' });
      const signed = fake.webhook([news('delivered'), news('bounce'), news('open')]);
      for (const one of [signed, signed]) await world.call(one);
    },
    'webhooks with wrong signatures': async (world, { fake }) => {
      const good = fake.webhook([{ ...KVITRINE, event: 'delivered' }]);
      const bad = [{ ...good, payload: `${good.payload} ` }, forged('/api/v1/webhooks/sendgrid', 'application/json', {})];
      for (const one of bad) if ((await world.call(one)) !== 401) throw new Error('a forged webhook was taken');
    },
  },
});

/** A picture of her, with her words in it; of a bucket's operator's business is none of it. */
const storage = canaryRow<CanaryVendor & { door: MoodyDoor }>({
  may: [],
  sends: [],
  async open() {
    const s3 = await openTestS3();
    const door = await openMoodyDoor(String(s3.environment['S3_ENDPOINT']));
    return {
      door,
      environment: { ...s3.environment, S3_ENDPOINT: door.url, S3_TIMEOUT_MS: '1000' },
      baseUrls: {},
      outgoing: () => [...door.asked, ...[...s3.objects()].flatMap(([name, bytes]) => [name, bytes.toString('latin1')])].join('\n'),
      async close() {
        await door.close();
        await s3.close();
      },
    };
  },
  paths: Object.fromEntries(
    DOOR_MOODS.map((mood) => [
      `attachment ${mood}`,
      async (world: CanaryWorld, { door }: { door: MoodyDoor }) => {
        const { server, laptop, patientId, answers } = world;
        const file = Buffer.concat([
          Buffer.from('89504e470d0a1a0a', 'hex'),
          Buffer.from(`${mood} ${Object.values(KVITRINE).join(' ')} `.repeat(50)),
        ]);
        const attachment = newAttachment(laptop, patientId, file);
        const titled = { ...attachment, set: { ...attachment.set, title: KVITRINE.letter } };
        await pushRaw(server.app, laptop, [changeOf(laptop, titled)]);
        const before = door.asked.length;
        door.mood = mood;
        const put = () => request(server.app, laptop, 'PUT', `/v1/attachments/${attachment.rowId}/content/0`, file);
        answers.push((await put()).body);
        answers.push((await request(server.app, laptop, 'POST', `/v1/attachments/${attachment.rowId}/content/complete`, {})).body);
        answers.push((await request(server.app, laptop, 'GET', `/v1/attachments/${attachment.rowId}/content`)).body);
        await check(world, 'storage');
        door.mood = 'well';
        if (door.asked.length === before) throw new Error('the bucket was not asked');
        const whole = await put();
        if (whole.statusCode >= 300) throw new Error(whole.body);
        // It comes back to the laptop whole: what lies in the bucket is hers, and says nothing.
        await request(server.app, laptop, 'POST', `/v1/attachments/${attachment.rowId}/content/complete`, {});
        const back = await request(server.app, laptop, 'GET', `/v1/attachments/${attachment.rowId}/content/0`);
        if (!back.rawPayload.equals(file)) throw new Error(`not what was put: ${back.statusCode}`);
      },
    ]),
  ),
});

const AI_MOODS = [
  'well',
  'slow',
  'throttled',
  'broken',
  'rejected',
  'garbage',
  'page',
  'hangs',
  'stalls',
  'cut',
  'ends',
  'long',
  'refuses',
  'filtered',
] as const;

/** A model is told the clinician's words of her, and not whose they are: the laptop has put marks where she is named (db/rules/ai-…). */
const ai = canaryRow<CanaryVendor & { fake: FakeModel }>({
  may: ['note'],
  sends: ['note'],
  async open() {
    const fake = await openFakeModel();
    return {
      fake,
      environment: { ...fake.environment, AI_TIMEOUT_MS: '1000' },
      baseUrls: fake.baseUrls,
      outgoing: () => fake.bodies.join('\n'),
      close: () => fake.close(),
    };
  },
  paths: {
    ...Object.fromEntries(
      AI_MOODS.map((mood) => [
        `draft ${mood}`,
        async (world: CanaryWorld, { fake }: { fake: FakeModel }) => {
          await world.switchOn('ai', {});
          fake.mood = mood;
          const before = fake.bodies.length;
          const answer = await draft(world, `[PASIENT-1] har ${KVITRINE.note}.`);
          await check(world, 'ai');
          fake.mood = 'well';
          if (fake.bodies.length === before) throw new Error(`the model was not asked: ${answer.body}`);
        },
      ]),
    ),
    'who she is, forgotten by a laptop': async (world, { fake }) => {
      await world.switchOn('ai', {});
      const before = fake.bodies.length;
      for (const field of ['nationalId', 'phone', 'email'] as const) {
        const answer = await draft(world, `Pasienten ${KVITRINE[field]} har ${KVITRINE.note}.`);
        world.answers.push(answer.body);
        if (answer.statusCode < 400) throw new Error(`${field} was not refused`);
      }
      if (fake.bodies.length !== before) throw new Error('the model was asked');
    },
  },
});

function draft({ server, laptop, patientId }: CanaryWorld, text: string) {
  const asked = { task: 'letter', patientId, sources: [{ n: 1, part: 'subjective', text }], codes: [] };
  return request(server.app, laptop, 'POST', '/v1/ai/drafts', asked);
}

export const CANARY_ROWS: Readonly<Record<string, CanaryRow>> = { sms, email, ai, storage, webhooks, helfo };
