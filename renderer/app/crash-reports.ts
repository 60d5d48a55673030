/** Faults of the page, told to the core by what `crashReport` allows: where, and of what kind. A page that keeps failing says so five times. */
import { crashReport } from '#electron/contract/crash-report.ts';
import { call } from './client.ts';

const MOST = 5;

export function reportCrashes(): void {
  let told = 0;
  const tell = (error: unknown): void => {
    if ((told += 1) <= MOST) void call('app.report', crashReport('window', error));
  };
  window.addEventListener('error', (event) => tell(event.error));
  window.addEventListener('unhandledrejection', (event) => tell(event.reason));
}
