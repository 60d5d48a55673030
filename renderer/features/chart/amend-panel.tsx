/** "Rett eller suppler" under a signed note: a signed addition with a reason; the original stays as it is. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
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
  onProblem(code: string): void;
}) {
  const { t } = useTranslation('chart');
  const draft = chart.amendments.find((amendment) => amendment.status === 'draft');
  const [kind, setKind] = useState<'correction' | 'addition'>('addition');
  const [text, setText] = useState(draft?.text ?? '');
  const [reason, setReason] = useState(draft?.reason ?? '');
  const [id, setId] = useState(draft?.id);

  const save = async (): Promise<string | null> => {
    const reply = await call('amendment.write', {
      encounterId: chart.encounter.id,
      ...(id === undefined ? {} : { id }),
      kind,
      text,
      reason: reason.trim() === '' ? null : reason,
    });
    if (!reply.ok) {
      onProblem(reply.code);
      return null;
    }
    setId(reply.value.id);
    return reply.value.id;
  };
  const sign = async (): Promise<void> => {
    const saved = await save();
    if (saved === null) return;
    const reply = await call('amendment.sign', { id: saved });
    if (!reply.ok) return onProblem(reply.code);
    setText('');
    setReason('');
    setId(undefined);
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
        onChange={(event) => setKind(event.currentTarget.value === 'correction' ? 'correction' : 'addition')}
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
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={() => text.trim() !== '' && void save()}
        />
      </div>
      <label htmlFor="amend-reason">{t('amend.reason')}</label>
      <input
        autoComplete="off"
        id="amend-reason"
        className="field-small"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className="section-actions">
        <button type="button" className="link" onClick={() => void sign()}>
          {t('amend.sign')} <kbd>Ctrl ⏎</kbd>
        </button>
        {draft !== undefined && (
          <button type="button" className="link" onClick={() => void call('amendment.discard', { id: draft.id }).then(() => onOpen(false))}>
            {t('amend.discard')}
          </button>
        )}
      </div>
    </section>
  );
}
