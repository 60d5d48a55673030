/** Who has visits that were to be invoiced; Enter makes one invoice of all of a patient's. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay, formatKroner } from '../chart/format.ts';
import { MONEY_ENTITIES } from './money-entities.ts';
import { PaperPreview } from './paper-preview.tsx';
import { useRows } from './use-rows.ts';

export function ToInvoice() {
  const { t } = useTranslation('money');
  const { value } = useAsk('invoice.waiting', {}, MONEY_ENTITIES);
  const [paper, setPaper] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const issuing = useRef(false);
  const people = value?.people ?? [];
  const issue = async (at: number): Promise<void> => {
    const person = people[at];
    if (person === undefined || issuing.current) return;
    issuing.current = true;
    const reply = await call('invoice.issue', { patientId: person.patientId, paymentIds: person.payments.map(({ id }) => id) });
    issuing.current = false;
    setProblem(reply.ok ? null : reply.code);
    if (reply.ok) setPaper(reply.value.id);
  };
  const { at, mark } = useRows('waiting', people.length, (row) => void issue(row));
  if (value === null) return null;
  return (
    <>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {sentence(problem)}
        </p>
      )}
      {people.length === 0 && <p className="quiet">{t('none.waiting')}</p>}
      {people.length > 0 && (
        <table className="list money-list" aria-label={t('tab.waiting')}>
          <thead>
            <tr>
              <th scope="col">{t('col.patient')}</th>
              <th scope="col">{t('col.visits')}</th>
              <th scope="col" className="ore">
                {t('col.asked')}
              </th>
              <th scope="col" aria-label={t('issue')} />
            </tr>
          </thead>
          <tbody>
            {people.map((person, index) => (
              <tr key={person.patientId} aria-selected={index === at} onClick={() => mark(index)}>
                <td>{person.patientName === '' ? <span className="quiet">{t('shut')}</span> : <strong>{person.patientName}</strong>}</td>
                <td className="quiet">{person.payments.map(({ paidAt }) => formatDay(paidAt)).join(' · ')}</td>
                <td className="ore">{formatKroner(person.amountOre)}</td>
                <td style={{ textAlign: 'right' }}>
                  <button type="button" className="btn" onClick={() => void issue(index)}>
                    {t('issue')} {index === at && <kbd>⏎</kbd>}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {paper !== null && <PaperPreview of="invoice" id={paper} onClose={() => setPaper(null)} />}
    </>
  );
}
