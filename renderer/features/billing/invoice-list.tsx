/** Invoices, the unpaid or all of them, with the one that is marked beside; and whether the numbers are whole. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../../app/use-ask.ts';
import { formatDate, formatKroner } from '../chart/format.ts';
import { InvoiceDetail } from './invoice-detail.tsx';
import { MONEY_ENTITIES } from './money-entities.ts';
import { PaperPreview } from './paper-preview.tsx';
import { useRows } from './use-rows.ts';

export function InvoiceList({ show }: { show: 'unpaid' | 'all' }) {
  const { t } = useTranslation('money');
  const { value } = useAsk('invoice.list', { show }, MONEY_ENTITIES);
  const [paper, setPaper] = useState<string | null>(null);
  const invoices = value?.invoices ?? [];
  const { at, mark } = useRows('invoices', invoices.length, (row) => setPaper(invoices[row]?.id ?? null));
  const marked = invoices[at];
  if (value === null) return null;
  return (
    <>
      <dl className="money-sums">
        <div>
          <dt>{t('sum.open')}</dt>
          <dd>
            <strong>{formatKroner(value.openOre)}</strong>
          </dd>
        </div>
        <div>
          <dt>{t('sum.overdue')}</dt>
          <dd className={value.overdueOre > 0 ? 'due' : ''}>{formatKroner(value.overdueOre)}</dd>
        </div>
      </dl>
      {invoices.length === 0 && <p className="quiet">{t(show === 'unpaid' ? 'none.unpaid' : 'none.all')}</p>}
      {invoices.length > 0 && (
        <div className="money-two">
          <table className="list money-list" aria-label={t(`tab.${show}`)}>
            <thead>
              <tr>
                <th scope="col">{t('col.number')}</th>
                <th scope="col">{t('col.issued')}</th>
                <th scope="col">{t('col.patient')}</th>
                <th scope="col">{t('col.due')}</th>
                <th scope="col" className="ore">
                  {t('col.asked')}
                </th>
                <th scope="col" className="ore">
                  {t('col.open')}
                </th>
                <th scope="col">{t('col.state')}</th>
              </tr>
            </thead>
            <tbody>
              {invoices.map((item, index) => (
                <tr
                  key={item.id}
                  aria-selected={index === at}
                  data-off={item.kind === 'credit_note' ? '' : undefined}
                  onClick={() => mark(index)}
                  onDoubleClick={() => setPaper(item.id)}
                >
                  <td className="num">{item.number}</td>
                  <td className="num">{formatDate(item.issuedAt)}</td>
                  <td>{item.patientName === '' ? <span className="quiet">{t('shut')}</span> : item.patientName}</td>
                  <td className="num">{item.dueOn === null ? '' : formatDate(`${item.dueOn}T12:00:00Z`)}</td>
                  <td className="ore">{formatKroner(item.askedOre)}</td>
                  <td className="ore">{item.kind === 'credit_note' ? '' : formatKroner(item.openOre)}</td>
                  <td className={item.doubled || item.state === 'overdue' || item.state === 'overpaid' ? 'due' : 'quiet'}>
                    {item.kind === 'credit_note' ? t('state.creditNote', { number: item.creditsNumber ?? '' }) : t(`state.${item.state}`)}
                    {item.doubled && ` · ${t('doubled')}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {marked !== undefined && <InvoiceDetail key={marked.id} id={marked.id} onPaper={() => setPaper(marked.id)} />}
        </div>
      )}
      {value.count > invoices.length && <p className="quiet">{t('newest', { shown: invoices.length, count: value.count })}</p>}
      {show === 'all' && value.control.length > 0 && (
        <>
          <h2>{t('control.title')}</h2>
          {value.control.map(({ series, last, missing, twice }) => (
            <p key={series} className={missing.length + twice.length > 0 ? 'due' : 'quiet'} style={{ margin: '0 0 4px' }}>
              <span className="num">F{series}</span>:{' '}
              {missing.length + twice.length === 0
                ? t('control.whole', { last })
                : [
                    missing.length > 0 ? t('control.missing', { numbers: missing.join(', ') }) : '',
                    twice.length > 0 ? t('control.twice', { numbers: twice.join(', ') }) : '',
                  ].join(' ')}
            </p>
          ))}
        </>
      )}
      {paper !== null && <PaperPreview of="invoice" id={paper} onClose={() => setPaper(null)} />}
    </>
  );
}
