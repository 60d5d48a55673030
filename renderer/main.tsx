/** Mounts the window. */
import { createRoot } from 'react-dom/client';
import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import '@fontsource-variable/inter';
import './app/app.css';
import { App } from './app/app.tsx';
import { reportCrashes } from './app/crash-reports.ts';
import { startI18n } from './i18n/index.ts';
import { theme } from './app/theme.ts';

reportCrashes();
await startI18n();
const root = document.getElementById('root');
if (root === null) throw new Error('no #root');
createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <App />
  </MantineProvider>,
);
