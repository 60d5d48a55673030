/** The chart: left what was, centre what is being written, right what the visit becomes. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { registerFlush } from '#renderer/app/flush.ts';
import { useActions } from '#renderer/app/keys.ts';
import { chartState, noteCaret, openChart } from '#renderer/app/open-charts.ts';
import { goTo } from '#renderer/app/router.ts';
import { useAsk } from '#renderer/app/use-ask.ts';
import { sentence } from '#renderer/i18n/index.ts';
import { visitTypeOf } from '#db/rules/visit-types.ts';
import { useAi } from '../ai/use-ai.ts';
import { BillPanel, type BillMode } from '../billing/bill-panel.tsx';
import { VisitLetters } from '../letters/visit-letters.tsx';
import { RefusedNote } from '../sync/refused-note.tsx';
import { MergedLine } from '../patients/merged-note.tsx';
import { SickLeavePanel } from '../sick-leave/sick-leave-panel.tsx';
import { SafetyBand } from '../patients/safety-band.tsx';
import { nextAfter } from '../today/day-order.ts';
import { chartActions } from './chart-actions.ts';
import { AmendPanel } from './amend-panel.tsx';
import type { Autosave } from './autosave.ts';
import { ChartHeader } from './chart-header.tsx';
import { ConsentPanel } from './consent-panel.tsx';
import { DiagnosisList } from './diagnosis-list.tsx';
import { DiscardedNote } from './discarded-note.tsx';
import { formatDay } from './format.ts';
import { NextAppointment } from './next-appointment.tsx';
import { NrsField } from './nrs-field.tsx';
import { PreviousVisits } from './previous-visits.tsx';
import { RedFlagPanel } from './red-flag-panel.tsx';
import { SectionEditor, type SectionActions } from './section-editor.tsx';
import { SetRightPanel, type SetRight } from './set-right.tsx';
import { SignedNote } from './signed-note.tsx';
import { shownTexts } from './shown-texts.ts';
import { SignPanel } from './sign-panel.tsx';
import type { SignProblem } from './types.ts';
import { useChart } from './use-chart.ts';
import { VisitLinks } from './visit-links.tsx';
import './chart.css';

export function ChartPage({ encounterId }: { encounterId: string }) {
  const { t } = useTranslation('chart');
  const { chart, problems, problem, setProblem, refresh } = useChart(encounterId);
  const ai = useAi();
  const phrases = useAsk('phrase.list', {}, ['phrase']);
  const [picking, setPicking] = useState(false);
  const [bill, setBill] = useState<BillMode>('closed');
  const [nextOpen, setNextOpen] = useState(false);
  const [amending, setAmending] = useState(false);
  const [setRight, setSetRight] = useState<SetRight | null>(null);
  const [revealed, setRevealed] = useState<string | null>(null);
  const [leftOpen, setLeftOpen] = useState(false);
  const [shownProblems, setShownProblems] = useState(false);
  const savers = useRef(new Map<string, Autosave>());
  const [restored] = useState(() => chartState(encounterId));
  const root = useRef<HTMLDivElement>(null);

  const flush = useCallback(async () => {
    await Promise.all([...savers.current.values()].map((saver) => saver.flush()));
  }, []);
  useEffect(() => registerFlush(flush), [flush]);

  const focusSection = (key: string): void => document.getElementById(`section-${key}`)?.focus();
  const actions = useMemo<SectionActions>(
    () => ({
      write: async (key, text, textSeq, was) => {
        const reply = await call('section.write', { encounterId, key, text, textSeq, was });
        if (reply.ok) return true;
        if (reply.code === 'text/too-long' || reply.code === 'section/changed') setProblem(reply.code);
        return reply.code === 'section/changed' ? { stands: String(reply.details?.['text'] ?? '') } : false;
      },
      confirm: (key) => {
        const order = [...document.querySelectorAll<HTMLElement>('.section[data-review="unreviewed"]')].map(
          (element) => element.dataset['section'] ?? '',
        );
        void flush().then(() => call('section.confirm', { encounterId, key }));
        const next = order[order.indexOf(key) + 1] ?? order.find((other) => other !== key);
        if (next !== undefined) focusSection(next);
      },
      drop: (key) => void call('section.drop', { encounterId, key }),
      resolve: (key, siblingId, choice) => void flush().then(() => call('section.resolve', { encounterId, key, siblingId, choice })),
      register: (key, saver) => void (saver === null ? savers.current.delete(key) : savers.current.set(key, saver)),
      caret: (key, position) => noteCaret(encounterId, key, position),
    }),
    [encounterId, flush, setProblem],
  );

  const name = chart === null ? null : `${chart.patient.patient.familyName}, ${chart.patient.patient.givenName}`;
  useEffect(() => {
    if (name !== null) openChart(encounterId, name);
  }, [encounterId, name]);

  // Where one was, else the first place to write.
  const loaded = chart !== null;
  const draft = chart?.encounter.status === 'draft';
  useEffect(() => {
    if (!loaded || !draft || (restored?.section !== null && restored !== undefined)) return;
    const first = root.current?.querySelector<HTMLTextAreaElement>('.section textarea');
    first?.focus();
  }, [loaded, draft, restored]);

  const salt = async (): Promise<void> => {
    // At the key, not at the answer: whoever writes on meanwhile keeps the place they write in.
    document.getElementById('nrs-now')?.focus();
    await flush();
    const reply = await call('encounter.salt', { id: encounterId });
    if (!reply.ok) return setProblem(reply.code);
    await refresh();
  };
  const sign = async (): Promise<void> => {
    if (chart === null) return;
    performance.mark('sign:asked');
    const stood = document.activeElement;
    await flush();
    const reply = await call('encounter.sign', { id: encounterId, patientId: chart.encounter.patientId, shown: shownTexts(root.current) });
    if (!reply.ok) {
      setShownProblems(true);
      if (reply.code !== 'sign/problems') setProblem(reply.code);
      await refresh();
      const first = problems.find((entry) => entry.blocking);
      root.current?.querySelector('.problems')?.scrollIntoView({ block: 'nearest' });
      // Whoever has gone on by themselves meanwhile keeps their place.
      if (first !== undefined && document.activeElement === stood) go(first);
      return;
    }
    setProblem(null);
    setShownProblems(false);
    await refresh();
    performance.mark('sign:shown');
    root.current?.focus();
  };
  const go = (entry: SignProblem): void => {
    if (entry.code.includes('diagnosis') || entry.code.includes('process-code')) return setPicking(true);
    if (entry.code === 'sign/red-flags-unanswered') return focusPanel('#red-flag-region');
    if (entry.code === 'sign/consent-not-recorded') return focusPanel('[data-panel="consent"] button');
    if (entry.where !== null) focusSection(entry.where);
  };
  const focusPanel = (selector: string): void => {
    const element = root.current?.querySelector(selector);
    if (element instanceof HTMLElement) element.focus();
  };
  const nextPatient = async (): Promise<void> => {
    await flush();
    const item = nextAfter(chart?.appointmentId ?? null);
    if (item === undefined) return goTo({ name: 'today' });
    const reply = await call('encounter.start', {
      patientId: item.patient.id,
      visitType: item.appointment.visitType,
      appointmentId: item.appointment.id,
    });
    if (!reply.ok) return goTo({ name: 'today' });
    openChart(reply.value.id, `${item.patient.familyName}, ${item.patient.givenName}`);
    goTo({ name: 'chart', id: reply.value.id });
  };
  const reveal = async (): Promise<void> => {
    if (chart === null || revealed !== null) return setRevealed(null);
    const reply = await call('patient.revealNationalId', { id: chart.encounter.patientId });
    if (reply.ok) setRevealed(reply.value.nationalId);
  };

  const isDraft = () => draft === true && setRight === null;
  const isSigned = () => chart?.encounter.status === 'signed' && setRight === null;
  useActions(
    chartActions({
      t,
      chart,
      isDraft,
      isSigned,
      salt,
      sign,
      nextPatient,
      focusPanel,
      setPicking,
      setBill,
      setNextOpen,
      setAmending,
      setSetRight,
    }),
  );

  if (chart === null)
    return problem === null ? null : (
      <div className="page">
        <p className="danger-text">{sentence(problem)}</p>
      </div>
    );
  const rule = visitTypeOf(chart.encounter.visitType);
  const nrs = chart.observations.find((observation) => observation.code === 'nrs-now')?.value ?? null;
  const earlier = chart.previous.flatMap((visit) => (visit.nrs === null ? [] : [visit.nrs])).toReversed();
  return (
    <div className="chart" ref={root} tabIndex={-1} data-status={chart.encounter.status} data-left-open={leftOpen ? '' : undefined}>
      <div>
        <ChartHeader chart={chart} revealed={revealed} onReveal={() => void reveal()} onToggleLeft={() => setLeftOpen(!leftOpen)} />
        <SafetyBand patientId={chart.encounter.patientId} safety={chart.patient.safety} />
        <RefusedNote patientId={chart.encounter.patientId} />
        <MergedLine sameAs={chart.patient.sameAs} />
      </div>
      <div className="chart-columns">
        <div className="chart-column was">
          <PreviousVisits chart={chart} onOpenLetter={(id) => goTo({ name: 'letter', id })} />
        </div>
        <div className="chart-column">
          {problem !== null && (
            <p className="chart-danger" role="alert">
              {sentence(problem)}{' '}
              <button type="button" className="link" onClick={() => setProblem(null)}>
                ×
              </button>
            </p>
          )}
          {setRight !== null && (
            <SetRightPanel
              chart={chart}
              what={setRight}
              onClose={() => setSetRight(null)}
              onProblem={setProblem}
              onDone={(opened) => {
                setSetRight(null);
                void refresh();
                if (opened !== null) goTo({ name: 'chart', id: opened });
                else if (setRight === 'discard') goTo({ name: 'today' });
              }}
            />
          )}
          {draft ? (
            <div className="chart-note">
              {chart.saltSource !== null && (
                <button type="button" className="link" onClick={() => void salt()}>
                  {t('salt.from', { date: formatDay(chart.saltSource.visitAt) })} <kbd>Ctrl L</kbd>
                </button>
              )}
              <NrsField
                value={nrs}
                earlier={earlier}
                onChange={(value) => void call('observation.set', { encounterId, code: 'nrs-now', value })}
              />
              <div style={{ height: 8 }} />
              {chart.sections.map((section) => (
                <SectionEditor
                  key={section.key}
                  section={section}
                  label={t(`section.keys.${section.key}`)}
                  required={rule.sections.find((entry) => entry.key === section.key)?.required ?? false}
                  phrases={phrases.value?.phrases ?? NO_PHRASES}
                  actions={actions}
                  initialCaret={restored?.section === section.key ? restored.caret : null}
                  tidy={ai.on ? encounterId : null}
                />
              ))}
            </div>
          ) : (
            <>
              {chart.encounter.status === 'discarded' && <DiscardedNote encounter={chart.encounter} onProblem={setProblem} />}
              <SignedNote chart={chart} />
              {chart.encounter.status === 'signed' && (
                <AmendPanel chart={chart} open={amending} onOpen={setAmending} onProblem={setProblem} />
              )}
            </>
          )}
        </div>
        <div className="chart-column">
          {draft ? (
            <DiagnosisList chart={chart} suggests={ai.on} picking={picking} onPicking={setPicking} onProblem={setProblem} />
          ) : (
            <section>
              <h2>{t('diagnosis.title')}</h2>
              {chart.diagnoses.map((diagnosis) => (
                <p key={diagnosis.id} style={{ margin: 0 }}>
                  <span className="code">{diagnosis.code}</span> {diagnosis.text}
                </p>
              ))}
            </section>
          )}
          <BillPanel chart={chart} mode={bill} onMode={setBill} onProblem={setProblem} />
          {draft && rule.redFlags && (
            <RedFlagPanel
              answers={chart.redFlags}
              onAnswer={(region, question, answer) =>
                void call('redFlag.answer', { encounterId, region, question, answer, comment: null }).then(
                  (reply) => !reply.ok && setProblem(reply.code),
                )
              }
            />
          )}
          {draft && rule.consent && <ConsentPanel chart={chart} />}
          <SickLeavePanel patientId={chart.encounter.patientId} encounterId={encounterId} />
          <NextAppointment chart={chart} open={nextOpen} onOpen={setNextOpen} onProblem={setProblem} />
          {draft && (
            <SignPanel
              chart={chart}
              problems={
                shownProblems
                  ? problems
                  : problems.filter((entry) => entry.code === 'sign/unreviewed' || entry.code === 'sign/open-sibling')
              }
              onSign={() => void sign()}
              onGo={go}
            />
          )}
          {chart.encounter.status === 'signed' && (
            <VisitLetters encounterId={encounterId} patientId={chart.patient.patient.id} idle={setRight === null} onProblem={setProblem} />
          )}
          <VisitLinks chart={chart} onNext={() => void nextPatient()} onSetRight={setSetRight} />
        </div>
      </div>
    </div>
  );
}

const NO_PHRASES: never[] = [];
