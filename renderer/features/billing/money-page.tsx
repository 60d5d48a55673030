/** Money of the clinic: what is unpaid, what waits to be invoiced, and the month's claims to Helfo. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../app/keys.ts';
import { HelfoLedger } from './helfo-ledger.tsx';
import { InvoiceList } from './invoice-list.tsx';
import { ToInvoice } from './to-invoice.tsx';
import './money.css';

const TABS = ['unpaid', 'waiting', 'all', 'helfo'] as const;
type Tab = (typeof TABS)[number];

export function MoneyPage() {
  const { t } = useTranslation('money');
  const [tab, setTab] = useState<Tab>('unpaid');
  useActions(TABS.map((name, at) => ({ id: `money.${name}`, label: t(`tab.${name}`), key: String(at + 1), run: () => setTab(name) })));
  return (
    <div className="page" style={{ maxWidth: 1320 }}>
      <h1>{t('title')}</h1>
      <div className="row" role="tablist" aria-label={t('title')} style={{ marginBottom: 16 }}>
        {TABS.map((name, at) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === tab}
            className={name === tab ? 'btn main' : 'btn'}
            onClick={() => setTab(name)}
          >
            {t(`tab.${name}`)} <kbd>{at + 1}</kbd>
          </button>
        ))}
      </div>
      {tab === 'waiting' && <ToInvoice />}
      {tab === 'helfo' && <HelfoLedger />}
      {(tab === 'unpaid' || tab === 'all') && <InvoiceList key={tab} show={tab} />}
    </div>
  );
}
