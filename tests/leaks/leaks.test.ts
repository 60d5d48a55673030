import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { freshHome, removeHome } from '#tests/journeys/app.ts';
import { scanFolder } from './scan.ts';
import { wholeRun } from './whole-run.ts';

test('the search finds a name in plain text, UTF-16, base64, hex, gzip and a PDF stream', async () => {
  const folder = await freshHome('scan');
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'plain.log'), 'x Sølvfjærmo y');
  writeFileSync(join(folder, 'wide.bin'), Buffer.concat([Buffer.from([1]), Buffer.from('Sølvfjærmo', 'utf16le')]));
  writeFileSync(join(folder, 'deep', 'old.log.gz'), gzipSync('… Sølvfjærmo …'));
  writeFileSync(
    join(folder, 'letter.pdf'),
    Buffer.concat([Buffer.from('%PDF-1.7\nstream\n'), deflateSync('BT (Sølvfjærmo med mer tekst) Tj ET'), Buffer.from('\nendstream')]),
  );
  for (const before of ['', 'a', 'ab'])
    writeFileSync(
      join(folder, `base64-${before.length}.json`),
      JSON.stringify({ data: Buffer.from(`${before}Sølvfjærmo og mer`).toString('base64') }),
    );
  writeFileSync(join(folder, 'base64url.txt'), Buffer.from('??Sølvfjærmo').toString('base64url'));
  writeFileSync(join(folder, 'dump.hex'), Buffer.from('xSølvfjærmo').toString('hex'));
  writeFileSync(join(folder, 'clean.txt'), 'ingenting her');
  const report = scanFolder(folder, ['Sølvfjærmo']);
  await removeHome(folder);
  expect(report.leaks.map((leak) => leak.file.split('/').at(-1)).toSorted()).toEqual([
    'base64-0.json',
    'base64-1.json',
    'base64-2.json',
    'base64url.txt',
    'dump.hex',
    'letter.pdf',
    'old.log.gz',
    'plain.log',
    'wide.bin',
  ]);
});

test('a whole day leaves nothing of a patient on the disk, apart from what was exported', async () => {
  const folder = await freshHome('leaks');
  const report = await wholeRun(folder);
  await removeHome(folder);
  expect(report.files).toBeGreaterThan(30);
  expect(report.control).toBe(1);
  expect(report.leaks).toEqual([]);
});
