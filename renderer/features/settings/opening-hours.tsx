/** When the clinic and each practitioner is open, and the rooms there are. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Room } from '#electron/contract/schedule.ts';
import { hoursOf, hoursText, parseHours } from '#db/rules/opening-hours.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { Said, useOutcome } from './outcome.tsx';

export function OpeningHours() {
  const { t } = useTranslation('calendar');
  const clinic = useAsk('clinic.get', {}, ['clinic']).value;
  const users = useAsk('user.list', {}, ['user']).value?.users.filter(({ active, roles }) => active && roles.includes('PRACTITIONER'));
  const [who, setWho] = useState('');
  const [text, wrong, tell] = useOutcome();
  if (clinic === null || users === undefined) return null;
  const person = users.find(({ id }) => id === who);
  const own = person === undefined ? clinic.openingHours : person.openingHours;
  const save = async (openingHours: typeof own): Promise<void> => {
    tell(
      person === undefined
        ? await call('clinic.update', { set: { openingHours } })
        : await call('user.update', { userId: person.id, set: { openingHours } }),
    );
  };
  return (
    <>
      <div className="stack">
        <Choice
          label={t('today:practitioner')}
          value={who}
          onText={setWho}
          options={[{ value: '', label: t('hours.clinic') }, ...users.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <p className="quiet">{t('hours.help')}</p>
        <Week
          key={`${who}/${JSON.stringify(own)}`}
          hours={person === undefined ? hoursOf(null, clinic.openingHours) : hoursOf(person.openingHours, clinic.openingHours)}
          follows={person === undefined ? null : person.openingHours === null}
          onSave={(hours) => void save(hours)}
        />
      </div>
      <h2>{t('hours.rooms')}</h2>
      <Rooms rooms={clinic.rooms} onSave={async (rooms) => tell(await call('clinic.update', { set: { rooms } }))} />
      <Said text={text} wrong={wrong} />
    </>
  );
}

type Hours = ReturnType<typeof hoursOf>;

/** @param follows whether a practitioner goes by the clinic's hours; null for the clinic itself */
function Week({ hours, follows, onSave }: { hours: Hours; follows: boolean | null; onSave(hours: Hours | null): void }) {
  const { t } = useTranslation('calendar');
  const [asClinic, setAsClinic] = useState(follows === true);
  const [texts, setTexts] = useState(() => hours.map(hoursText));
  const read = texts.map(parseHours);
  const submit = (): void => {
    const known = read.flatMap((spans) => (spans === null ? [] : [spans]));
    if (asClinic) onSave(null);
    else if (known.length === 7) onSave(known);
  };
  return (
    <form
      style={{ width: '100%' }}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {follows !== null && (
        <label style={{ display: 'block', marginBottom: 8 }}>
          <input type="checkbox" checked={asClinic} onChange={(event) => setAsClinic(event.currentTarget.checked)} /> {t('hours.asClinic')}
        </label>
      )}
      {!asClinic && (
        <div className="form">
          {texts.map((text, day) => (
            <Field
              key={day}
              label={t(`weekday.${day}`)}
              value={text}
              onText={(value) => setTexts(texts.map((one, at) => (at === day ? value : one)))}
              problem={read[day] === null ? t('hours.wrong') : null}
            />
          ))}
        </div>
      )}
      <button type="submit" className="btn main" style={{ marginTop: 12 }}>
        {t('hours.save')}
      </button>
    </form>
  );
}

function Rooms({ rooms, onSave }: { rooms: readonly Room[]; onSave(rooms: Room[]): Promise<unknown> }) {
  const { t } = useTranslation('calendar');
  const [name, setName] = useState('');
  return (
    <>
      {rooms.length === 0 ? (
        <p className="quiet">{t('hours.noRooms')}</p>
      ) : (
        <table className="list" style={{ maxWidth: 640 }} aria-label={t('hours.rooms')}>
          <tbody>
            {rooms.map((room) => (
              <tr key={room.id} data-off={room.active ? undefined : ''}>
                <td>{room.name}</td>
                <td style={{ textAlign: 'right' }}>
                  <button
                    type="button"
                    className="link"
                    onClick={() => void onSave(rooms.map((one) => (one.id === room.id ? { ...one, active: !one.active } : one)))}
                  >
                    {t(room.active ? 'hours.retire' : 'hours.use')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <form
        className="row fields"
        style={{ marginTop: 8 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '') return;
          void onSave([...rooms, { id: crypto.randomUUID(), name: name.trim(), active: true }]).then(() => setName(''));
        }}
      >
        <Field label={t('hours.room')} value={name} onText={setName} maxLength={60} />
        <button type="submit" className="btn">
          {t('hours.addRoom')}
        </button>
      </form>
    </>
  );
}
