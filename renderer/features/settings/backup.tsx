/** Backups of this laptop (by hand, once a day, tried) and the key of its record. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackupPlan, Drill } from '#electron/contract/session.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Field } from '../../ui/field.tsx';
import { formatDay, formatTime } from '../chart/format.ts';
import { Said, useOutcome } from './outcome.tsx';

export function Backup() {
  const plan = useAsk('backup.plan', {});
  if (plan.value === null) return null;
  return (
    <>
      <Plan plan={plan.value} onChange={plan.again} />
      <ByHand onMade={plan.again} />
      <TryOut lastFile={plan.value.lastFile ?? ''} />
      <Key />
    </>
  );
}

function Plan({ plan, onChange }: { plan: BackupPlan; onChange(): void }) {
  const { t } = useTranslation('settings');
  const [typed, setTyped] = useState<string | null>(null);
  const [said, wrong, tell] = useOutcome();
  const { folder, lastAt, problem } = plan;
  const set = async (next: string | null): Promise<void> => {
    if (!tell(await call('backup.setPlan', { folder: next }))) return;
    setTyped(null);
    onChange();
  };
  return (
    <section>
      <h2>{t('backup.daily')}</h2>
      <p className="quiet">{t('backup.dailyHelp')}</p>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          void set(typed ?? folder);
        }}
      >
        <Field label={t('backup.folder')} value={typed ?? folder ?? ''} onText={setTyped} required />
        <button type="submit" className="btn main">
          {t('backup.plan')}
        </button>
        {folder !== null && (
          <button type="button" className="btn" onClick={() => void set(null)}>
            {t('backup.stop')}
          </button>
        )}
      </form>
      <p className={lastAt === null || problem !== null ? 'danger-text' : 'quiet'}>
        {lastAt === null ? t('backup.never') : t('backup.last', { at: `${formatDay(lastAt)} ${formatTime(lastAt)}` })}
        {problem !== null && ` ${t('backup.failed', { why: sentence(problem) })}`}
      </p>
      <Said text={said} wrong={wrong} />
    </section>
  );
}

function ByHand({ onMade }: { onMade(): void }) {
  const { t } = useTranslation('settings');
  const [folder, setFolder] = useState('');
  const [made, setMade] = useState<{ file: string; bytes: number } | null>(null);
  const [said, wrong, tell] = useOutcome();
  const make = async (): Promise<void> => {
    const reply = await call('backup.create', { folder });
    if (!reply.ok) return void tell(reply);
    setMade(reply.value);
    onMade();
  };
  return (
    <section>
      <h2>{t('backup.now')}</h2>
      <p className="quiet">{t('backup.help')}</p>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label={t('backup.folder')} value={folder} onText={setFolder} required />
        <button type="submit" className="btn">
          {t('backup.do')}
        </button>
      </form>
      {made !== null && (
        <p role="status">{t('backup.done', { file: made.file, megabytes: (made.bytes / 1_048_576).toFixed(1).replace('.', ',') })}</p>
      )}
      <Said text={said} wrong={wrong} />
    </section>
  );
}

function TryOut({ lastFile }: { lastFile: string }) {
  const { t } = useTranslation('settings');
  const [typed, setTyped] = useState<string | null>(null);
  const [recoveryCode, setRecoveryCode] = useState('');
  const [drill, setDrill] = useState<Drill | null>(null);
  const [busy, setBusy] = useState(false);
  const [said, wrong, tell] = useOutcome();
  const file = typed ?? lastFile;
  const tryOut = async (): Promise<void> => {
    setBusy(true);
    setDrill(null);
    const reply = await call('backup.drill', { file, recoveryCode });
    setBusy(false);
    tell(reply);
    if (!reply.ok) return;
    setDrill(reply.value);
    setRecoveryCode('');
  };
  return (
    <section>
      <h2>{t('backup.drill')}</h2>
      <p className="quiet">{t('backup.drillHelp')}</p>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void tryOut();
        }}
      >
        <Field label={t('backup.file')} value={file} onText={setTyped} required wide />
        <Field label={t('backup.code')} value={recoveryCode} onText={setRecoveryCode} required wide />
        <button type="submit" className="btn" disabled={busy}>
          {t(busy ? 'backup.trying' : 'backup.try')}
        </button>
      </form>
      {drill === null ? (
        <Said text={wrong ? said : null} wrong={wrong} />
      ) : (
        <p className={drill.missing === 0 ? '' : 'danger-text'} role="status">
          {t('backup.held', {
            at: `${formatDay(drill.madeAt)} ${formatTime(drill.madeAt)}`,
            patients: drill.patients.toLocaleString('nb'),
            visits: drill.visits.toLocaleString('nb'),
          })}{' '}
          {t('backup.missing', { count: drill.missing })}
        </p>
      )}
    </section>
  );
}

function Key() {
  const { t } = useTranslation('settings');
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [said, wrong, tell] = useOutcome();
  const rotate = async (): Promise<void> => {
    setBusy(true);
    const reply = await call('key.rotate', { passphrase });
    setBusy(false);
    if (tell(reply)) setPassphrase('');
  };
  return (
    <section>
      <h2>{t('key.title')}</h2>
      <p className="quiet">{t('key.help')}</p>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          void rotate();
        }}
      >
        <Field label={t('mine.current')} type="password" value={passphrase} onText={setPassphrase} required />
        <button type="submit" className="btn" disabled={busy}>
          {t(busy ? 'key.busy' : 'key.do')}
        </button>
      </form>
      <Said text={said} wrong={wrong} />
    </section>
  );
}
