/** A clinic of a size to measure on: written straight into an encrypted replica, unlocked like any other. */
import { mkdirSync } from 'node:fs';
import { ensureDemo } from '#electron/core/clinic/demo.ts';
import type { Demo } from '#electron/core/clinic/demo.ts';
import { hostPorts } from '#electron/core/host-ports.ts';
import type { Ports } from '#electron/core/ports.ts';
import { writeSyntheticClinic } from '#tests/tools/synthetic-clinic.ts';

export interface BigClinic {
  ports: Ports;
  demo: Demo;
  /** Rows written now; 0 when the clinic stood there already. */
  rows: number;
}

export async function bigClinic(home: string, size: { patients: number; visits: number; seed: number }): Promise<BigClinic> {
  mkdirSync(home, { recursive: true });
  const ports = { ...hostPorts({ home, defaultServerUrl: null }), log: () => {} };
  let rows = 0;
  const demo = await ensureDemo(ports, ({ db, clinicId, actor }) => {
    const { userId: id, name, profession, hprNumber } = actor;
    const written = writeSyntheticClinic(db, {
      clinicId,
      clinicName: 'Syntetisk klinikk',
      practitioners: [{ id, name, profession, hprNumber }],
      ...size,
      today: ports.clock.now(),
    });
    rows = written.rows;
    db.exec('analyze');
  });
  return { ports, demo, rows };
}
