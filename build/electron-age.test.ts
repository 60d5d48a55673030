import { expect, test } from 'vitest';

interface Releases {
  read: string;
  newestMajor: number;
  used: { version: string; released: string };
  newestOfItsMajor: { version: string; released: string };
}
const { electronProblems, lockedElectron, recordedReleases, releasesFrom } = (await import(`${import.meta.dirname}/electron-age.mjs`)) as {
  electronProblems(releases: Releases, locked: string, today: string): string[];
  lockedElectron(): string;
  recordedReleases(): Releases;
  releasesFrom(times: Record<string, string>, locked: string, read: string): Releases;
};

test('the Electron in the lockfile was supported, and not two weeks behind, on the day its record was read', () => {
  const recorded = recordedReleases();
  expect(electronProblems(recorded, lockedElectron(), recorded.read)).toEqual([]);
});

test('an old major, an old patch, another lockfile and an old record are each said', () => {
  const times = {
    '42.9.9': '2026-11-01T00:00:00Z',
    '45.1.0': '2026-10-27T00:00:00Z',
    '45.10.0': '2026-11-03T00:00:00Z',
    '46.0.0-beta.1': '2026-11-02T00:00:00Z',
  };
  const current = releasesFrom(times, '45.10.0', '2026-11-04');
  expect(current).toEqual({
    read: '2026-11-04',
    newestMajor: 45,
    used: { version: '45.10.0', released: '2026-11-03' },
    newestOfItsMajor: { version: '45.10.0', released: '2026-11-03' },
  });
  expect(electronProblems(current, '45.10.0', '2026-11-04')).toEqual([]);
  expect(electronProblems(current, '45.9.0', '2026-11-04')).toHaveLength(1);
  expect(electronProblems(current, '45.10.0', '2026-11-20')).toEqual(['the record is of 2026-11-04: npm run electron-releases']);
  const behind = releasesFrom(times, '45.1.0', '2026-11-16');
  expect(electronProblems(behind, '45.1.0', '2026-11-16')).toEqual([]);
  expect(electronProblems(behind, '45.1.0', '2026-11-18')).toEqual(['45.10.0 has been out since 2026-11-03']);
  expect(electronProblems(releasesFrom(times, '42.9.9', '2026-11-04'), '42.9.9', '2026-11-04')).toEqual([
    '42.9.9 is not supported any more',
  ]);
});
