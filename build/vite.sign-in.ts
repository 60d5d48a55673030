/** The page for signing in by Clerk, into dist/sign-in: served by the sync server, opened in the system's browser. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../', import.meta.url));

export default defineConfig({
  root: `${root}renderer/sign-in`,
  cacheDir: `${root}node_modules/.cache/vite-sign-in`,
  base: '/auth/clerk/',
  plugins: [react()],
  build: {
    outDir: `${root}dist/sign-in`,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    // Flat names, so that the server serves a folder and no path.
    rollupOptions: { output: { entryFileNames: 'assets/[name]-[hash].js', assetFileNames: 'assets/[name]-[hash][extname]' } },
  },
});
