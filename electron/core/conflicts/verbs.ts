/** Two versions of one thing, and a person who decides. */
import type { AnyHandler } from '../use-case.ts';
import { listConflicts } from './list-conflicts.ts';
import { resolveConflict } from './resolve-conflict.ts';

export const conflictHandlers: readonly AnyHandler[] = [listConflicts, resolveConflict];
