/** Adds patients and changes the database's key, over and over, and says what was answered. Runs until it is killed. */
import { createCore } from '#electron/core/create-core.ts';
import { hostPorts } from '#electron/core/host-ports.ts';

const [home = '', clinicId = '', userId = '', passphrase = ''] = process.argv.slice(2);
const core = createCore(hostPorts({ home, defaultServerUrl: null }));
async function must(verb: string, input: unknown): Promise<unknown> {
  const reply = await core.call(verb, input);
  if (!reply.ok) throw new Error(`${verb}: ${reply.code}`);
  return reply.value;
}

await must('session.unlock', { clinicId, userId, passphrase });
process.stdout.write('in\n');
for (;;) {
  const patient = (await must('patient.create', { givenName: 'Ny', familyName: 'Nøkkel', missingNationalIdReason: 'unknown' })) as {
    id: string;
  };
  process.stdout.write(`wrote ${patient.id}\n`);
  await must('key.rotate', { passphrase });
  process.stdout.write('rotated\n');
}
