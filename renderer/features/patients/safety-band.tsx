/** What must be known before touching the patient, always in sight. "Ikke spurt" is said, never assumed to be none. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SafetyKind } from '#electron/contract/choices.ts';
import type { SafetyFactView } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate } from '../chart/format.ts';

export function SafetyBand({ patientId, safety }: { patientId: string; safety: readonly SafetyFactView[] | null }) {
  const { t } = useTranslation('patients');
  const [editing, setEditing] = useState<SafetyKind | null>(null);
  useReturnFocus(editing !== null);
  useActions([
    {
      id: 'safety.edit',
      label: t('safety.edit'),
      key: 'Alt+s',
      when: () => safety !== null,
      run: () => setEditing(safety?.find((fact) => fact.state === 'not_asked')?.kind ?? 'allergies'),
    },
  ]);
  if (safety === null) return null;
  const known = safety.filter((fact) => fact.state === 'yes');
  const none = safety.filter((fact) => fact.state === 'none');
  const unasked = safety.filter((fact) => fact.state === 'not_asked');
  const show = (fact: SafetyFactView) => (
    <button
      key={fact.kind}
      type="button"
      data-state={fact.state}
      title={fact.recordedAt === null ? undefined : `${fact.recordedByName ?? ''} ${formatDate(fact.recordedAt)}`}
      onClick={() => setEditing(fact.kind)}
    >
      {fact.state === 'yes' && '⚠ '}
      {fact.state === 'yes' ? t(`safety.short.${fact.kind}`) : t(`safety.kind.${fact.kind}`)}
      {fact.state === 'yes' && fact.detail !== null && ` (${fact.detail})`}
      {fact.state === 'none' && ` ${t('safety.no')}`}
      {fact.disputed && ` ${t('safety.disputed')}`}
    </button>
  );
  return (
    <>
      <div className="band" role="region" aria-label={t('safety.title')}>
        {known.map(show)}
        {none.map(show)}
        {unasked.length > 0 && (
          <button type="button" data-state="not_asked" onClick={() => setEditing(unasked[0]?.kind ?? null)}>
            {t('safety.notAsked', { list: unasked.map((fact) => t(`safety.kind.${fact.kind}`).toLowerCase()).join(', ') })} <kbd>Alt S</kbd>
          </button>
        )}
      </div>
      {editing !== null && (
        <SafetyEditor
          key={editing}
          patientId={patientId}
          fact={safety.find((fact) => fact.kind === editing) ?? null}
          kinds={safety.map((fact) => fact.kind)}
          onKind={setEditing}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}

function SafetyEditor({
  patientId,
  fact,
  kinds,
  onKind,
  onClose,
}: {
  patientId: string;
  fact: SafetyFactView | null;
  kinds: readonly SafetyKind[];
  onKind(kind: SafetyKind): void;
  onClose(): void;
}) {
  const { t } = useTranslation('patients');
  const [detail, setDetail] = useState(fact?.detail ?? '');
  const [unsaved, setUnsaved] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  /** As it was when the question was put: what came since has not been read. */
  const [opened] = useState(fact);
  if (fact === null || opened === null) return null;
  const next = kinds[kinds.indexOf(fact.kind) + 1];
  const set = async (state: 'none' | 'yes' | 'not_asked'): Promise<void> => {
    const reply = await call('safety.set', {
      patientId,
      kind: fact.kind,
      state,
      detail: state === 'yes' && detail.trim() !== '' ? detail : null,
      was: { state: opened.state, detail: opened.detail },
    });
    if (!reply.ok) return setProblem(reply.code);
    if (next === undefined) onClose();
    else onKind(next);
  };
  return (
    <div className="overlay">
      <div
        role="dialog"
        aria-label={t('safety.title')}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            // What was written is not thrown away by one key: the second one means it.
            if (detail.trim() !== (fact.detail ?? '').trim() && !unsaved) setUnsaved(true);
            else onClose();
          } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement && detail.trim() !== '') {
            // Whoever says what it is has said that there is something.
            event.preventDefault();
            void set('yes');
          } else if (event.altKey && (event.key === 'j' || event.key === 'n')) {
            event.preventDefault();
            void set(event.key === 'j' ? 'yes' : 'none');
          }
        }}
      >
        <h1 style={{ fontSize: 16, margin: '0 0 8px' }}>{t(`safety.question.${fact.kind}`)}</h1>
        <label className="field">
          <span>{t('safety.detail')}</span>
          <input autoComplete="off" className="input" autoFocus value={detail} onChange={(event) => setDetail(event.currentTarget.value)} />
        </label>
        {problem !== null && (
          <p className="danger-text" role="alert">
            {sentence(problem)}
          </p>
        )}
        {unsaved && (
          <p className="due" role="alert">
            {t('safety.unsaved')}
          </p>
        )}
        <div className="row" style={{ marginTop: 12 }}>
          <button type="button" className="btn" aria-pressed={fact.state === 'yes'} onClick={() => void set('yes')}>
            {t('safety.yes')} <kbd>{detail.trim() === '' ? 'Alt J' : '⏎'}</kbd>
          </button>
          <button type="button" className="btn" aria-pressed={fact.state === 'none'} onClick={() => void set('none')}>
            {t('safety.none')} <kbd>Alt N</kbd>
          </button>
          <button type="button" className="btn" onClick={() => void set('not_asked')}>
            {t('safety.setNotAsked')}
          </button>
          {next !== undefined && (
            <button type="button" className="btn" onClick={() => onKind(next)}>
              {t('safety.skip')}
            </button>
          )}
          <button type="button" className="btn" onClick={onClose}>
            {t('common:close')} <kbd>Esc</kbd>
          </button>
        </div>
      </div>
    </div>
  );
}
