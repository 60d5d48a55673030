/** "Rett eller suppler" under a signed note: a signed addition with a reason; the original stays as it is. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { registerFlush } from '#renderer/app/flush.ts';
import type { ChartView } from './types.ts';

export function AmendPanel({
  chart,
  open,
  onOpen,
  onProblem,
}: {
  chart: ChartView;
  open: boolean;
  onOpen(open: boolean): void;
  onProblem(code: string | null): void;
}) {
  const { t } = useTranslation('chart');
  const draft = chart.amendments.find((amendment) => amendment.status === 'draft');
  const [kind, setKind] = useState<'correction' | 'addition'>(draft?.kind === 'correction' ? 'correction' : 'addition');
  const [text, setText] = useState(draft?.text ?? '');
  const [reason, setReason] = useState(draft?.reason ?? '');
  const written = useRef({ id: draft?.id, kind, text, reason });
  const dirty = useRef(false);
  const saving = useRef<Promise<string | null>>(Promise.resolve(null));
  const encounterId = chart.encounter.id;

  // A draft that came while nothing is being written here (another laptop's late text, the next of several) is taken up.
  if (draft !== undefined && written.current.id === undefined && !dirty.current && text === '') {
    written.current = { id: draft.id, kind, text: draft.text, reason: draft.reason ?? '' };
    setText(draft.text);
    setReason(draft.reason ?? '');
  }

  /** Writes what stands here; one write after the other, so that one text never becomes two. */
  const save = useCallback((): Promise<string | null> => {
    saving.current = saving.current.then(async () => {
      const now = written.current;
      if (!dirty.current) return now.id ?? null;
      if (now.id === undefined && now.text.trim() === '' && now.reason.trim() === '') return null;
      dirty.current = false;
      const reply = await call('amendment.write', {
        encounterId,
        ...(now.id === undefined ? {} : { id: now.id }),
        kind: now.kind,
        text: now.text,
        reason: now.reason.trim() === '' ? null : now.reason,
      });
      if (!reply.ok) {
        dirty.current = true;
        onProblem(reply.code);
        return null;
      }
      written.current = { ...written.current, id: reply.value.id };
      return reply.value.id;
    });
    return saving.current;
  }, [encounterId, onProblem]);
  const changed = (next: Partial<typeof written.current>): void => {
    written.current = { ...written.current, ...next };
    dirty.current = true;
  };
  // As the sections of a note: within a second on disk, and before the page is left or locked.
  useEffect(() => {
    const timer = window.setTimeout(() => void save(), 500);
    return () => window.clearTimeout(timer);
  }, [text, reason, kind, save]);
  useEffect(() => {
    const forget = registerFlush(async () => void (await save()));
    return () => {
      forget();
      void save();
    };
  }, [save]);

  const sign = async (): Promise<void> => {
    const saved = await save();
    if (saved === null) return onProblem('amendment/empty');
    const reply = await call('amendment.sign', { id: saved });
    if (!reply.ok) return onProblem(reply.code);
    written.current = { id: undefined, kind, text: '', reason: '' };
    dirty.current = false;
    setText('');
    setReason('');
    onProblem(null);
    onOpen(false);
  };

  if (!open && draft === undefined) {
    return (
      <button type="button" className="link" onClick={() => onOpen(true)}>
        {t('amend.open')} <kbd>Ctrl J</kbd>
      </button>
    );
  }
  return (
    <section
      className="amendment"
      aria-label={t('amend.open')}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.ctrlKey) {
          event.preventDefault();
          event.stopPropagation();
          void sign();
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          void save().then(() => onOpen(false));
        }
      }}
    >
      {draft?.kind === 'late-sibling' && <p className="chart-due">{t('amend.lateSibling')}</p>}
      <select
        className="field-small"
        aria-label={t('amend.kind')}
        value={kind}
        onChange={(event) => {
          const next = event.currentTarget.value === 'correction' ? 'correction' : 'addition';
          changed({ kind: next });
          setKind(next);
        }}
      >
        <option value="addition">{t('amendment.addition')}</option>
        <option value="correction">{t('amendment.correction')}</option>
      </select>
      <div className="section">
        <label htmlFor="amend-text">{t('amend.text')}</label>
        <textarea
          autoComplete="off"
          id="amend-text"
          autoFocus
          rows={4}
          value={text}
          onFocus={(event) => event.currentTarget.setSelectionRange(event.currentTarget.value.length, event.currentTarget.value.length)}
          onChange={(event) => {
            changed({ text: event.currentTarget.value });
            setText(event.currentTarget.value);
          }}
        />
      </div>
      <label htmlFor="amend-reason">{t('amend.reason')}</label>
      <input
        autoComplete="off"
        id="amend-reason"
        className="field-small"
        value={reason}
        onChange={(event) => {
          changed({ reason: event.currentTarget.value });
          setReason(event.currentTarget.value);
        }}
      />
      <div className="section-actions">
        <button type="button" className="link" onClick={() => void sign()}>
          {t('amend.sign')} <kbd>Ctrl ⏎</kbd>
        </button>
        {draft !== undefined && (
          <button
            type="button"
            className="link"
            onClick={() => {
              dirty.current = false;
              written.current = { id: undefined, kind, text: '', reason: '' };
              setText('');
              setReason('');
              void call('amendment.discard', { id: draft.id }).then(() => onOpen(false));
            }}
          >
            {t('amend.discard')}
          </button>
        )}
      </div>
    </section>
  );
}
