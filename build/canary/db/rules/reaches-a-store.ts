// A violation on purpose: a pure rule that reaches the store at run time.
import { store } from '#db/sqlite/store.ts';

export const rule = store;
