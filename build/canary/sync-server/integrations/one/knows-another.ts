// A violation on purpose: an integration that knows another.
import { thing } from '../two/thing.ts';

export const known = thing;
