/** Who did what, when and why: the clinic's log, by person, action and period. Looking at it is logged as well. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InputOf } from '#electron/contract/index.ts';
import type { LogEventView } from '#electron/contract/audit.ts';
import { clinicDayBounds } from '#db/rules/appointments.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { Affected } from './affected.tsx';
import { formatDate, formatTime } from '../chart/format.ts';

const ACTIONS = ['read', 'search', 'create', 'change', 'sign', 'print', 'export', 'reveal', 'refused', 'unlock', 'lock', 'other'] as const;
type Action = (typeof ACTIONS)[number];

export function Log() {
  const { t } = useTranslation('settings');
  const people = useAsk('user.list', {}, ['user']);
  const [form, setForm] = useState({ actorId: '', action: '', from: '', to: '' });
  const [older, setOlder] = useState<LogEventView[]>([]);
  const [end, setEnd] = useState(false);
  const filter: InputOf<'audit.list'> = {
    actorId: form.actorId === '' ? null : form.actorId,
    action: form.action === '' ? null : (form.action as Action),
    from: form.from === '' ? null : clinicDayBounds(form.from).from,
    to: form.to === '' ? null : clinicDayBounds(form.to).to,
  };
  const list = useAsk('audit.list', filter);
  const set = (field: keyof typeof form) => (value: string) => {
    setForm({ ...form, [field]: value });
    setOlder([]);
    setEnd(false);
  };
  const [busy, setBusy] = useState(false);
  const [verdict, setVerdict] = useState<{ text: string; wrong: boolean } | null>(null);
  const verify = async (): Promise<void> => {
    setBusy(true);
    const reply = await call('audit.verify', {});
    setBusy(false);
    if (!reply.ok) return setVerdict({ text: sentence(reply.code), wrong: true });
    const { events: count, broken, rewritten, anchors } = reply.value;
    if (rewritten.length > 0)
      return setVerdict({
        text: t('log.rewritten', { days: rewritten.map((day) => formatDate(`${day}T12:00:00Z`)).join(', ') }),
        wrong: true,
      });
    if (broken.length > 0) return setVerdict({ text: t('log.broken', { count: broken.length }), wrong: true });
    setVerdict({ text: t('log.verified', { count, anchors }), wrong: false });
  };
  const events = [...(list.value?.events ?? []), ...older];
  const more = async (): Promise<void> => {
    const reply = await call('audit.list', { ...filter, before: events.at(-1)?.place ?? null });
    if (!reply.ok) return;
    setOlder([...older, ...reply.value.events]);
    setEnd(!reply.value.more);
  };
  return (
    <>
      <Affected />
      <div className="row fields">
        <Choice
          label={t('log.who')}
          value={form.actorId}
          onText={set('actorId')}
          options={[{ value: '', label: t('log.all') }, ...(people.value?.users.map(({ id, name }) => ({ value: id, label: name })) ?? [])]}
        />
        <Choice
          label={t('log.what')}
          value={form.action}
          onText={set('action')}
          options={[{ value: '', label: t('log.all') }, ...ACTIONS.map((value) => ({ value, label: t(`log.action.${value}`) }))]}
        />
        <Field label={t('log.from')} type="date" value={form.from} onText={set('from')} />
        <Field label={t('log.to')} type="date" value={form.to} onText={set('to')} />
      </div>
      {list.code !== null && <p className="danger-text">{sentence(list.code)}</p>}
      {list.value !== null && (
        <p className="quiet" role="status">
          {t(`log.source.${list.value.source}`)}{' '}
          {list.value.broken !== null && list.value.broken > 0 && (
            <span className="danger-text">{t('log.broken', { count: list.value.broken })}</span>
          )}
          {list.value.broken === 0 && t('log.whole')}
        </p>
      )}
      <div className="row">
        <button type="button" className="btn" disabled={busy} onClick={() => void verify()}>
          {t(busy ? 'log.verifying' : 'log.verify')}
        </button>
        {verdict !== null && (
          <span className={verdict.wrong ? 'danger-text' : 'quiet'} role="status">
            {verdict.text}
          </span>
        )}
      </div>
      <Events events={events} />
      {list.value !== null && events.length === 0 && <p className="quiet">{t('log.none')}</p>}
      {list.value?.more === true && !end && (
        <button type="button" className="btn" onClick={() => void more()}>
          {t('log.more')}
        </button>
      )}
    </>
  );
}

function Events({ events }: { events: readonly LogEventView[] }) {
  const { t } = useTranslation('settings');
  return (
    <table className="list" aria-label={t('section.log')}>
      <thead>
        <tr>
          <th scope="col">{t('log.when')}</th>
          <th scope="col">{t('log.who')}</th>
          <th scope="col">{t('log.what')}</th>
          <th scope="col">{t('log.patient')}</th>
          <th scope="col">{t('log.device')}</th>
          <th scope="col">{t('log.why')}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.place}>
            <td className="num">
              {formatDate(event.at)} {formatTime(event.at)}
            </td>
            <td>
              {event.actorName}{' '}
              <span className="quiet">{event.roles.map((role) => t(`log.role.${role}`, { defaultValue: role })).join(', ')}</span>
            </td>
            <td>
              {t(`log.action.${event.action}`)} <span className="quiet">{event.verb}</span>{' '}
              {!event.intact && <span className="danger-text">{t('log.notIntact')}</span>}
            </td>
            <td>{event.patientName}</td>
            <td className="quiet">{event.deviceName}</td>
            <td className="quiet">{event.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
