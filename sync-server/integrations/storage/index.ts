/** Where the bytes of attachments lie, and who looks them over. README.md says what is where. */
import { defineIntegration } from '../kit.ts';
import { configure, environment } from './config.ts';

export const storage = defineIntegration({
  name: 'storage',
  feature: undefined,
  environment,
  configure,
  async open({ disk, s3, scanner, orphanDays, deletedDays }) {
    const opened = s3 === undefined ? undefined : (await import('./s3-client.ts')).openS3(s3);
    const onDisk = disk === undefined ? undefined : (await import('./disk-store.ts')).diskStore(disk.path);
    const watch = scanner === undefined ? undefined : (await import('./clamd-client.ts')).openClamd(scanner);
    const stores = [opened, onDisk].filter((store) => store !== undefined);
    return {
      // The bucket first: where both are named the folder is what is being moved out of.
      storage: { stores, ...(watch === undefined ? {} : { scanner: watch }), orphanDays, deletedDays },
      facts: {
        place: stores[0]?.name ?? 'postgres',
        ...(s3 === undefined ? {} : { bucket: s3.bucket, region: s3.region }),
        virusScan: scanner === undefined ? 'off' : 'on',
      },
      async check() {
        for (const one of stores) {
          const code = await one.check();
          if (code !== undefined) return code;
        }
        return watch?.check();
      },
      async close() {
        opened?.close();
      },
    };
  },
});
