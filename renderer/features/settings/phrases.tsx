/** Text phrases: what expands while typing. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
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
