// A violation on purpose: an integration that reaches a store.
import { store } from '#db/sqlite/store.ts';

export const record = store;
