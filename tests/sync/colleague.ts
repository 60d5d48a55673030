/** A second laptop of a clinic, as people get one: the colleague is added, a code made, and the clinic joined with it. */
import { PASSPHRASE, type TestLaptop } from '#electron/core/testing.ts';
import type { InputOf } from '#electron/contract/index.ts';
import { until } from './laptop.ts';

/** Until all that was written has been taken in. */
export const inSync = (laptop: TestLaptop) =>
  until(
    () => laptop.must('sync.now', {}),
    ({ pending, state }) => pending === 0 && (state === 'in_sync' || state === 'attention'),
    'in sync',
    60_000,
  );

/** @returns the colleague's id; their laptop is unlocked as them */
export async function joinColleague(
  first: TestLaptop,
  theirs: TestLaptop,
  serverUrl: string,
  person: Pick<InputOf<'user.add'>, 'name' | 'email' | 'roles'>,
): Promise<string> {
  const colleague = await first.must('user.add', { ...person, profession: null, hprNumber: null, validUntil: null, passphrase: null });
  await inSync(first);
  const { code } = await first.must('device.invite', { userId: colleague.id });
  const joined = await theirs.must('clinic.join', {
    code: code.includes('#') ? code : `${serverUrl}#${code}`,
    deviceName: 'Loftet',
    passphrase: PASSPHRASE,
  });
  await theirs.must('session.unlock', { ...joined, passphrase: PASSPHRASE });
  return colleague.id;
}
