/**
 * A letter out of a signed visit: its words on the left, the page as it prints on the right.
 * Nothing is in it that was not signed, taken in or typed here; what is required and missing is named.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, onCoreEvent } from '#renderer/app/client.ts';
import { registerFlush } from '#renderer/app/flush.ts';
import { useActions } from '#renderer/app/keys.ts';
import { sentence } from '#renderer/i18n/index.ts';
import type { LetterView } from '#electron/contract/letters.ts';
import type { LetterSection } from '#db/rules/letter-content.ts';
import { DraftPanel } from '../ai/draft-panel.tsx';
import { useAi } from '../ai/use-ai.ts';
import { saveFile } from '../../ui/save-file.ts';
import { LetterNotice } from '../messages/letter-notice.tsx';
import { SafetyBand } from '../patients/safety-band.tsx';
import { LetterDoings, type NextStatus } from './letter-doings.tsx';
import { LetterForm } from './letter-form.tsx';
import { LetterGaps } from './letter-gaps.tsx';
import { goToNext, partAt, shownOf } from './parts.ts';
import { PdfView } from './pdf-view.tsx';
import { printPdf } from './print-pdf.ts';
import './letter.css';

const REST_MS = 300;

export function LetterPage({ letterId, onBack }: { letterId: string; onBack(): void }) {
  const { t } = useTranslation('letters');
  const [view, setView] = useState<LetterView | null>(null);
  const [pdf, setPdf] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [drafting, setDrafting] = useState(false);
  const ai = useAi();

  const asked = useRef(0);
  const refresh = useCallback(async () => {
    const mine = ++asked.current;
    const letter = await call('letter.get', { id: letterId });
    // A newer question is on its way: its answer holds.
    if (mine !== asked.current) return;
    if (letter.ok) setView(letter.value);
    else setProblem(letter.code);
  }, [letterId]);
  // The page is set anew when the hands rest; what is missing is told at once.
  const [first, setFirst] = useState(true);
  useEffect(() => {
    if (view === null) return undefined;
    let gone = false;
    const timer = window.setTimeout(
      () => {
        setFirst(false);
        void call('letter.pdf', { id: letterId }).then((rendered) => {
          if (!gone && rendered.ok) setPdf(rendered.value.pdfBase64);
        });
      },
      first || view.letter.status !== 'draft' ? 0 : REST_MS,
    );
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
    // oxlint-disable-next-line exhaustive-deps
  }, [view, letterId]);
  useEffect(() => {
    void refresh();
    return onCoreEvent((event) => {
      if (event.type === 'changed' && (event.ids.includes(letterId) || event.entities.includes('safety_fact'))) void refresh();
    });
  }, [refresh, letterId]);

  const flushes = useRef(new Map<string, () => Promise<void>>());
  const flushAll = useCallback(async (): Promise<void> => {
    await Promise.all([...flushes.current.values()].map((flush) => flush()));
  }, []);
  useEffect(() => registerFlush(flushAll), [flushAll]);

  const run = async (reply: Promise<{ ok: boolean; code?: string }>): Promise<boolean> => {
    const result = await reply;
    setProblem(result.ok ? null : (result.code ?? null));
    await refresh();
    return result.ok;
  };
  const sign = async (): Promise<void> => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    await flushAll();
    // Whoever signs again after having been told, has read the correction.
    const signed = await run(call('letter.sign', { id: letterId, affectedSeen: problem === 'letter/affected' }));
    if (!signed) goToNext();
  };
  /** On their way into the letter: they want nothing any more. */
  const taking = useRef(new Set<string>());
  const take = async (key: string, replaces = false): Promise<void> => {
    await flushAll();
    await run(call('letter.take', { id: letterId, keys: [key], replaces }));
    taking.current.delete(key);
  };
  /** Takes in what is offered where one stands, and goes to the next part that wants something: at once, so that what is typed after the key lands there. */
  const onward = (): void => {
    const part = partAt(document.activeElement);
    const place = part?.dataset['part'] ?? '';
    const key = place === 'recipient.name' ? 'recipient' : place;
    const offered = part?.dataset['offered'] !== undefined && !taking.current.has(key);
    if (offered) taking.current.add(key).add(place);
    goToNext(taking.current);
    if (offered) void take(key).finally(() => taking.current.delete(place));
    else void flushAll().then(refresh);
  };
  const status = (next: NextStatus) => void run(call('letter.setStatus', { id: letterId, status: next }));
  const print = async (): Promise<void> => {
    const reply = await call('letter.print', { id: letterId });
    if (!reply.ok) return setProblem(reply.code);
    await printPdf(reply.value.pdfBase64).catch(() => setProblem('letter/not-drawn'));
  };
  const save = async (): Promise<void> => {
    const reply = await call('letter.export', { id: letterId, warned: true });
    if (!reply.ok) return setProblem(reply.code);
    saveFile({ base64: reply.value.pdfBase64, mediaType: 'application/pdf', fileName: reply.value.fileName });
  };

  const draft = view?.letter.status === 'draft';
  const signed = view !== null && !draft && view.letter.status !== 'withdrawn';
  const help = draft && ai.on && view.letter.kind === 'epikrise';
  useActions([
    { id: 'letter.missing', label: t('nextMissing'), key: 'Alt+Enter', when: () => draft, run: onward },
    { id: 'letter.ai', label: t('ai:open'), key: 'Alt+u', when: () => help, run: () => setDrafting(true) },
    { id: 'letter.sign', label: t('sign'), key: 'Control+Enter', when: () => draft, run: () => void sign() },
    { id: 'letter.await', label: t('awaitPrint'), key: 'F6', when: () => signed, run: () => status('awaiting_print') },
    { id: 'letter.handOver', label: t('handOver'), key: 'F7', when: () => signed, run: () => status('handed_over') },
    { id: 'letter.post', label: t('post'), key: 'F8', when: () => signed, run: () => status('posted') },
    { id: 'letter.print', label: t('print'), key: 'Control+p', when: () => signed, run: () => void print() },
    { id: 'letter.back', label: t('back'), key: 'Escape', run: onBack },
  ]);

  const write = async (content: Record<string, unknown>): Promise<boolean> => {
    const reply = await call('letter.update', { id: letterId, content: content as never });
    if (!reply.ok) setProblem(reply.code);
    return reply.ok;
  };
  /** A sentence of a draft that the person takes is from then on their own: written as typing is, after what stands there, or instead of it. */
  const takeSentence = async (section: LetterSection, text: string, replaces: boolean): Promise<boolean> => {
    await flushAll();
    const now = await call('letter.get', { id: letterId });
    if (!now.ok) return run(Promise.resolve(now));
    const stands = now.value.letter.content[section];
    const before = typeof stands === 'string' && !replaces ? stands.trimEnd() : '';
    return run(call('letter.update', { id: letterId, content: { [section]: before === '' ? text : `${before} ${text}` } }));
  };

  // Stands where something is missing when it is opened.
  const loaded = view !== null;
  useEffect(() => {
    if (loaded) goToNext();
  }, [loaded]);

  const shown = view === null ? null : shownOf(view);
  if (view === null || shown === null) return problem === null ? null : <p className="chart-danger">{sentence(problem)}</p>;
  const kind = t(`kind.${view.letter.kind}`);
  // It may come until the letter has left the house.
  const objection = (
    <label className="letter-check">
      <input
        type="checkbox"
        checked={view.letter.objection}
        disabled={view.letter.deliveredAt !== null || view.letter.status === 'withdrawn'}
        onChange={(event) => void run(call('letter.update', { id: letterId, objection: event.currentTarget.checked }))}
      />
      {t('objection')}
    </label>
  );
  return (
    <div className="letter" data-status={view.letter.status} data-kind={view.letter.kind}>
      <div>
        <header className="chart-header">
          <h1>{t('title', { kind, name: view.patientName })}</h1>
          <span className="chart-quiet">{t(`status.${view.letter.status}`)}</span>
          {view.affected && <strong className="chart-due">{t('affected')}</strong>}
        </header>
        <SafetyBand patientId={view.letter.patientId} safety={view.safety} />
      </div>
      <div className="letter-columns">
        {draft && (
          <div className="letter-form">
            <LetterGaps view={view} />
            {view.proposals.length > 0 && <p className="chart-quiet letter-hint">{t('offer.help')}</p>}
            <LetterForm
              view={view}
              shown={shown}
              tidy={ai.on ? letterId : null}
              flushes={flushes.current}
              onWrite={write}
              onTake={(key, replaces) => void take(key, replaces)}
            />
            {objection}
          </div>
        )}
        <div className="letter-side">
          {problem !== null && (
            <p className="chart-danger" role="alert">
              {sentence(problem)}
            </p>
          )}
          <LetterDoings
            view={view}
            draft={draft}
            signed={signed}
            onHelp={help && !drafting ? () => setDrafting(true) : null}
            onSign={() => void sign()}
            onStatus={status}
            onPrint={() => void print()}
            onExport={save}
            onBack={onBack}
          />
          {!draft && objection}
          {signed && <LetterNotice patientId={view.letter.patientId} letterId={letterId} />}
          {help && drafting && <DraftPanel letterId={letterId} onTake={takeSentence} onClose={() => setDrafting(false)} />}
          {pdf !== null && <PdfView base64={pdf} label={t('preview')} />}
        </div>
      </div>
    </div>
  );
}
