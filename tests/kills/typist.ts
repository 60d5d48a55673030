/**
 * Types a note through the window's own autosave into a real core, and says on stdout what it has typed and when.
 * Runs until it is killed: the process that `kill -9` is about.
 */
import { hostPorts } from '#electron/core/host-ports.ts';
import { createCore } from '#electron/core/create-core.ts';
import { createAutosave } from '#renderer/features/chart/autosave.ts';

const [home = '', clinicId = '', userId = '', passphrase = '', encounterId = '', already = '0'] = process.argv.slice(2);
const core = createCore(hostPorts({ home, defaultServerUrl: null }));
const unlocked = await core.call('session.unlock', { clinicId, userId, passphrase });
if (!unlocked.ok) throw new Error(unlocked.code);
const chart = await core.call('encounter.get', { id: encounterId });
if (!chart.ok) throw new Error(chart.code);
const section = (chart.value as { sections: { key: string; text: string }[] }).sections.find((row) => row.key === 'subjective');
let text = section?.text ?? '';
let typed = Number(already);

const autosave = createAutosave({
  write: async (whole) => (await core.call('section.write', { encounterId, key: 'subjective', text: whole })).ok,
  onState: () => {},
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  now: () => performance.now(),
});
process.stdout.write(`found ${text.length}\n`);
setInterval(() => {
  typed += 1;
  text += ` ord${typed}`;
  autosave.changed(text);
  process.stdout.write(`typed ${typed} ${Date.now()}\n`);
}, 45);
