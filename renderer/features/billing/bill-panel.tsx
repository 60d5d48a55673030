/**
 * What the visit costs and that it was paid. F2 opens the price list, F8 the payment.
 * A price nobody confirmed is shown as missing, never as zero.
 */
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { billOf } from '#db/rules/billing.ts';
import { parseKroner } from '#db/rules/money.ts';
import type { ChartView, PriceItemRow } from '../chart/types.ts';
import { formatKroner } from '../chart/format.ts';
import { ClaimNotes } from './claim-notes.tsx';
import { PaperPreview } from './paper-preview.tsx';
import { PaymentChoice } from './payment-choice.tsx';
import type { Means } from './payment-choice.tsx';
import { PriceList } from './price-list.tsx';
import { VoidPayment } from './void-payment.tsx';

export type BillMode = 'closed' | 'prices' | 'payment';

interface Props {
  chart: ChartView;
  mode: BillMode;
  onMode(mode: BillMode): void;
  onProblem(code: string): void;
}

export function BillPanel({ chart, mode, onMode, onProblem }: Props) {
  const { t } = useTranslation('billing');
  const encounterId = chart.encounter.id;
  const [paper, setPaper] = useState<{ of: 'receipt' | 'invoice'; id: string } | null>(null);
  const [voiding, setVoiding] = useState<string | null>(null);
  const totals = useMemo(() => billOf(chart.lines, chart.payments), [chart]);
  const open = chart.encounter.status === 'draft' || chart.encounter.status === 'signed';

  const add = async (item: PriceItemRow): Promise<void> => {
    const reply = await call('line.add', { encounterId, priceItemId: item.id });
    if (reply.ok) onMode('closed');
    else onProblem(reply.code);
  };
  const pay = async (means: Means): Promise<void> => {
    if (totals.dueOre === null) return onProblem('payment/price-missing');
    if (typeof means === 'object') {
      const used = await call('prepaid.use', { id: means.cardId, encounterId });
      if (!used.ok) return onProblem(used.code);
      return onMode('closed');
    }
    const method = means === 'invoice_now' ? 'invoice_later' : means;
    const reply = await call('payment.take', { encounterId, method, amountOre: totals.dueOre });
    if (!reply.ok) return onProblem(reply.code);
    onMode('closed');
    if (means === 'invoice_later') return;
    if (means !== 'invoice_now') return setPaper({ of: 'receipt', id: reply.value.id });
    const invoice = await call('invoice.issue', { patientId: chart.encounter.patientId, paymentIds: [reply.value.id] });
    if (invoice.ok) setPaper({ of: 'invoice', id: invoice.value.id });
    // What was to be invoiced waits on the page of money: nothing is lost.
    else onProblem(invoice.code);
  };

  return (
    <section aria-label={t('title')}>
      <h2>
        {t('title')} <kbd>F2</kbd>
      </h2>
      <ul className="line-list">
        {chart.lines.map((line) => (
          <li key={line.id}>
            <span className="code">{line.code}</span>
            <span className="grow">
              {line.label}
              {line.quantity > 1 && ` × ${line.quantity}`}
              {line.amountOre === null && <PriceMissing line={line} encounterId={encounterId} onProblem={onProblem} />}
            </span>
            <span className="amount">{line.amountOre === null ? '' : formatKroner(line.amountOre * line.quantity)}</span>
            {chart.payments.every((payment) => payment.voided) && (
              <button
                type="button"
                className="link"
                aria-label={t('remove', { label: line.label })}
                onClick={() => void call('line.remove', { encounterId, id: line.id })}
              >
                ×
              </button>
            )}
          </li>
        ))}
        {totals.refundOre > 0 && (
          <li className="chart-quiet">
            <span className="grow">{t('refund')}</span>
            <span className="amount">−{formatKroner(totals.refundOre)}</span>
          </li>
        )}
        {chart.lines.length > 0 && (
          <li>
            <strong className="grow">{t('patientPays')}</strong>
            <strong className="amount">{totals.patientShareOre === null ? t('priceMissing') : formatKroner(totals.patientShareOre)}</strong>
          </li>
        )}
        {chart.payments.map((payment) => (
          <li key={payment.id} className={payment.voided ? 'chart-quiet' : ''}>
            <span className="grow">
              {payment.voided ? <s>{t(`method.${payment.method}`)}</s> : t(`method.${payment.method}`)} · {payment.receiptNumber}
            </span>
            <span className="amount">{formatKroner(payment.amountOre)}</span>
            {!payment.voided && payment.method !== 'invoice_later' && (
              <button type="button" className="link" onClick={() => setPaper({ of: 'receipt', id: payment.id })}>
                {t('receipt')}
              </button>
            )}
            {!payment.voided && (
              <button type="button" className="link" onClick={() => setVoiding(payment.id)}>
                {t('void')}
              </button>
            )}
          </li>
        ))}
        {totals.overpaidOre > 0 && (
          <li className="chart-due">
            <span className="grow">{t('overpaid')}</span>
            <span className="amount">{formatKroner(totals.overpaidOre)}</span>
          </li>
        )}
      </ul>
      <ClaimNotes chart={chart} />
      {voiding !== null && (
        <VoidPayment
          onVoid={(reason) =>
            void call('payment.void', { id: voiding, reason }).then((reply) => (reply.ok ? setVoiding(null) : onProblem(reply.code)))
          }
          onClose={() => setVoiding(null)}
        />
      )}
      {open && mode === 'prices' && (
        <PriceList visitType={chart.encounter.visitType} onPick={(item) => void add(item)} onClose={() => onMode('closed')} />
      )}
      {open && mode === 'payment' && (
        <PaymentChoice
          dueOre={totals.dueOre}
          patientId={chart.encounter.patientId}
          onPick={(means) => void pay(means)}
          onClose={() => onMode('closed')}
        />
      )}
      {open && mode === 'closed' && (
        <div className="section-actions">
          <button type="button" className="link" onClick={() => onMode('prices')}>
            {t('addLine')} <kbd>F2</kbd>
          </button>
          {chart.lines.length > 0 && totals.dueOre !== 0 && (
            <button type="button" className="link" onClick={() => onMode('payment')}>
              {t('takePayment')} <kbd>F8</kbd>
            </button>
          )}
        </div>
      )}
      {paper !== null && <PaperPreview {...paper} onClose={() => setPaper(null)} />}
    </section>
  );
}

function PriceMissing({
  line,
  encounterId,
  onProblem,
}: {
  line: ChartView['lines'][number];
  encounterId: string;
  onProblem(code: string): void;
}) {
  const { t } = useTranslation('billing');
  const [text, setText] = useState('');
  const save = async (): Promise<void> => {
    const amountOre = parseKroner(text);
    if (amountOre === null) return onProblem('input/invalid');
    const reply = await call('line.update', { encounterId, id: line.id, set: { amountOre } });
    if (!reply.ok) onProblem(reply.code);
  };
  return (
    <span className="chart-due" style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
      {t('priceMissing')}
      <input
        autoComplete="off"
        className="field-small"
        style={{ width: 88 }}
        inputMode="decimal"
        aria-label={t('priceFor', { label: line.label })}
        placeholder={t('kroner')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.ctrlKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
    </span>
  );
}
