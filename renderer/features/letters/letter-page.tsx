/**
 * A letter out of a signed visit: its words on the left, the page as it prints on the right.
 * Nothing is in it that was not signed or typed here; what is required and missing is named.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, onCoreEvent } from '#renderer/app/client.ts';
import { useActions } from '#renderer/app/keys.ts';
import { sentence } from '#renderer/i18n/index.ts';
import { LetterField } from './letter-field.tsx';
import { letterFields } from './letter-fields.ts';
import type { LetterView } from '#electron/contract/letters.ts';
import type { LetterSection } from '#db/rules/letter-content.ts';
import { DraftPanel } from '../ai/draft-panel.tsx';
import { useAi } from '../ai/use-ai.ts';
import { saveFile } from '../../ui/save-file.ts';
import { LetterNotice } from '../messages/letter-notice.tsx';
import { SecondPerson } from '../patients/second-person.tsx';
import { PdfView } from './pdf-view.tsx';
import { printPdf } from './print-pdf.ts';
import './letter.css';

export function LetterPage({ letterId, onBack }: { letterId: string; onBack(): void }) {
  const { t } = useTranslation('letters');
  const [view, setView] = useState<LetterView | null>(null);
  const [pdf, setPdf] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [exporting, setExporting] = useState(false);
  const [drafting, setDrafting] = useState(false);
  const ai = useAi();

  const refresh = useCallback(async () => {
    const [letter, rendered] = await Promise.all([call('letter.get', { id: letterId }), call('letter.pdf', { id: letterId })]);
    if (letter.ok) setView(letter.value);
    else setProblem(letter.code);
    if (rendered.ok) setPdf(rendered.value.pdfBase64);
  }, [letterId]);
  useEffect(() => {
    void refresh();
    return onCoreEvent((event) => {
      if (event.type === 'changed' && event.ids.includes(letterId)) void refresh();
    });
  }, [refresh, letterId]);

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
    await run(call('letter.sign', { id: letterId, affectedSeen: problem === 'letter/affected' }));
    goToMissing();
  };
  const status = (next: 'awaiting_print' | 'handed_over' | 'posted' | 'withdrawn') =>
    void run(call('letter.setStatus', { id: letterId, status: next }));
  const print = async (): Promise<void> => {
    const reply = await call('letter.print', { id: letterId });
    if (!reply.ok) return setProblem(reply.code);
    await printPdf(reply.value.pdfBase64).catch(() => setProblem('letter/not-drawn'));
  };
  const save = async (): Promise<void> => {
    const reply = await call('letter.export', { id: letterId, warned: true });
    setExporting(false);
    if (!reply.ok) return setProblem(reply.code);
    saveFile({ base64: reply.value.pdfBase64, mediaType: 'application/pdf', fileName: reply.value.fileName });
  };

  const draft = view?.letter.status === 'draft';
  const signed = view !== null && !draft && view.letter.status !== 'withdrawn';
  useActions([
    {
      id: 'letter.missing',
      label: t('nextMissing'),
      key: 'Alt+Enter',
      when: () => draft === true,
      run: () => {
        goToMissing();
        void flushAll().then(refresh);
      },
    },
    { id: 'letter.ai', label: t('ai:open'), key: 'Alt+u', when: () => draft === true && ai.on, run: () => setDrafting(true) },
    { id: 'letter.sign', label: t('sign'), key: 'Control+Enter', when: () => draft === true, run: () => void sign() },
    { id: 'letter.await', label: t('awaitPrint'), key: 'F6', when: () => signed, run: () => status('awaiting_print') },
    { id: 'letter.handOver', label: t('handOver'), key: 'F7', when: () => signed, run: () => status('handed_over') },
    { id: 'letter.post', label: t('post'), key: 'F8', when: () => signed, run: () => status('posted') },
    { id: 'letter.print', label: t('print'), key: 'Control+p', when: () => signed, run: () => void print() },
    { id: 'letter.back', label: t('back'), key: 'Escape', run: onBack },
  ]);

  const flushes = useRef(new Map<string, () => Promise<void>>());
  const flushAll = async (): Promise<void> => {
    await Promise.all([...flushes.current.values()].map((flush) => flush()));
  };
  const content = useMemo(() => view?.letter.content ?? {}, [view]);
  // The newest content, for fields that are written as a group.
  const contentNow = useRef(content);
  contentNow.current = content;

  /** A sentence of a draft that the person takes is from then on their own: written as typing is, after what stands there, or instead of it. */
  const takeSentence = async (section: LetterSection, text: string, replaces: boolean): Promise<boolean> => {
    await flushAll();
    const now = await call('letter.get', { id: letterId });
    if (!now.ok) return run(Promise.resolve(now));
    const stands = now.value.letter.content[section];
    const before = typeof stands === 'string' && !replaces ? stands.trimEnd() : '';
    return run(call('letter.update', { id: letterId, content: { [section]: before === '' ? text : `${before} ${text}` } }));
  };

  // Stands where something required is missing, and goes to the next that is empty on one key: at once, so that what is
  // typed after the key lands there.
  const goToMissing = useCallback(() => {
    const gaps = [...document.querySelectorAll<HTMLTextAreaElement>('.letter [data-missing] textarea')];
    const at = gaps.findIndex((gap) => gap === document.activeElement);
    [...gaps.slice(at + 1), ...gaps.slice(0, at + 1)].find((gap) => gap.value.trim() === '')?.focus();
  }, []);
  const loaded = view !== null;
  useEffect(() => {
    if (loaded) goToMissing();
  }, [loaded, goToMissing]);

  if (view === null) return problem === null ? null : <p className="chart-danger">{sentence(problem)}</p>;
  return (
    <div className="letter" data-status={view.letter.status}>
      <header className="chart-header">
        <h1>{t('title', { name: view.patientName })}</h1>
        <span className="chart-quiet">{t(`status.${view.letter.status}`)}</span>
        {view.affected && <strong className="chart-due">{t('affected')}</strong>}
      </header>
      <div className="letter-columns">
        <div className="letter-form">
          {problem !== null && (
            <p className="chart-danger" role="alert">
              {sentence(problem)}
            </p>
          )}
          {draft && view.missing.length > 0 && (
            <p className="chart-danger" role="status">
              {t('missing', { list: view.missing.map((key) => t(`part.${key}`)).join(', ') })}
            </p>
          )}
          {draft && view.advised.length > 0 && (
            <p className="chart-due">{t('advised', { list: view.advised.map((key) => t(`part.${key}`)).join(', ') })}</p>
          )}
          {letterFields.map((field) => (
            <LetterField
              key={field.key}
              label={t(`field.${field.key}`)}
              rows={field.rows}
              value={field.read(content)}
              missing={
                draft === true && view.missing.some((key) => key === field.key || (key === 'recipient' && field.key === 'recipient.name'))
              }
              readOnly={!draft}
              tidy={draft === true && ai.on && field.rows > 1 ? letterId : null}
              onFlush={(flush) => (flush === null ? flushes.current.delete(field.key) : flushes.current.set(field.key, flush))}
              onWrite={async (text) => {
                const reply = await call('letter.update', { id: letterId, content: field.write(text, contentNow.current) });
                if (!reply.ok) setProblem(reply.code);
                return reply.ok;
              }}
            />
          ))}
          <label className="letter-check">
            <input
              type="checkbox"
              checked={view.letter.objection}
              disabled={!draft}
              onChange={(event) => void run(call('letter.update', { id: letterId, objection: event.currentTarget.checked }))}
            />
            {t('objection')}
          </label>
        </div>
        <div className="letter-side">
          <div className="section-actions">
            {draft && (
              <button type="button" className="sign" style={{ marginTop: 0 }} onClick={() => void sign()}>
                <span>{t('signFor', { name: view.patientName })}</span>
                <kbd>Ctrl ⏎</kbd>
              </button>
            )}
            {draft && ai.on && !drafting && (
              <button type="button" className="link" onClick={() => setDrafting(true)}>
                {t('ai:open')} <kbd>Alt U</kbd>
              </button>
            )}
            {signed && (
              <>
                <button type="button" className="link" onClick={() => status('awaiting_print')}>
                  {t('awaitPrint')} <kbd>F6</kbd>
                </button>
                <button type="button" className="link" onClick={() => void print()}>
                  {t('print')} <kbd>Ctrl P</kbd>
                </button>
                <button type="button" className="link" onClick={() => status('handed_over')}>
                  {t('handOver')} <kbd>F7</kbd>
                </button>
                <button type="button" className="link" onClick={() => status('posted')}>
                  {t('post')} <kbd>F8</kbd>
                </button>
                <button type="button" className="link" onClick={() => setExporting(true)}>
                  {t('export')}
                </button>
              </>
            )}
            <button type="button" className="link" onClick={onBack}>
              {t('back')} <kbd>Esc</kbd>
            </button>
          </div>
          {exporting && (
            <div className="siblings" role="alertdialog" aria-label={t('export')}>
              <p>{t('exportWarning')}</p>
              <SecondPerson patientId={view.letter.patientId} />
              <button type="button" className="link danger" onClick={() => void save()}>
                {t('exportAnyway')}
              </button>{' '}
              <button type="button" className="link" autoFocus onClick={() => setExporting(false)}>
                {t('cancel')}
              </button>
            </div>
          )}
          {signed && <LetterNotice patientId={view.letter.patientId} letterId={letterId} />}
          {draft && ai.on && drafting && <DraftPanel letterId={letterId} onTake={takeSentence} onClose={() => setDrafting(false)} />}
          {pdf !== null && <PdfView base64={pdf} label={t('preview')} />}
        </div>
      </div>
    </div>
  );
}
