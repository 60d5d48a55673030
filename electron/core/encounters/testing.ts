/** A clinic at work, for tests of charting: a chiropractor, a patient, and notes in the fewest words. */
import type { InputOf } from '#electron/contract/index.ts';
import type { VisitType } from '#db/model/encounter.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import { err } from '#electron/contract/verb.ts';
import { handlers } from '../handlers.ts';
import { service } from '../use-case.ts';
import { openClinic, PASSPHRASE, testLaptop } from '../testing.ts';
import type { TestLaptop } from '../testing.ts';

export interface Practice {
  readonly laptop: TestLaptop;
  readonly call: TestLaptop['call'];
  readonly must: TestLaptop['must'];
  readonly clinicId: string;
  readonly userId: string;
  patient(fields?: Partial<InputOf<'patient.create'>>): Promise<string>;
  /** A visit with everything it needs to be signed. */
  ready(patientId: string, visitType?: VisitType, text?: string): Promise<string>;
  signed(patientId: string, visitType?: VisitType, text?: string): Promise<string>;
  /** Adds a colleague and works as them until `asFirst`. */
  asColleague(roles: InputOf<'user.add'>['roles']): Promise<string>;
  asFirst(): Promise<void>;
  /** The core's own connection, for looking at what lies in the tables. */
  db(): Promise<SqliteDatabase>;
  close(): Promise<void>;
}

/** @param options.fetch its network; none unless given */
export async function openPractice(options: { fetch?: typeof fetch } = {}): Promise<Practice> {
  let opened: SqliteDatabase | null = null;
  // Tests look into the tables through a verb they need for nothing else.
  // With a network they need `sync.now` itself.
  const looked = options.fetch === undefined ? 'sync.now' : 'job.dead';
  const look = service(looked, async ({ clinic }) => {
    opened = clinic?.db ?? null;
    return err('server/not-connected');
  });
  const laptop = testLaptop({ handlers: [...handlers.filter((handler) => handler.verb !== looked), look], ...options });
  const { clinicId, userId } = await openClinic(laptop);
  const { call, must } = laptop;
  let born = 0;
  const practice: Practice = {
    laptop,
    call,
    must,
    clinicId,
    userId,
    async patient(fields = {}) {
      born += 1;
      return (
        await must('patient.create', {
          givenName: 'Kari',
          familyName: `Prøve${born}`,
          birthDate: '1979-01-01',
          missingNationalIdReason: 'foreign',
          ...fields,
        })
      ).id;
    },
    async ready(patientId, visitType = 'follow_up', text = 'funn') {
      const { id } = await must('encounter.start', { patientId, visitType });
      const rule = visitTypeOf(visitType);
      for (const { key, required } of rule.sections)
        if (required) await must('section.write', { encounterId: id, key, text: `${key}: ${text}` });
      if (rule.redFlags)
        for (const { key } of redFlagsOf('low-back'))
          await must('redFlag.answer', { encounterId: id, region: 'low-back', question: key, answer: 'no', comment: null });
      await must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L03' });
      return id;
    },
    async signed(patientId, visitType, text) {
      const id = await practice.ready(patientId, visitType, text);
      await must('encounter.sign', { id, patientId });
      laptop.pass(60_000);
      return id;
    },
    async asColleague(roles) {
      const email = `kollega-${roles.join('-').toLowerCase()}@bakken.example`;
      const user = await must('user.add', {
        name: 'Kollega Dal',
        email,
        roles,
        profession: null,
        hprNumber: null,
        validUntil: null,
        passphrase: PASSPHRASE,
      });
      await must('session.unlock', { clinicId, userId: user.id, passphrase: PASSPHRASE });
      return user.id;
    },
    async asFirst() {
      await must('session.unlock', { clinicId, userId, passphrase: PASSPHRASE });
    },
    async db() {
      await call(looked, {});
      if (opened === null) throw new Error('no clinic is open');
      return opened;
    },
    close: () => laptop.close(),
  };
  return practice;
}
