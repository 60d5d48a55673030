/** The window's files for dist/renderer, the same for Electron's own protocol and for dev-host. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../', import.meta.url));

export default defineConfig({
  root: `${root}renderer`,
  cacheDir: `${root}node_modules/.cache/vite`,
  // Relative addresses serve app:// and http alike.
  base: './',
  plugins: [react()],
  build: {
    outDir: `${root}dist/renderer`,
    emptyOutDir: true,
    // design.md §7: the oldest Chromium we open a window in.
    target: 'chrome114',
    // The content policy allows no data: addresses for scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
});
