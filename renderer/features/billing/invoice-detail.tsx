/** One invoice: its sums, what came in and was credited, and the two things that may be done with it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatOre, parseKroner } from '#db/rules/money.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { formatDate, formatKroner } from '../chart/format.ts';
import { todayInOslo } from '../today/day.ts';
import { MONEY_ENTITIES } from './money-entities.ts';
import { VoidPayment } from './void-payment.tsx';

const METHODS = ['bank', 'card', 'cash', 'vipps'] as const;

export function InvoiceDetail({ id, onPaper }: { id: string; onPaper(): void }) {
  const { t } = useTranslation('money');
  const { value } = useAsk('invoice.get', { id }, MONEY_ENTITIES);
  const [doing, setDoing] = useState<'pay' | 'credit' | null>(null);
  const [voiding, setVoiding] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isInvoice = () => value?.kind === 'invoice';
  useActions([
    { id: 'invoice.pay', label: t('pay'), key: 'b', when: isInvoice, run: () => setDoing('pay') },
    { id: 'invoice.credit', label: t('credit'), key: 'k', when: isInvoice, run: () => setDoing('credit') },
    { id: 'invoice.paper', label: t('paper'), key: 'v', run: onPaper },
  ]);
  if (value === null) return null;
  const rows = [
    [t(value.kind === 'invoice' ? 'sum.total' : 'sum.credited'), value.totalOre],
    ...(value.refundOre > 0 ? [[t('sum.refund'), -value.refundOre] as const] : []),
    ...(value.vatOre > 0 ? [[t('sum.vat'), value.vatOre] as const] : []),
    ...(value.paidBeforeOre > 0 ? [[t('sum.paidBefore'), -value.paidBeforeOre] as const] : []),
    ...(value.kind === 'invoice' ? [[t('sum.asked'), value.askedOre] as const] : []),
  ] as const;
  return (
    <aside className="money-detail" aria-label={value.number}>
      <h2>
        {t(value.kind === 'invoice' ? 'invoice' : 'creditNote')} <span className="num">{value.number}</span>
      </h2>
      <p style={{ margin: '0 0 8px' }}>{value.patientName}</p>
      <dl>
        {rows.map(([label, ore]) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>{formatKroner(ore)}</dd>
          </div>
        ))}
        {value.kid !== null && (
          <>
            <dt>KID</dt>
            <dd>{value.kid}</dd>
          </>
        )}
        {value.credits.map((note) => (
          <div key={note.id} style={{ display: 'contents' }}>
            <dt>
              {t('credited', { number: note.number })}
              {note.reason !== null && <span className="quiet"> {note.reason}</span>}
            </dt>
            <dd>{formatKroner(-note.shareOre)}</dd>
          </div>
        ))}
        {value.payments.map((payment) => (
          <div key={payment.id} style={{ display: 'contents' }}>
            <dt>
              {payment.voided ? <s>{t(`method.${payment.method}`)}</s> : t(`method.${payment.method}`)}{' '}
              <span className="quiet">{formatDate(`${payment.paidOn}T12:00:00Z`)}</span>{' '}
              {!payment.voided && (
                <button type="button" className="link" onClick={() => setVoiding(payment.id)}>
                  {t('voidPayment')}
                </button>
              )}
            </dt>
            <dd>{payment.voided ? <s>{formatKroner(-payment.amountOre)}</s> : formatKroner(-payment.amountOre)}</dd>
          </div>
        ))}
        {value.kind === 'invoice' && (
          <>
            <dt>
              <strong>{t(value.openOre < 0 ? 'sum.owed' : 'sum.left')}</strong>
            </dt>
            <dd>
              <strong>{formatKroner(Math.abs(value.openOre))}</strong>
            </dd>
          </>
        )}
      </dl>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {sentence(problem)}
        </p>
      )}
      {voiding !== null && (
        <VoidPayment
          onVoid={(reason) =>
            void call('invoice.voidPayment', { id: voiding, reason }).then((reply) =>
              reply.ok ? setVoiding(null) : setProblem(reply.code),
            )
          }
          onClose={() => setVoiding(null)}
        />
      )}
      {doing !== null && (
        <Doing
          key={doing}
          doing={doing}
          openOre={value.openOre}
          onDo={async (input) => {
            const reply =
              doing === 'pay'
                ? await call('invoice.pay', { id, amountOre: input.amountOre, method: input.method, paidOn: input.paidOn })
                : await call('invoice.credit', { id, amountOre: input.amountOre, reason: input.reason });
            setProblem(reply.ok ? null : reply.code);
            if (reply.ok) setDoing(null);
          }}
          onClose={() => setDoing(null)}
        />
      )}
      {doing === null && (
        <div className="row">
          <button type="button" className="btn" onClick={onPaper}>
            {t('paper')} <kbd>V</kbd>
          </button>
          {value.kind === 'invoice' && (
            <>
              <button type="button" className="btn" onClick={() => setDoing('pay')}>
                {t('pay')} <kbd>B</kbd>
              </button>
              <button type="button" className="btn" onClick={() => setDoing('credit')}>
                {t('credit')} <kbd>K</kbd>
              </button>
            </>
          )}
        </div>
      )}
    </aside>
  );
}

interface Done {
  amountOre: number;
  method: (typeof METHODS)[number];
  paidOn: string;
  reason: string;
}

/** The amount is what is open until somebody writes another. */
function Doing(props: { doing: 'pay' | 'credit'; openOre: number; onDo(done: Done): Promise<void>; onClose(): void }) {
  const { t } = useTranslation('money');
  const { doing, openOre } = props;
  const [form, setForm] = useState({ amount: formatOre(Math.abs(openOre)), method: 'bank', paidOn: todayInOslo(), reason: '' });
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const amountOre = parseKroner(form.amount);
        setWrong(amountOre === null);
        if (amountOre === null) return;
        const back = doing === 'pay' && openOre < 0;
        void props.onDo({ ...form, method: form.method as Done['method'], amountOre: back ? -amountOre : amountOre });
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        props.onClose();
      }}
    >
      <Field
        label={t(doing === 'credit' ? 'creditAmount' : openOre < 0 ? 'backAmount' : 'payAmount')}
        value={form.amount}
        inputMode="decimal"
        autoFocus
        problem={wrong ? t('notAnAmount') : null}
        onText={(amount) => setForm({ ...form, amount })}
      />
      {doing === 'pay' ? (
        <>
          <Choice
            label={t('method.label')}
            value={form.method}
            onText={(method) => setForm({ ...form, method })}
            options={METHODS.map((value) => ({ value, label: t(`method.${value}`) }))}
          />
          <Field label={t('paidOn')} type="date" value={form.paidOn} onText={(paidOn) => setForm({ ...form, paidOn })} required />
        </>
      ) : (
        <Field label={t('reason')} value={form.reason} onText={(reason) => setForm({ ...form, reason })} required />
      )}
      <div className="row">
        <button type="submit" className="btn main">
          {t(doing === 'pay' ? 'doPay' : 'doCredit')} <kbd>⏎</kbd>
        </button>
        <button type="button" className="btn" onClick={props.onClose}>
          {t('common:cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
