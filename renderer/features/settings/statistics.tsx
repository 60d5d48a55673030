/** What was signed in a period, by code: for the clinic's own planning. Numbers only; nobody is named. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clinicDay } from '#db/rules/appointments.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';

export function Statistics() {
  const { t } = useTranslation('settings');
  const [form, setForm] = useState<{ system: 'icpc-2' | 'icd-10'; practitionerId: string; from: string; to: string }>(() => {
    const to = clinicDay(new Date().toISOString());
    return { system: 'icpc-2', practitionerId: '', from: `${to.slice(0, 4)}-01-01`, to };
  });
  const people = useAsk('user.list', {}, ['user']);
  const complete = form.from !== '' && form.to !== '';
  const asked = { ...form, practitionerId: form.practitionerId === '' ? null : form.practitionerId };
  const list = useAsk('code.statistics', complete ? asked : null, ['encounter']);
  const rows = list.value?.rows ?? [];
  return (
    <>
      <div className="row fields">
        <Choice
          label={t('statistics.system')}
          value={form.system}
          onText={(value) => setForm({ ...form, system: value === 'icd-10' ? 'icd-10' : 'icpc-2' })}
          options={[
            { value: 'icpc-2', label: 'ICPC-2' },
            { value: 'icd-10', label: 'ICD-10' },
          ]}
        />
        <Choice
          label={t('statistics.who')}
          value={form.practitionerId}
          onText={(practitionerId) => setForm({ ...form, practitionerId })}
          options={[{ value: '', label: t('log.all') }, ...(people.value?.users.map(({ id, name }) => ({ value: id, label: name })) ?? [])]}
        />
        <Field label={t('log.from')} type="date" value={form.from} onText={(from) => setForm({ ...form, from })} />
        <Field label={t('log.to')} type="date" value={form.to} onText={(to) => setForm({ ...form, to })} />
      </div>
      {list.code !== null && <p className="danger-text">{sentence(list.code)}</p>}
      {list.code === null && list.value !== null && (
        <p className="quiet" role="status">
          {t('statistics.visits', { count: list.value.visits })}
        </p>
      )}
      {list.code === null && list.value !== null && rows.length === 0 && <p>{t('statistics.none')}</p>}
      {list.code === null && rows.length > 0 && (
        <table className="list" aria-label={t('section.statistics')}>
          <thead>
            <tr>
              <th scope="col">{t('statistics.code')}</th>
              <th scope="col">{t('statistics.text')}</th>
              <th scope="col" className="num" style={{ textAlign: 'right' }}>
                {t('statistics.visitsColumn')}
              </th>
              <th scope="col" className="num" style={{ textAlign: 'right' }}>
                {t('statistics.main')}
              </th>
              <th scope="col" className="num" style={{ textAlign: 'right' }}>
                {t('statistics.patients')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.code}>
                <td>
                  <strong>{row.code}</strong>
                </td>
                <td>{row.text}</td>
                <td className="num" style={{ textAlign: 'right' }}>
                  {row.visits}
                </td>
                <td className="num" style={{ textAlign: 'right' }}>
                  {row.main}
                </td>
                <td className="num" style={{ textAlign: 'right' }}>
                  {row.patients}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
