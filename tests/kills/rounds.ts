/**
 * `kill -9` at random moments while somebody types. After each: the database opens, every page is sound, at most one
 * second of typing is missing, and no outbox entry is half or lost.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createCore } from '#electron/core/create-core.ts';
import { ensureDemo } from '#electron/core/clinic/demo.ts';
import { hostPorts } from '#electron/core/host-ports.ts';
import { openSlot, readSlots } from '#electron/core/keys/slots.ts';
import { clinicFolder } from '#electron/core/session/app-state.ts';
import { openDatabase } from '#db/sqlite/open.ts';
import { join } from 'node:path';
import { outboxProblems } from '#tests/durable/judge.ts';
import { createRandom } from '#tests/tools/random.ts';

export interface KillReport {
  rounds: number;
  /** Longest stretch of typing that was missing after a kill, in ms. */
  worstMissingMs: number;
  words: number;
  problems: string[];
}

const TYPIST = fileURLToPath(new URL('./typist.ts', import.meta.url));

export async function killRounds(
  home: string,
  rounds: number,
  seed: number,
  onRound: (round: number) => void = () => {},
): Promise<KillReport> {
  mkdirSync(home, { recursive: true });
  const random = createRandom(seed);
  const ports = hostPorts({ home, defaultServerUrl: null });
  const demo = await ensureDemo(ports, () => {});
  const core = createCore(ports);
  const must = async (verb: string, input: unknown): Promise<unknown> => {
    const reply = await core.call(verb, input);
    if (!reply.ok) throw new Error(`${verb}: ${reply.code}`);
    return reply.value;
  };
  await must('session.unlock', { clinicId: demo.clinicId, userId: demo.userId, passphrase: demo.passphrase });
  const { id: patientId } = (await must('patient.create', {
    givenName: 'Drepte',
    familyName: 'Prosesser',
    missingNationalIdReason: 'unknown',
  })) as { id: string };
  const { id: encounterId } = (await must('encounter.start', { patientId, visitType: 'follow_up' })) as { id: string };
  await core.close();

  const report: KillReport = { rounds: 0, worstMissingMs: 0, words: 0, problems: [] };
  let last = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { typed, killedAt } = await typeAndKill(
      [home, demo.clinicId, demo.userId, demo.passphrase, encounterId, String(last)],
      random.int(50, 2500),
    );
    const slots = readSlots(clinicFolder(ports, demo.clinicId));
    const secrets = slots === null ? null : await openSlot(slots, demo.userId, demo.passphrase, await ports.keyStore.deviceSecret());
    if (secrets === null) throw new Error('the slot does not open');
    const opened = openDatabase(join(clinicFolder(ports, demo.clinicId), 'ryggrad.db'), secrets.databaseKey);
    if (!opened.ok) {
      report.problems.push(`round ${round}: ${opened.code}`);
      break;
    }
    const { db } = opened;
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') report.problems.push(`round ${round}: integrity`);
    const text =
      (
        db.prepare("select text from note_section where encounter_id = ? and key = 'subjective'").get(encounterId) as
          | { text: string }
          | undefined
      )?.text ?? '';
    const kept = Number(/ord(\d+)$/.exec(text)?.[1] ?? '0');
    for (let word = 1; word <= kept; word += 1)
      if (!text.includes(`ord${word}`)) report.problems.push(`round ${round}: word ${word} is gone`);
    const firstMissing = typed.find((entry) => entry.n > kept);
    if (firstMissing !== undefined) report.worstMissingMs = Math.max(report.worstMissingMs, killedAt - firstMissing.at);
    report.problems.push(...outboxProblems(db).map((problem) => `round ${round}: ${problem}`));
    last = kept;
    report.words = kept;
    report.rounds += 1;
    db.close();
    onRound(round);
  }
  return report;
}

interface Typed {
  n: number;
  at: number;
}

async function typeAndKill(args: string[], afterMs: number): Promise<{ typed: Typed[]; killedAt: number }> {
  const child = spawn(process.execPath, [TYPIST, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const typed: Typed[] = [];
  let killedAt = 0;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [what, n, at] = line.split(' ');
    if (what === 'found')
      setTimeout(() => {
        killedAt = Date.now();
        child.kill('SIGKILL');
      }, afterMs);
    if (what === 'typed') typed.push({ n: Number(n), at: Number(at) });
  });
  await new Promise((resolve) => child.once('exit', resolve));
  if (killedAt === 0) throw new Error('the typist ended by itself');
  return { typed: typed.filter((entry) => entry.at <= killedAt), killedAt };
}
