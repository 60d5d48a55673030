/** What a laptop lets go of when it holds too much, and what it never does. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { allContent, forgetContent, writeContent, type Content } from '#db/sqlite/queries/content.ts';
import { createLaptop, type Laptop } from '#tests/sync/laptop.ts';
import { serverFacts } from '../cursor.ts';
import { makeRoom, tidyContent } from './keep-house.ts';
import { newSealedFile, readChunk, writeChunk } from './sealed-file.ts';

const NOW = new Date('2026-11-23T12:00:00.000Z');
let laptop: Laptop;
let folder: string;
beforeEach(() => {
  laptop = createLaptop({ clinicId: v7(), person: { id: v7(), name: 'Anna', email: 'a@example.no', roles: ['PRACTITIONER'] } });
  folder = mkdtempSync(join(tmpdir(), 'ryggrad-content-'));
  serverFacts.setEpoch(laptop.db, 'now');
});
afterEach(async () => {
  await laptop.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Here as a whole, named by an attachment, verified at the server of this epoch, opened yesterday; 100 bytes. */
async function held(name: string, more: Partial<Content> = {}): Promise<Content> {
  const content: Content = {
    ...newSealedFile(100),
    sha256: name,
    chunks: 1,
    complete: true,
    uploaded: true,
    epoch: 'now',
    wanted: false,
    pinned: false,
    openedAt: '2026-11-22T12:00:00.000Z',
    problem: null,
    ...more,
  };
  await writeChunk(folder, content, 0, Buffer.alloc(100, 1));
  writeContent(laptop.db, content);
  laptop.write('attachment.finish', (ctx) =>
    ctx.insert('attachment', {
      patientId: v7(),
      title: name,
      mediaType: 'image/png',
      byteLength: 100,
      sha256: name,
      addedById: laptop.actor.userId,
      addedAt: ctx.now,
    }),
  );
  return content;
}
const here = () =>
  allContent(laptop.db)
    .map(({ sha256 }) => sha256)
    .toSorted();

test('what was longest unopened goes, until there is room; never what is pinned, looked at, or not verified at this server', async () => {
  const oldest = await held('oldest', { openedAt: '2026-01-01T12:00:00.000Z' });
  await held('old', { openedAt: '2026-06-01T12:00:00.000Z' });
  await held('pinned', { openedAt: null, pinned: true });
  await held('looked-at', { openedAt: '2026-11-23T11:55:00.000Z' });
  await held('only-here', { openedAt: null, uploaded: false, epoch: null });
  await held('other-epoch', { openedAt: null, epoch: 'before the restore' });
  expect(makeRoom(laptop.db, folder, NOW, 600)).toEqual([]);
  makeRoom(laptop.db, folder, NOW, 599);
  expect(here()).toEqual(['looked-at', 'old', 'only-here', 'other-epoch', 'pinned']);
  expect(existsSync(join(folder, oldest.file))).toBe(false);
  makeRoom(laptop.db, folder, NOW, 0);
  expect(here()).toEqual(['looked-at', 'only-here', 'other-epoch', 'pinned']);
  expect(() => forgetContent(laptop.db, 'only-here')).toThrow('content/not-uploaded');
});

test('what nobody knows of is removed; what is gone is fetched again, or said to be lost', async () => {
  const kept = await held('kept');
  const gone = await held('gone');
  const lost = await held('lost', { uploaded: false, epoch: null });
  for (const { file } of [gone, lost]) rmSync(join(folder, file));
  writeFileSync(join(folder, 'left-by-a-kill'), 'x');
  tidyContent(laptop.db, folder);
  expect(existsSync(join(folder, 'left-by-a-kill'))).toBe(false);
  expect(here()).toEqual(['kept', 'lost']);
  expect(allContent(laptop.db).find(({ sha256 }) => sha256 === 'lost')).toMatchObject({
    complete: false,
    wanted: true,
    problem: 'attachment/lost',
  });
  expect(await readChunk(folder, kept, 0)).toEqual(Buffer.alloc(100, 1));
});
