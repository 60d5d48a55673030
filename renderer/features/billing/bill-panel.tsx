/**
 * What the visit costs and that it was paid. F2 opens the price list, F8 the payment.
 * A price nobody confirmed is shown as missing, never as zero.
 */
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import { billOf } from '#db/rules/billing.ts';
import { parseKroner } from '#db/rules/money.ts';
import type { ChartView, PriceItemRow } from '../chart/types.ts';
import { formatKroner } from '../chart/format.ts';
import { ReceiptPreview } from './receipt-preview.tsx';
import { VoidPayment } from './void-payment.tsx';

export type BillMode = 'closed' | 'prices' | 'payment';
const METHODS = ['card', 'cash', 'vipps', 'invoice_later'] as const;

interface Props {
  chart: ChartView;
  mode: BillMode;
  onMode(mode: BillMode): void;
  onProblem(code: string): void;
}

export function BillPanel({ chart, mode, onMode, onProblem }: Props) {
  const { t } = useTranslation('billing');
  const encounterId = chart.encounter.id;
  const [receipt, setReceipt] = useState<string | null>(null);
  const [voiding, setVoiding] = useState<string | null>(null);
  const totals = useMemo(() => billOf(chart.lines, chart.payments), [chart]);
  const open = chart.encounter.status === 'draft' || chart.encounter.status === 'signed';

  const add = async (item: PriceItemRow): Promise<void> => {
    const reply = await call('line.add', { encounterId, priceItemId: item.id });
    if (reply.ok) onMode('closed');
    else onProblem(reply.code);
  };
  const pay = async (method: (typeof METHODS)[number]): Promise<void> => {
    if (totals.dueOre === null) return onProblem('payment/price-missing');
    const reply = await call('payment.take', { encounterId, method, amountOre: totals.dueOre });
    if (!reply.ok) return onProblem(reply.code);
    onMode('closed');
    if (method !== 'invoice_later') setReceipt(reply.value.id);
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
              <button type="button" className="link" onClick={() => setReceipt(payment.id)}>
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
      {chart.claimProblems.map(({ code, takst, other }) => (
        <p key={`${code}/${takst}/${other ?? ''}`} className="chart-due">
          {t(`claim.${code.split('/')[1] ?? ''}`, {
            takst,
            other: code === 'takst/refund-differs' ? formatKroner(Number(other)) : other,
          })}
        </p>
      ))}
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
        <PaymentChoice dueOre={totals.dueOre} onPick={(method) => void pay(method)} onClose={() => onMode('closed')} />
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
      {receipt !== null && <ReceiptPreview paymentId={receipt} onClose={() => setReceipt(null)} />}
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

function PriceList({ visitType, onPick, onClose }: { visitType: string; onPick(item: PriceItemRow): void; onClose(): void }) {
  useReturnFocus();
  const { t } = useTranslation('billing');
  const [items, setItems] = useState<PriceItemRow[]>([]);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const loaded = useRef<Promise<PriceItemRow[]>>(Promise.resolve([]));
  useEffect(() => {
    loaded.current = call('price.list', { visitType }).then((reply) => {
      const found = reply.ok ? reply.value.items.filter((item) => item.active) : [];
      setItems(found);
      return found;
    });
  }, [visitType]);
  const wanted = query.trim().toLowerCase();
  const matching = (list: PriceItemRow[]): PriceItemRow[] =>
    list.filter((item) => `${item.code} ${item.label}`.toLowerCase().includes(wanted));
  const shown = matching(items);
  return (
    <div className="picker">
      <input
        autoComplete="off"
        className="field-small"
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="price-list"
        aria-label={t('searchPrice')}
        placeholder={t('searchPrice')}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setMarked(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setMarked((now) => Math.max(0, Math.min(shown.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
          } else if (event.key === 'Enter' && !event.ctrlKey) {
            event.preventDefault();
            event.stopPropagation();
            void loaded.current.then((list) => {
              const item = matching(list)[marked];
              if (item !== undefined) onPick(item);
            });
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          }
        }}
      />
      <ul id="price-list" role="listbox" aria-label={t('title')}>
        {shown.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled="true">
            {t('noPrices')}
          </li>
        )}
        {shown.map((item, index) => (
          <li
            key={item.id}
            role="option"
            aria-selected={index === marked}
            onMouseDown={(event) => {
              event.preventDefault();
              onPick(item);
            }}
          >
            <span className="code">{item.code}</span>
            <span>{item.label}</span>
            <span className={item.amountOre === null ? 'chart-due' : 'amount'}>
              {item.amountOre === null ? t('priceMissing') : formatKroner(item.amountOre)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function PaymentChoice({
  dueOre,
  onPick,
  onClose,
}: {
  dueOre: number | null;
  onPick(method: (typeof METHODS)[number]): void;
  onClose(): void;
}) {
  useReturnFocus();
  const { t } = useTranslation('billing');
  if (dueOre === null) return <p className="chart-due">{t('confirmPriceFirst')}</p>;
  return (
    <div
      role="group"
      aria-label={t('takePayment')}
      onKeyDown={(event) => {
        const method = METHODS[Number(event.key) - 1];
        if (method !== undefined) {
          event.preventDefault();
          onPick(method);
        } else if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <p>{t('due', { amount: formatKroner(dueOre) })}</p>
      {METHODS.map((method, index) => (
        <button key={method} type="button" className="row-button" autoFocus={index === 0} onClick={() => onPick(method)}>
          <kbd>{index + 1}</kbd>
          <span>{t(`method.${method}`)}</span>
          <span />
        </button>
      ))}
    </div>
  );
}
