/** The clinic's laptops: what each may hold, since when, and a way in for a new one. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Choice } from '../../ui/field.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { formatDate, formatDay, formatTime } from '../chart/format.ts';
import { AskOnce } from './ask-once.tsx';
import { Said, useOutcome } from './outcome.tsx';

type Device = OutputOf<'device.list'>['devices'][number];

export function Devices() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('device.list', {}, ['device']);
  const [said, wrong, tell] = useOutcome();
  const revoke = async (id: string): Promise<void> => {
    const reply = await call('device.revoke', { id });
    if (!reply.ok) tell(reply);
    else await call('sync.now', {});
  };
  // Those that are gone stand last: they are history.
  const devices = value?.devices.toSorted((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null)) ?? [];
  return (
    <>
      <table className="list" aria-label={t('section.devices')}>
        <thead>
          <tr>
            <th scope="col">{t('devices.name')}</th>
            <th scope="col">{t('devices.who')}</th>
            <th scope="col">{t('devices.holds')}</th>
            <th scope="col">{t('devices.since')}</th>
            <th aria-hidden="true" />
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <DeviceRow key={device.id} device={device} onRevoke={() => void revoke(device.id)} />
          ))}
        </tbody>
      </table>
      <Said text={said} wrong={wrong} />
      <Invite />
    </>
  );
}

function DeviceRow({ device, onRevoke }: { device: Device; onRevoke(): void }) {
  const { t } = useTranslation('settings');
  const { user } = useSession();
  const mayRevoke = device.revokedAt === null && !device.thisDevice && (device.userId === user.id || user.roles.includes('ADMIN'));
  return (
    <tr data-off={device.revokedAt === null ? undefined : ''}>
      <td>
        <strong>{device.name}</strong> {device.thisDevice && <span className="quiet">{t('devices.this')}</span>}
      </td>
      <td>{device.userName}</td>
      <td>{t(`devices.${device.audience}`)}</td>
      <td className="num">
        {formatDate(device.enrolledAt)}
        {device.revokedAt !== null && ` – ${t('devices.revokedOn', { date: formatDate(device.revokedAt) })}`}
      </td>
      <td>
        {mayRevoke && (
          <AskOnce
            label={t('devices.revoke')}
            question={t('devices.revokeSure', { name: device.name })}
            yes={t('devices.yes')}
            onYes={onRevoke}
          />
        )}
      </td>
    </tr>
  );
}

function Invite() {
  const { t } = useTranslation('settings');
  const session = useSession();
  const people = useAsk('user.list', {}, ['user']);
  const [userId, setUserId] = useState(session.user.id);
  const [made, setMade] = useState<(OutputOf<'device.invite'> & { name: string }) | null>(null);
  const [said, wrong, tell] = useOutcome();
  const active = people.value?.users.filter((user) => user.active) ?? [];
  const make = async (): Promise<void> => {
    setMade(null);
    const reply = await call('device.invite', { userId });
    if (!reply.ok) return void tell(reply);
    setMade({ ...reply.value, name: active.find(({ id }) => id === userId)?.name ?? '' });
  };
  return (
    <>
      <h2>{t('devices.invite')}</h2>
      <p className="quiet">{t('devices.inviteHelp')}</p>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Choice
          label={t('devices.for')}
          value={userId}
          onText={setUserId}
          options={active.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <button type="submit" className="btn">
          {t('devices.make')}
        </button>
      </form>
      {made !== null && (
        <div className="row invitation" role="status">
          <QrCode text={made.code} label={t('devices.qr')} size={180} />
          <div className="stack">
            <p>{t('devices.made', { name: made.name, at: `${formatDay(made.expiresAt)} ${formatTime(made.expiresAt)}` })}</p>
            <p className="recovery" data-invitation>
              {made.code}
            </p>
          </div>
        </div>
      )}
      {made === null && wrong && <Said text={said} wrong={wrong} />}
    </>
  );
}
