/** Whom of the assistants the clinic lets read notes, why and for how long (J11). */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clinicDay } from '#db/rules/appointments.ts';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { formatDate } from '../chart/format.ts';
import { todayInOslo } from '../today/day.ts';
import { AskOnce } from './ask-once.tsx';
import { Said, useOutcome } from './outcome.tsx';

type User = OutputOf<'user.list'>['users'][number];
type Grant = OutputOf<'grant.list'>['grants'][number];

export function Grants({ users }: { users: readonly User[] }) {
  const { t } = useTranslation('settings');
  const { value } = useAsk('grant.list', {}, ['access_grant', 'user']);
  const [said, wrong, tell] = useOutcome();
  const assistants = users.filter((user) => user.active && user.roles.includes('ASSISTANT') && !user.roles.includes('PRACTITIONER'));
  const grants = value?.grants ?? [];
  return (
    <>
      <h2>{t('grants.title')}</h2>
      <p className="quiet">{t('grants.help')}</p>
      {grants.length > 0 && (
        <table className="list" aria-label={t('grants.title')}>
          <tbody>
            {grants.map((grant) => (
              <GrantRow key={grant.id} grant={grant} onEnd={() => void call('grant.end', { id: grant.id }).then(tell)} />
            ))}
          </tbody>
        </table>
      )}
      {assistants.length === 0 ? <p className="quiet">{t('grants.nobody')}</p> : <GiveGrant assistants={assistants} tell={tell} />}
      <Said text={said} wrong={wrong} />
    </>
  );
}

function GrantRow({ grant, onEnd }: { grant: Grant; onEnd(): void }) {
  const { t } = useTranslation('settings');
  // The end is the first moment that no longer counts: shown is the last day.
  const last = new Date(Date.parse(grant.validUntil) - 1).toISOString();
  const over = grant.endedAt !== null || clinicDay(last) < todayInOslo();
  return (
    <tr data-off={over ? '' : undefined}>
      <td>
        <strong>{grant.name}</strong>
      </td>
      <td className="num">
        {formatDate(grant.validFrom)}–{formatDate(last)}
      </td>
      <td>{grant.reason}</td>
      <td className="quiet">{t('grants.by', { name: grant.grantedByName })}</td>
      <td>
        {grant.endedAt !== null ? (
          <span className="quiet">{t('grants.ended', { date: formatDate(grant.endedAt) })}</span>
        ) : over ? (
          <span className="quiet">{t('grants.over')}</span>
        ) : (
          <AskOnce label={t('grants.end')} question={t('grants.endSure', { name: grant.name })} yes={t('grants.endYes')} onYes={onEnd} />
        )}
      </td>
    </tr>
  );
}

function GiveGrant({ assistants, tell }: { assistants: readonly User[]; tell: ReturnType<typeof useOutcome>[2] }) {
  const { t } = useTranslation('settings');
  const blank = { userId: assistants[0]?.id ?? '', from: todayInOslo(), until: '', reason: '' };
  const [form, setForm] = useState(blank);
  const give = async (): Promise<void> => {
    if (tell(await call('grant.give', form))) setForm(blank);
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void give();
      }}
    >
      <Choice
        label={t('grants.who')}
        value={form.userId}
        onText={(userId) => setForm({ ...form, userId })}
        options={assistants.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Field label={t('grants.from')} type="date" value={form.from} onText={(from) => setForm({ ...form, from })} required />
      <Field label={t('grants.until')} type="date" value={form.until} onText={(until) => setForm({ ...form, until })} required />
      <Field
        label={t('grants.reason')}
        value={form.reason}
        onText={(reason) => setForm({ ...form, reason })}
        minLength={10}
        maxLength={500}
        required
      />
      <button type="submit" className="btn main">
        {t('grants.give')}
      </button>
    </form>
  );
}
