// A violation on purpose: the window knows a type of the store, by the form that the cruiser's parser does not see.
export type Known = typeof import('#db/sqlite/store.ts');
