/**
 * How old the Electron is that we ship (security.md §2, 16: a supported major, at most two weeks behind its patches). npm's dates stand in
 * electron-releases.json, so that the question has an answer without a network; `npm run electron-releases` reads them anew.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './bootstrap.mjs';

const RECORD = path.join(ROOT, 'build', 'electron-releases.json');
const DAY_MS = 24 * 60 * 60 * 1000;
/** Electron supports so many majors at a time. */
const SUPPORTED = 3;
const MOST_DAYS = 14;

/**
 * @typedef {{ read: string, newestMajor: number, used: { version: string, released: string }, newestOfItsMajor: { version: string, released: string } }} Releases
 * @param {Releases} releases @param {string} locked version in the lockfile @param {string} today the day on which it is judged
 * @returns {string[]} what is wrong; empty when it may be shipped
 */
export function electronProblems(releases, locked, today) {
  const problems = [];
  const { used, newestOfItsMajor, newestMajor, read } = releases;
  if (locked !== used.version) problems.push(`the lockfile has ${locked}, the record ${used.version}: npm run electron-releases`);
  if (Number(used.version.split('.')[0]) <= newestMajor - SUPPORTED) problems.push(`${used.version} is not supported any more`);
  if (used.version !== newestOfItsMajor.version && days(newestOfItsMajor.released, today) > MOST_DAYS)
    problems.push(`${newestOfItsMajor.version} has been out since ${newestOfItsMajor.released}`);
  if (days(read, today) > MOST_DAYS) problems.push(`the record is of ${read}: npm run electron-releases`);
  return problems;
}

const days = (from, to) => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** @returns {Releases} */
export function recordedReleases() {
  return JSON.parse(readFileSync(RECORD, 'utf8'));
}

/** @returns {string} */
export function lockedElectron() {
  return JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).packages['node_modules/electron'].version;
}

/** @param {Record<string, string>} times version → instant, as npm tells it @param {string} locked @param {string} read @returns {Releases} */
export function releasesFrom(times, locked, read) {
  const stable = Object.entries(times).filter(([version]) => /^\d+\.\d+\.\d+$/.test(version));
  const numbers = (version) => version.split('.').map(Number);
  const newer = (a, b) => numbers(a)[0] - numbers(b)[0] || numbers(a)[1] - numbers(b)[1] || numbers(a)[2] - numbers(b)[2];
  const [major] = numbers(locked);
  const newest = stable.filter(([version]) => numbers(version)[0] === major).toSorted(([a], [b]) => newer(b, a))[0];
  const of = ([version, instant]) => ({ version, released: instant.slice(0, 10) });
  return {
    read,
    newestMajor: Math.max(...stable.map(([version]) => numbers(version)[0])),
    used: of([locked, times[locked]]),
    newestOfItsMajor: of(newest),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const asked = spawnSync('npm', ['view', 'electron', 'time', '--json'], { encoding: 'utf8', cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  if (asked.status !== 0) throw new Error(`npm did not answer: ${asked.stderr}`);
  const { comment } = JSON.parse(readFileSync(RECORD, 'utf8'));
  const releases = releasesFrom(JSON.parse(asked.stdout), lockedElectron(), new Date().toISOString().slice(0, 10));
  writeFileSync(RECORD, `${JSON.stringify({ comment, ...releases }, null, 2)}\n`);
  for (const problem of electronProblems(releases, lockedElectron(), releases.read)) process.stdout.write(`${problem}\n`);
}
