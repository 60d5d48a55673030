/** Keys of every test's record. */
import type { Sealing } from '#db/postgres/sealing/clinic-keys.ts';
import { readMasterKeys } from '#db/postgres/sealing/master-keys.ts';

export const TEST_SEALING: Sealing = { master: readMasterKeys(`1:${Buffer.alloc(32, 'for tests only').toString('base64')}`) };
