/** On the patient's page: for whom the patient has shut the journal, and who opened it all the same. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate, formatTime } from '../chart/format.ts';

export function AccessSection({ patientId }: { patientId: string }) {
  const { t } = useTranslation('access');
  const session = useSession();
  const list = useAsk('access.list', { patientId }, ['access_block', 'emergency_access', 'user']);
  const people = useAsk('user.list', {}, ['user']);
  const [problem, setProblem] = useState<string | null>(null);
  if (list.value === null) return null;
  const { blocked, emergencies } = list.value;
  const taken = new Set([session.user.id, ...blocked.map(({ userId }) => userId)]);
  const others = people.value?.users.filter((user) => user.active && !taken.has(user.id)) ?? [];
  const set = async (userId: string, shut: boolean): Promise<void> => {
    const reply = await call('access.block', { patientId, userId, blocked: shut });
    setProblem(reply.ok ? null : sentence(reply.code));
    list.again();
  };
  return (
    <section>
      <h2>{t('section.title')}</h2>
      {blocked.length === 0 && <p className="quiet">{t('section.nobody')}</p>}
      {blocked.map(({ userId, name, setAt }) => (
        <p key={userId} className="row" style={{ justifyContent: 'space-between' }}>
          <span>
            {name} <span className="quiet">{t('section.since', { date: formatDate(setAt) })}</span>
          </span>
          {userId !== session.user.id && (
            <button type="button" className="btn" onClick={() => void set(userId, false)}>
              {t('section.lift')}
            </button>
          )}
        </p>
      ))}
      {others.length > 0 && (
        <select className="input" aria-label={t('section.add')} value="" onChange={(event) => void set(event.currentTarget.value, true)}>
          <option value="" disabled>
            {t('section.add')}
          </option>
          {others.map((user) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </select>
      )}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {emergencies.map(({ id, name, openedAt, reason }) => (
        <p key={id} className="quiet">
          {t('section.opened', { name, at: `${formatDate(openedAt)} ${formatTime(openedAt)}` })} «{reason}»
        </p>
      ))}
    </section>
  );
}
