/** Objects as files under one folder of this machine, or of a share that every copy of the server has. Durable when `put` resolves. */
import { randomBytes } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectStore } from '../kit.ts';
import { OBJECT_NAME } from './object-name.ts';

const PARTIAL = '.partial-';

export function diskStore(folder: string): ObjectStore {
  const fileOf = (object: string): string => {
    // Names are ours; one that is not must not leave the folder.
    if (!OBJECT_NAME.test(object)) throw new TypeError('not the name of an object');
    return path.join(folder, object);
  };
  return {
    name: 'disk',
    async put(object, bytes) {
      const file = fileOf(object);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const partial = path.join(path.dirname(file), `${PARTIAL}${randomBytes(8).toString('hex')}`);
      const handle = await open(partial, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, file);
      // Without it a power cut may forget the name of what is on the disk.
      const directory = await open(path.dirname(file), constants.O_RDONLY);
      await directory.sync().finally(() => directory.close());
    },
    get: (object) => readFile(fileOf(object)).catch(absent),
    async remove(objects) {
      for (const object of objects) await rm(fileOf(object), { force: true });
    },
    async *list(prefix) {
      const within = path.join(folder, prefix);
      const entries = await readdir(within, { withFileTypes: true, recursive: true }).catch((error: unknown) => absent(error) ?? []);
      for (const entry of entries as Dirent[]) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const facts = await stat(file).catch(absent);
        // What a kill left half written has no row either, and goes with the orphans: by its own name.
        if (facts !== undefined) yield { object: path.relative(folder, file), modifiedAt: facts.mtime };
      }
    },
    async check() {
      const probe = `check/${randomBytes(16).toString('hex')}`;
      try {
        await this.put(probe, Buffer.from('ryggrad'));
        await this.remove([probe]);
        return undefined;
      } catch {
        return await access(folder, constants.W_OK).then(
          () => 'storage/unreachable',
          () => 'storage/not-writable',
        );
      }
    },
  };
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
