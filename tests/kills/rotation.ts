/** `kill -9` while a laptop's database key is changed: afterwards the passphrase opens it, every page is sound, and all that was answered is there. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '#db/sqlite/open.ts';
import { readRow } from '#db/sqlite/store.ts';
import { ensureDemo } from '#electron/core/clinic/demo.ts';
import { openWithSlot } from '#electron/core/clinic/key-rotation.ts';
import { hostPorts } from '#electron/core/host-ports.ts';
import { openSlot, readSlots } from '#electron/core/keys/slots.ts';
import { clinicFolder } from '#electron/core/session/app-state.ts';
import { createRandom } from '#tests/tools/random.ts';

const ROTATOR = fileURLToPath(new URL('./rotator.ts', import.meta.url));

export interface RotationReport {
  kills: number;
  /** Changes of key that were answered. */
  rotations: number;
  /** Kills that left a change half done, by how it was ended. */
  finished: number;
  forgotten: number;
  problems: string[];
}

export async function rotationRounds(
  home: string,
  kills: number,
  seed: number,
  onKill: (kill: number) => void = () => {},
): Promise<RotationReport> {
  mkdirSync(home, { recursive: true });
  const random = createRandom(seed);
  const ports = hostPorts({ home, defaultServerUrl: null });
  const demo = await ensureDemo(ports, () => {});
  const folder = clinicFolder(ports, demo.clinicId);
  const deviceSecret = await ports.keyStore.deviceSecret();
  const report: RotationReport = { kills: 0, rotations: 0, finished: 0, forgotten: 0, problems: [] };
  const written = new Set<string>();
  for (let kill = 0; kill < kills; kill += 1) {
    const said = await rotateAndKill([home, demo.clinicId, demo.userId, demo.passphrase], random.int(0, 900));
    for (const id of said.written) written.add(id);
    report.rotations += said.rotations;
    const slots = readSlots(folder);
    const secrets = slots === null ? null : await openSlot(slots, demo.userId, demo.passphrase, deviceSecret);
    if (slots === null || secrets === null) {
      report.problems.push(`kill ${kill}: the slot does not open`);
      return report;
    }
    const { opened, slots: after } = openWithSlot(folder, slots, secrets);
    if (!opened.ok) {
      report.problems.push(`kill ${kill}: ${opened.code}`);
      return report;
    }
    if (slots.recoveryNext !== undefined) report[after.recoverySealed === slots.recoveryNext ? 'finished' : 'forgotten'] += 1;
    const { db } = opened;
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') report.problems.push(`kill ${kill}: integrity`);
    for (const id of written) if (readRow(db, 'patient', id) === undefined) report.problems.push(`kill ${kill}: patient ${id} is gone`);
    db.close();
    const again = openDatabase(join(folder, 'ryggrad.db'), secrets.databaseKey);
    if (again.ok) again.db.close();
    else report.problems.push(`kill ${kill}: ${again.code} at the second opening`);
    report.kills += 1;
    onKill(kill);
  }
  return report;
}

async function rotateAndKill(args: string[], afterMs: number): Promise<{ written: string[]; rotations: number }> {
  const child = spawn(process.execPath, [ROTATOR, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  let killed = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    if (line === 'in')
      setTimeout(() => {
        killed = true;
        child.kill('SIGKILL');
      }, afterMs);
  });
  await new Promise((resolve) => child.once('close', resolve));
  if (!killed) throw new Error('the rotator ended by itself');
  const written = said.flatMap((line) => (line.startsWith('wrote ') ? [line.slice(6)] : []));
  return { written, rotations: said.filter((line) => line === 'rotated').length };
}
