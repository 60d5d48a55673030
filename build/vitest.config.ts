/**
 * One vitest configuration for the whole house (style.md §5). Run one part by path:
 * `node_modules/.bin/vitest run --config build/vitest.config.ts db/rules`.
 *
 * Tests open real databases, servers and browsers, so the time limits are generous: a limit is a net for
 * what hangs, not a measurement. Two workers: the machine that judges us has two cores.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const exclude = ['**/node_modules/**', '**/.types/**', '**/dist/**', 'build/canary/**'];

export default defineConfig({
  root,
  // The cache belongs with the packages; the default would follow the configuration into build/.
  cacheDir: 'node_modules/.cache/vitest',
  plugins: [react()],
  test: {
    root,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // Its own default is a second, which a busy machine takes for a key.
    expect: { poll: { timeout: 30_000 } },
    // A test that is skipped or focused by mistake is a hole; CI must say so.
    allowOnly: false,
    passWithNoTests: false,
    exclude,
    projects: [
      { extends: true, test: { name: 'record', include: ['db/**/*.test.ts'], exclude } },
      { extends: true, test: { name: 'laptop', include: ['electron/**/*.test.ts', 'build/**/*.test.ts'], exclude } },
      { extends: true, test: { name: 'server', include: ['sync-server/**/*.test.ts'], exclude } },
      { extends: true, test: { name: 'window', include: ['renderer/**/*.test.{ts,tsx}'], exclude } },
      { extends: true, test: { name: 'conformance', include: ['tests/conformance/**/*.test.ts'], exclude } },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['tests/**/*.test.ts'],
          exclude: [...exclude, 'tests/conformance/**'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each journey starts a browser, a laptop and a server: one at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
