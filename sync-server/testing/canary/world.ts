/**
 * The whole server as an operator starts it (`openServer`, config from the environment), with every integration on at its vendor's fake, Redis, Sentry,
 * OpenTelemetry and the log at its loudest; and a clinic with the canary patient in it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { v7 } from 'uuid';
import { derivedId } from '#db/model/ids.ts';
import type { IntegrationName } from '#db/model/message.ts';
import { readConfig } from '../../config.ts';
import { openServer, type OpenServer } from '../../open-server.ts';
import { openLog } from '../../plugins/logging.ts';
import { changeOf, foundClinic, newEncounter, newSection, pushRaw, write, type Laptop } from '../test-clinic.ts';
import { openTestDatabase, type TestDatabase } from '../test-database.ts';
import { openTestReceiver, type TestReceiver } from '../test-receiver.ts';
import { openTestRedis, type TestRedis } from '../test-redis.ts';
import { CANARY_CLINIC, KVITRINE } from './patient.ts';
import type { CanaryRow, CanaryVendor } from './row.ts';

export const PUBLIC_URL = 'https://sync.example.test';
/** A Monday in winter, 10:00 in Oslo. */
export const NOW = '2026-11-30T09:00:00.000Z';

export interface CanaryWorld {
  server: OpenServer;
  database: TestDatabase;
  admin: pg.Client;
  redis: TestRedis;
  sentry: TestReceiver;
  collector: TestReceiver;
  logged: string[];
  laptop: Laptop;
  patientId: string;
  vendors: ReadonlyMap<string, CanaryVendor>;
  /** Bodies of our own answers that were asked for on the way. */
  answers: string[];
  switchOn(name: IntegrationName, options: Record<string, unknown>): Promise<void>;
  /** A message to the patient, as a laptop asks for it. Resolves when the job it made has run, well or not. */
  ask(channel: 'sms' | 'email', templateId: string, more?: Record<string, unknown>): Promise<string>;
  /** A webhook as a vendor calls it. @returns its status */
  call(webhook: { path: string; headers: Record<string, string>; payload: string }): Promise<number>;
  close(): Promise<void>;
}

export async function openCanaryWorld(rows: Readonly<Record<string, CanaryRow>>): Promise<CanaryWorld> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryggrad-canary-'));
  const database = await openTestDatabase();
  const redis = await openTestRedis();
  const [sentry, collector] = [await openTestReceiver(), await openTestReceiver()];
  const now = () => new Date(NOW);
  const vendors = new Map<string, CanaryVendor>();
  for (const [name, row] of Object.entries(rows)) vendors.set(name, await row.open(now));
  const config = readConfig({
    NODE_ENV: 'test',
    RYGGRAD_HOME: home,
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    REDIS_URL: redis.url,
    REDIS_KEY_PREFIX: 'canary:',
    SENTRY_DSN: sentry.dsn,
    SENTRY_TRACES_SAMPLE_RATE: '1',
    SENTRY_PROFILES_SAMPLE_RATE: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    LOG_LEVEL: 'trace',
    PUBLIC_URL,
    FEATURE_AI_ENABLED: 'true',
    ...Object.assign({}, ...[...vendors.values()].map(({ environment }) => environment)),
  });
  const logged: string[] = [];
  const log = openLog('trace', 'json', { write: (line: string) => void logged.push(line) });
  const baseUrls = Object.assign({}, ...[...vendors.values()].map((vendor) => vendor.baseUrls)) as Record<string, string>;
  const server = await openServer({ ...config, registration: 'open' }, log, { now, baseUrls });
  const { app } = server;
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const laptop = await foundClinic(app, { name: 'Klinikken', clinicId: CANARY_CLINIC });
  const patientId = v7();
  const answers: string[] = [];

  /** Waits for the line that says how the job of a request went. */
  const worked = async (requestId: string, ms = 30_000): Promise<boolean> => {
    const done = () => logged.some((line) => line.includes(requestId) && /"msg":"job (?:done|failed)"/.test(line));
    for (const end = Date.now() + ms; !done(); await new Promise((resolve) => setTimeout(resolve, 20))) if (Date.now() > end) return false;
    return true;
  };
  const pushAll = async (drafts: readonly Parameters<typeof changeOf>[1][]) => {
    const answer = await pushRaw(
      app,
      laptop,
      drafts.map((draft) => changeOf(laptop, draft)),
    );
    answers.push(answer.body);
    const outcomes = answer.statusCode === 200 ? answer.json<{ outcomes: { outcome: string }[] }>().outcomes : [];
    if (outcomes.length !== drafts.length || outcomes.some(({ outcome }) => outcome !== 'applied')) throw new Error(answer.body);
    return String(answer.headers['x-request-id']);
  };

  await pushAll(canary(laptop, patientId));
  return {
    server,
    database,
    admin,
    redis,
    sentry,
    collector,
    logged,
    laptop,
    patientId,
    vendors,
    answers,
    async switchOn(name, options) {
      await write(app, laptop, {
        entity: 'integration_setting',
        rowId: derivedId(laptop.clinicId, `integration:${name}`),
        set: { name, enabled: true, options, setById: laptop.userId, setAt: NOW },
      });
    },
    async ask(channel, templateId, more = {}) {
      const [appointmentId, id] = [v7(), v7()];
      const booked = {
        patientId,
        practitionerId: laptop.userId,
        startsAt: '2026-12-01T09:00:00.000Z',
        durationMinutes: 20,
        visitType: 'follow_up',
      };
      const asked = { patientId, appointmentId, channel, templateId, requestedById: laptop.userId, requestedAt: NOW, plannedAt: NOW };
      const requestId = await pushAll([
        { entity: 'appointment', rowId: appointmentId, set: { ...booked, reason: KVITRINE.reason } },
        { entity: 'message', rowId: id, set: { ...asked, ...more } },
      ]);
      if (!(await worked(requestId))) throw new Error('its job has not run');
      return id;
    },
    async call({ path: url, headers, payload }) {
      const answer = await app.inject({ method: 'POST', url, headers, payload });
      answers.push(answer.body);
      // The same news twice make no second job.
      if (answer.statusCode === 204) await worked(String(answer.headers['x-request-id']), 1500);
      return answer.statusCode;
    },
    async close() {
      await server.close();
      await admin.end();
      for (const vendor of vendors.values()) await vendor.close();
      await sentry.close();
      await collector.close();
      await redis.kill();
      await database.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

function canary(laptop: Laptop, patientId: string): Parameters<typeof changeOf>[1][] {
  const visit = newEncounter(laptop, patientId);
  const { givenName, familyName, nationalId, phone, email, address, guardian } = KVITRINE;
  const consent = (channel: string) => ({
    entity: 'channel_consent' as const,
    rowId: derivedId(patientId, `consent:${channel}`),
    set: { patientId, channel, state: 'yes', recordedById: laptop.userId, recordedAt: NOW },
  });
  const person = { givenName, familyName, nationalId, nationalIdKind: 'fnr', birthDate: '1981-07-19', addressLine: address };
  const letter = {
    patientId,
    encounterId: visit.rowId,
    kind: 'epikrise',
    status: 'draft',
    content: { reason: KVITRINE.letter },
    authorId: laptop.userId,
  };
  return [
    { entity: 'patient', rowId: patientId, set: { ...person, phone: phone.slice(3), email } },
    { entity: 'guardian', rowId: v7(), set: { patientId, name: guardian, relation: 'mother', phone: '41937269' } },
    visit,
    newSection(visit.rowId, KVITRINE.note),
    { entity: 'letter', rowId: v7(), set: letter },
    consent('sms'),
    consent('email'),
    consent('recall'),
  ];
}
