/**
 * A lock that the operating system lets go of when its holder dies: an empty database held in an exclusive
 * transaction. A file with a process id in it would outlive a kill, and the next program with that id would
 * be taken for the first copy of the app.
 */
import Database from 'better-sqlite3';

/** Holds the file until the returned function is called; null when another process, or another holder here, has it. */
export function holdExclusively(file: string): (() => void) | null {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.pragma('journal_mode=MEMORY');
    lock.exec('begin exclusive');
    return () => lock.close();
  } catch (error) {
    lock.close();
    const code = (error as { code?: string }).code ?? '';
    if (code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
