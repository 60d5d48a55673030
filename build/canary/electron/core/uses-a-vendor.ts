// A violation on purpose: a use-case that opens the database by itself.
import Database from 'better-sqlite3';

export const database = Database;
