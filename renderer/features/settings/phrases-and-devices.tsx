/** Text phrases, and laptops. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { RevokeButton } from './revoke-button.tsx';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Field } from '../../ui/field.tsx';
import { Said, useOutcome } from './outcome.tsx';

export function Phrases() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('phrase.list', {}, ['phrase']);
  const [form, setForm] = useState({ abbreviation: '', text: '' });
  const [shared, setShared] = useState(false);
  const [said, wrong, tell] = useOutcome();
  return (
    <>
      <p className="quiet">{t('phrases.help')}</p>
      <table className="list" aria-label={t('section.phrases')}>
        <tbody>
          {value?.phrases.map((phrase) => (
            <tr key={phrase.id}>
              <td style={{ width: 120 }}>
                <strong>{phrase.abbreviation}</strong>
              </td>
              <td>{phrase.text}</td>
              <td className="quiet">{phrase.userId === null ? t('phrases.shared') : t('phrases.own')}</td>
              <td>
                <button type="button" className="btn" onClick={() => void call('phrase.remove', { id: phrase.id }).then(tell)}>
                  {t('remove')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <form
        className="form"
        style={{ marginTop: 16 }}
        onSubmit={(event) => {
          event.preventDefault();
          void call('phrase.save', { ...form, shared }).then((reply) => tell(reply) && setForm({ abbreviation: '', text: '' }));
        }}
      >
        <Field
          label={t('phrases.abbreviation')}
          value={form.abbreviation}
          onText={(abbreviation) => setForm({ ...form, abbreviation })}
          placeholder=".abc"
          required
        />
        <Field label={t('phrases.text')} value={form.text} onText={(text) => setForm({ ...form, text })} required />
        <label className="row">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} /> {t('phrases.forAll')}
        </label>
        <button type="submit" className="btn">
          {t('save')}
        </button>
      </form>
      <Said text={said} wrong={wrong} />
    </>
  );
}

export function Devices() {
  const { t } = useTranslation('settings');
  const session = useSession();
  const { value } = useAsk('device.list', {}, ['device']);
  const people = useAsk('user.list', {}, ['user']);
  const [userId, setUserId] = useState(session.user.id);
  const [code, setCode] = useState<string | null>(null);
  const [said, wrong, tell] = useOutcome();
  const revoke = async (id: string): Promise<void> => {
    const reply = await call('device.revoke', { id });
    if (!reply.ok) tell(reply);
    else await call('sync.now', {});
  };
  return (
    <>
      <table className="list" aria-label={t('section.devices')}>
        <tbody>
          {value?.devices.map((device) => (
            <tr key={device.id}>
              <td>
                <strong>{device.name}</strong> {device.thisDevice && <span className="quiet">{t('devices.this')}</span>}
              </td>
              <td className="quiet">{device.userName}</td>
              <td className="quiet">{t(device.revokedAt === null ? `devices.${device.audience}` : 'devices.revoked')}</td>
              <td>
                {device.revokedAt === null &&
                  !device.thisDevice &&
                  (device.userId === session.user.id || session.user.roles.includes('ADMIN')) && (
                    <RevokeButton name={device.name} onRevoke={() => void revoke(device.id)} />
                  )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('devices.invite')}</h2>
      <p className="quiet">{t('devices.inviteHelp')}</p>
      <div className="row">
        <select
          className="input"
          style={{ width: 260 }}
          aria-label={t('people.name')}
          value={userId}
          onChange={(event) => setUserId(event.currentTarget.value)}
        >
          {people.value?.users.map((user) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="btn"
          onClick={() => void call('device.invite', { userId }).then((reply) => (reply.ok ? setCode(reply.value.code) : tell(reply)))}
        >
          {t('devices.make')}
        </button>
      </div>
      {code !== null && (
        <p className="recovery" data-invitation>
          {code}
        </p>
      )}
      <Said text={said} wrong={wrong} />
    </>
  );
}
