/** An hour at the desk in a core of its own: searches, charts, typing, codes; then says how much memory it holds, in bytes. */
import { createCore } from '#electron/core/create-core.ts';
import { hostPorts } from '#electron/core/host-ports.ts';
import { must } from './must.ts';

const [home = '', clinicId = '', userId = '', passphrase = ''] = process.argv.slice(2);
const core = createCore({ ...hostPorts({ home, defaultServerUrl: null }), log: () => {} });
await must(core, 'session.unlock', { clinicId, userId, passphrase });
for (let round = 0; round < 60; round += 1) {
  const { hits } = await must<{ hits: { id: string }[] }>(core, 'patient.search', {
    query: 'abdefghijklmnorstv'[round % 18] ?? 'a',
    limit: 20,
  });
  const patientId = hits[round % Math.max(1, hits.length)]?.id;
  if (patientId === undefined) continue;
  const { id: encounterId } = await must<{ id: string }>(core, 'encounter.start', { patientId, visitType: 'follow_up' });
  for (let write = 0; write < 20; write += 1)
    await must(core, 'section.write', { encounterId, key: 'subjective', text: 'Bedre siden sist. '.repeat(write + 1) });
  await must(core, 'encounter.get', { id: encounterId });
  await must(core, 'code.search', { query: 'ryg', system: 'icd-10' });
  await must(core, 'patient.timeline', { patientId });
  await must(core, 'day.looseEnds', { day: '2026-11-23' });
}
process.stdout.write(String(process.memoryUsage().rss));
await core.close();
