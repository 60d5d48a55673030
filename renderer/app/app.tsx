/** Which of the window's three faces is shown: nobody in, locked, or at work. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppState } from '#electron/contract/session.ts';
import { call, listen, onCoreEvent } from './client.ts';
import { Launch } from '../features/launch/launch.tsx';
import { Left } from '../features/launch/left.tsx';
import { LockScreen } from '../features/launch/lock-screen.tsx';
import { forgetNewPatient } from '../features/patients/patient-form.tsx';
import { sentence } from '../i18n/index.ts';
import { forgetOpenCharts } from './open-charts.ts';
import { goTo } from './router.ts';
import { runKey } from './keys.ts';
import { Shell } from './shell.tsx';

export function App() {
  const [state, setState] = useState<AppState | null>(null);
  /** Why there is no state: the core does not answer. */
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    listen();
    const off = onCoreEvent((event) => {
      if (event.type === 'session') setState(event.state);
      // What I may do and see can be changed by a colleague while I am here.
      if (event.type === 'changed' && event.entities.some((entity) => entity === 'user' || entity === 'access_grant')) ask();
    });
    const ask = (): void => void call('app.state', {}).then((reply) => (reply.ok ? setState(reply.value) : setProblem(reply.code)));
    ask();
    const keys = (event: KeyboardEvent): void => void runKey(event);
    window.addEventListener('keydown', keys);
    return () => {
      off();
      window.removeEventListener('keydown', keys);
    };
  }, []);
  const phase = state?.phase;
  useEffect(() => {
    if (phase !== 'launch') return;
    forgetOpenCharts();
    forgetNewPatient();
    goTo({ name: 'today' });
  }, [phase]);

  if (state === null) return problem === null ? null : <NoCore code={problem} />;
  const again = (): void => void call('app.state', {}).then((reply) => reply.ok && setState(reply.value));
  if (state.phase === 'launch' || state.session === null) return <Launch state={state} onChanged={again} />;
  if (state.session.user.roles.length === 0) return <Left session={state.session} />;
  if (state.phase === 'locked') return <LockScreen session={state.session} />;
  return <Shell key={state.session.user.id} session={state.session} clockBehind={state.clockBehind} />;
}

/** Nothing can be asked: said, and the app is to be started again. What was saved is on the disk. */
function NoCore({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <main className="center">
      <div>
        <p className="quiet">Ryggrad</p>
        <h1>{t('noCore')}</h1>
        <p role="alert">{sentence(code)}</p>
      </div>
    </main>
  );
}
