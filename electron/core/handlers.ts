/** Every verb's code, area by area. Nothing is found by itself: what is not listed here does not exist. */
import { backupHandlers } from './clinic/backup.ts';
import { connectHandlers } from './clinic/connect.ts';
import { peopleHandlers } from './clinic/people.ts';
import { clinicHandlers } from './clinic/verbs.ts';
import { conflictHandlers } from './conflicts/verbs.ts';
import { sessionHandlers } from './session/verbs.ts';
import { syncHandlers } from './sync-verbs.ts';
import type { AnyHandler } from './use-case.ts';

export const handlers: readonly AnyHandler[] = [...sessionHandlers, ...clinicHandlers, ...peopleHandlers, ...connectHandlers, ...backupHandlers, ...conflictHandlers, ...syncHandlers];
