/** After a breach: whose journal was touched in a period, by whom or on which machine, and the list as a file for the clinic's own notices (GDPR art. 33, 34). */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clinicDay, clinicDayBounds } from '#db/rules/appointments.ts';
import type { AffectedList } from '#electron/contract/audit.ts';
import type { InputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import { todayInOslo } from '../today/day.ts';
import { AskOnce } from './ask-once.tsx';

type Asked = InputOf<'audit.affected'>;
const DAY_MS = 86_400_000;

export function Affected() {
  const { t } = useTranslation('settings');
  const [open, setOpen] = useState(false);
  if (!open)
    return (
      <div className="row" style={{ marginBottom: 12 }}>
        <button type="button" className="btn" onClick={() => setOpen(true)}>
          {t('affected.open')}
        </button>
      </div>
    );
  return <AffectedForm onClose={() => setOpen(false)} />;
}

function AffectedForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('settings');
  const people = useAsk('user.list', {}, ['user']);
  const devices = useAsk('device.list', {}, ['device']);
  const [form, setForm] = useState(() => ({
    from: clinicDay(new Date(Date.now() - 7 * DAY_MS).toISOString()),
    to: todayInOslo(),
    deviceId: '',
    actorId: '',
  }));
  const [found, setFound] = useState<{ asked: Asked; list: AffectedList } | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const set = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
    // What is listed must be what the fields say.
    setFound(null);
  };
  const all = { value: '', label: t('log.all') };
  const find = async (): Promise<void> => {
    const asked = {
      from: clinicDayBounds(form.from).from,
      to: clinicDayBounds(form.to).to,
      deviceId: form.deviceId === '' ? null : form.deviceId,
      actorId: form.actorId === '' ? null : form.actorId,
    };
    setBusy(true);
    const reply = await call('audit.affected', asked);
    setBusy(false);
    setProblem(reply.ok ? null : sentence(reply.code));
    setFound(reply.ok ? { asked, list: reply.value } : null);
  };
  return (
    <section aria-label={t('affected.title')} onKeyDown={(event) => event.key === 'Escape' && onClose()} style={{ marginBottom: 32 }}>
      <h2>{t('affected.title')}</h2>
      <p className="quiet">{t('affected.help')}</p>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          void find();
        }}
      >
        <Field label={t('log.from')} type="date" value={form.from} onText={set('from')} required autoFocus />
        <Field label={t('log.to')} type="date" value={form.to} onText={set('to')} required />
        <Choice
          label={t('log.device')}
          value={form.deviceId}
          onText={set('deviceId')}
          options={[all, ...(devices.value?.devices.map(({ id, name }) => ({ value: id, label: name })) ?? [])]}
        />
        <Choice
          label={t('log.who')}
          value={form.actorId}
          onText={set('actorId')}
          options={[all, ...(people.value?.users.map(({ id, name }) => ({ value: id, label: name })) ?? [])]}
        />
        <button type="submit" className="btn main" disabled={busy}>
          {t(busy ? 'affected.finding' : 'affected.find')} <kbd>⏎</kbd>
        </button>
        <button type="button" className="btn" onClick={onClose}>
          {t('affected.close')} <kbd>Esc</kbd>
        </button>
      </form>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {found !== null && <Found {...found} onProblem={setProblem} />}
    </section>
  );
}

function Found({ asked, list, onProblem }: { asked: Asked; list: AffectedList; onProblem(text: string | null): void }) {
  const { t } = useTranslation('settings');
  const { patients, lists, unknown, broken } = list;
  const save = async (): Promise<void> => {
    const reply = await call('audit.affectedFile', { ...asked, warned: true });
    onProblem(reply.ok ? null : sentence(reply.code));
    if (reply.ok) saveFile(reply.value);
  };
  return (
    <>
      <p role="status">
        <strong>{t('affected.count', { count: patients.length })}</strong>{' '}
        <span className="quiet">
          {t('affected.among', { count: list.events })} {t(`log.source.${list.source}`)}{' '}
          {lists > 0 && t('affected.lists', { count: lists })}
        </span>
        {broken !== null && broken > 0 && <span className="danger-text"> {t('log.broken', { count: broken })}</span>}
        {unknown > 0 && <span className="danger-text"> {t('affected.unknown', { count: unknown })}</span>}
      </p>
      {patients.length > 0 && (
        <>
          <div className="row" style={{ marginBottom: 12 }}>
            <AskOnce label={t('affected.save')} question={t('affected.warning')} yes={t('affected.saveYes')} onYes={() => void save()} />
          </div>
          <table className="list" aria-label={t('affected.title')}>
            <thead>
              <tr>
                <th scope="col">{t('log.patient')}</th>
                <th scope="col">{t('affected.born')}</th>
                {COUNTS.map((kind) => (
                  <th key={kind} scope="col" className="num" style={RIGHT} title={t(`affected.${kind}Help`)}>
                    {t(`affected.${kind}`)}
                  </th>
                ))}
                <th scope="col" style={APART}>
                  {t('affected.first')}
                </th>
                <th scope="col">{t('affected.last')}</th>
              </tr>
            </thead>
            <tbody>
              {patients.map((patient) => (
                <tr key={patient.patientId}>
                  <td>{patient.name ?? <span className="quiet">{t('affected.notHere', { id: patient.patientId })}</span>}</td>
                  <td className="num">{patient.birthDate === null ? '' : formatDate(`${patient.birthDate}T12:00:00Z`)}</td>
                  {COUNTS.map((kind) => (
                    <td key={kind} className="num" style={RIGHT}>
                      {patient[kind] === 0 ? <span className="quiet">–</span> : patient[kind]}
                    </td>
                  ))}
                  {[patient.first, patient.last].map((at, index) => (
                    <td key={index === 0 ? 'first' : 'last'} className="num" style={index === 0 ? APART : undefined}>
                      {formatDate(at)} {formatTime(at)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

const COUNTS = ['opened', 'shown', 'taken', 'changed'] as const;
const RIGHT = { textAlign: 'right' } as const;
/** From the numbers, which stand to the right. */
const APART = { paddingLeft: 32 } as const;
