/** The frame: rail, search, sync chip, open charts, page. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SessionView } from '#electron/contract/session.ts';
import { call, onCoreEvent } from './client.ts';
import { useActions } from './keys.ts';
import type { Action } from './keys.ts';
import { closeChart, loadOpenCharts, saveOpenCharts, useOpenCharts } from './open-charts.ts';
import { goBack, goTo, usePage } from './router.ts';
import type { Page } from './router.ts';
import { Palette } from './palette.tsx';
import { KeyHelp } from './key-help.tsx';
import { PageView } from './page-view.tsx';
import { useDesktopNews } from './desktop-news.ts';
import { SyncChip } from './sync-chip.tsx';
import { useAsk } from './use-ask.ts';
import { EmergencyAlerts } from '../features/access/emergency-alerts.tsx';
import { flushEverything } from './flush.ts';
import { SessionContext } from './session.ts';
import { useToDecide } from './use-to-decide.ts';

const IDLE_MS = 5 * 60_000;
const PAGES: readonly { page: Page; key: string; label: string }[] = [
  { page: { name: 'today' }, key: 'Alt+1', label: 'today' },
  { page: { name: 'patients' }, key: 'Alt+2', label: 'patients' },
  { page: { name: 'calendar' }, key: 'Alt+k', label: 'calendar' },
  { page: { name: 'unsigned' }, key: 'Alt+3', label: 'unsigned' },
  { page: { name: 'money' }, key: 'Alt+7', label: 'money' },
  { page: { name: 'conflicts' }, key: 'Alt+4', label: 'conflicts' },
  { page: { name: 'sync' }, key: 'Alt+5', label: 'sync' },
  { page: { name: 'settings' }, key: 'Alt+6', label: 'settings' },
];

export function Shell({ session, clockBehind }: { session: SessionView; clockBehind: boolean }) {
  const { t } = useTranslation();
  const page = usePage();
  const { roles } = session.user;
  const rail = PAGES.filter(({ label }) => label !== 'money' || roles.includes('PRACTITIONER') || roles.includes('ASSISTANT'));
  const charts = useOpenCharts();
  const { version } = useDesktopNews();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [loaded, setLoaded] = useState(false);
  const unsigned = useAsk('encounter.unsigned', session.user.roles.includes('PRACTITIONER') ? { mine: true } : null, [
    'amendment',
    'encounter',
    'note_section',
    'diagnosis',
  ]);
  const toDecide = useToDecide(session.user.roles);
  const waiting = unsigned.value?.items.filter((item) => !item.empty).length ?? 0;

  const lock = async (): Promise<void> => {
    await flushEverything();
    await saveOpenCharts();
    await call('session.lock', {});
  };
  useEffect(() => {
    void loadOpenCharts().then(() => setLoaded(true));
    const leave = (): void => {
      void flushEverything();
      void saveOpenCharts();
    };
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, []);
  useIdle(IDLE_MS, () => void lock());

  const nextChart = (step: number): void => {
    if (charts.length === 0) return;
    const at = page.name === 'chart' ? charts.findIndex((chart) => chart.encounterId === page.id) : -1;
    const next = charts[(at + step + charts.length) % charts.length];
    if (next !== undefined) goTo({ name: 'chart', id: next.encounterId });
  };
  const actions: Action[] = [
    { id: 'palette', label: t('search.open'), key: 'Control+k', run: () => setPalette(true) },
    { id: 'help', label: t('keys.title'), key: '?', run: () => setHelp(true) },
    ...rail.map(({ page: target, key, label }) => ({ id: `go.${label}`, label: t(`rail.${label}`), key, run: () => goTo(target) })),
    { id: 'new-patient', label: t('actions.newPatient'), key: 'Alt+n', run: () => goTo({ name: 'new-patient' }) },
    { id: 'close-day', label: t('actions.closeDay'), run: () => goTo({ name: 'close-day' }) },
    { id: 'next-chart', label: t('actions.nextChart'), key: 'Alt+ArrowDown', when: () => charts.length > 0, run: () => nextChart(1) },
    {
      id: 'previous-chart',
      label: t('actions.previousChart'),
      key: 'Alt+ArrowUp',
      when: () => charts.length > 0,
      run: () => nextChart(-1),
    },
    { id: 'lock', label: t('actions.lock'), key: 'Control+Shift+l', run: () => void lock() },
    { id: 'sync-now', label: t('actions.syncNow'), run: () => void call('sync.now', {}) },
    {
      id: 'sign-out',
      label: t('actions.close'),
      run: () =>
        void flushEverything()
          .then(saveOpenCharts)
          .then(() => call('session.close', {})),
    },
    { id: 'back', label: t('actions.back'), key: 'Alt+ArrowLeft', run: goBack },
  ];
  useActions(actions);

  return (
    <SessionContext value={session}>
      <div className="frame">
        <nav className="frame-rail" aria-label={t('rail.title')}>
          <div className="mark">Ryggrad</div>
          {rail.map(({ page: target, label }) => (
            <button
              key={label}
              type="button"
              className="rail-item"
              aria-current={page.name === target.name ? 'page' : undefined}
              onClick={() => goTo(target)}
            >
              {t(`rail.${label}`)}
              {label === 'unsigned' && waiting > 0 && <span className="count">{waiting}</span>}
              {label === 'conflicts' && toDecide > 0 && <span className="count">{toDecide}</span>}
            </button>
          ))}
        </nav>
        <header className="frame-top">
          <button type="button" className="search-button" onClick={() => setPalette(true)}>
            <span>{t('search.placeholder')}</span>
            <kbd>Ctrl K</kbd>
          </button>
          {version !== null && (
            <span className="quiet" role="status">
              {t('newVersion', { version })}
            </span>
          )}
          {session.demo && <span className="demo-mark">{t('demo')}</span>}
          <SyncChip />
        </header>
        <nav className="frame-tabs" aria-label={t('tabs')}>
          {charts.map((chart) => {
            const shown = page.name === 'chart' && page.id === chart.encounterId;
            return (
              <div key={chart.encounterId} className="tab" aria-current={shown ? 'page' : undefined}>
                <button type="button" onClick={() => goTo({ name: 'chart', id: chart.encounterId })}>
                  {chart.patientName}
                </button>
                <button
                  type="button"
                  aria-label={t('closeTab', { name: chart.patientName })}
                  onClick={() => {
                    closeChart(chart.encounterId);
                    if (shown) goTo({ name: 'today' });
                  }}
                >
                  ×
                </button>
              </div>
            );
          })}
        </nav>
        <main
          className="frame-page"
          data-flush={page.name === 'chart' || page.name === 'letter' || page.name === 'calendar' ? '' : undefined}
        >
          {clockBehind && (
            <div className="banner" role="status">
              {t('clockBehind')}
            </div>
          )}
          {session.leaseDaysLeft !== null && (
            <div className="banner" role="status">
              {t('lease', { count: session.leaseDaysLeft })}
            </div>
          )}
          {session.user.roles.includes('ADMIN') && <EmergencyAlerts />}
          {loaded && <PageView page={page} />}
        </main>
        {palette && <Palette onClose={() => setPalette(false)} />}
        {help && <KeyHelp onClose={() => setHelp(false)} />}
      </div>
    </SessionContext>
  );
}

/** Locks after a while without a key or a movement. */
function useIdle(ms: number, onIdle: () => void): void {
  useEffect(() => {
    let timer = window.setTimeout(onIdle, ms);
    const alive = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(onIdle, ms);
    };
    const events = ['keydown', 'pointermove', 'pointerdown'] as const;
    for (const name of events) window.addEventListener(name, alive, { passive: true });
    const off = onCoreEvent((event) => event.type === 'session' && event.state.phase === 'locked' && window.clearTimeout(timer));
    return () => {
      window.clearTimeout(timer);
      off();
      for (const name of events) window.removeEventListener(name, alive);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
}
