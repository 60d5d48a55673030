/** A patient's money: visits paid in advance, who else pays, invoices that are open. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { formatDate, formatKroner } from '../chart/format.ts';
import { todayInOslo } from '../today/day.ts';
import { MONEY_ENTITIES } from './money-entities.ts';
import { PaperPreview } from './paper-preview.tsx';

const METHODS = ['bank', 'card', 'cash', 'vipps'] as const;
const day = (date: string): string => formatDate(`${date}T12:00:00Z`);

export function PatientMoney({ patientId }: { patientId: string }) {
  const { t } = useTranslation('money');
  const cards = useAsk('prepaid.list', { patientId }, MONEY_ENTITIES).value?.cards ?? [];
  const covers = useAsk('cover.list', { patientId }, ['series_cover', 'encounter']).value?.covers ?? [];
  const invoices = useAsk('invoice.list', { patientId, show: 'unpaid' }, MONEY_ENTITIES).value?.invoices ?? [];
  const [paper, setPaper] = useState<string | null>(null);
  const [refunding, setRefunding] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const end = async (cover: (typeof covers)[number]): Promise<void> => {
    const { id, payer, reference, visitCap, fromDay, toDay } = cover;
    const reply = await call('cover.save', { id, patientId, payer, reference, visitCap, fromDay, toDay, ended: true });
    setProblem(reply.ok ? null : reply.code);
  };
  return (
    <>
      <h2>{t('patient.title')}</h2>
      {problem !== null && <p className="danger-text">{sentence(problem)}</p>}
      {cards.map((card) => (
        <p key={card.id} style={{ margin: '0 0 6px' }}>
          {card.label}:{' '}
          <span className={card.left < 0 || (!card.paid && !card.ended) ? 'due' : ''}>
            {card.ended ? t('patient.ended') : t('patient.left', { left: card.left, visits: card.visits })}
            {!card.paid && !card.ended && ` · ${t('patient.notPaid')}`}
          </span>{' '}
          {card.left > 0 && card.paid && refunding !== card.id && (
            <button type="button" className="link" onClick={() => setRefunding(card.id)}>
              {t('patient.refund', { amount: formatKroner(card.leftOre) })}
            </button>
          )}
          {refunding === card.id && (
            <Refund
              onDo={(method, reason) =>
                void call('prepaid.refund', { id: card.id, method, reason }).then((reply) => {
                  setProblem(reply.ok ? null : reply.code);
                  if (!reply.ok) return;
                  setRefunding(null);
                  setPaper(reply.value.creditNoteId);
                })
              }
              onClose={() => setRefunding(null)}
            />
          )}
        </p>
      ))}
      {invoices.map((invoice) => (
        <p key={invoice.id} style={{ margin: '0 0 6px' }}>
          <button type="button" className="link num" onClick={() => setPaper(invoice.id)}>
            {invoice.number}
          </button>{' '}
          <span className={invoice.state === 'overdue' || invoice.state === 'overpaid' ? 'due' : ''}>
            {t(`state.${invoice.state}`)} {formatKroner(Math.abs(invoice.openOre))}
          </span>
        </p>
      ))}
      {covers
        .filter(({ ended }) => !ended)
        .map((cover) => (
          <p key={cover.id} style={{ margin: '0 0 6px' }}>
            {cover.payer}{' '}
            <span className={cover.visitCap !== null && cover.used >= cover.visitCap ? 'due' : 'quiet'}>
              {cover.visitCap === null
                ? t('patient.used', { used: cover.used })
                : t('patient.usedOf', { used: cover.used, cap: cover.visitCap })}{' '}
              {cover.toDay !== null && t('patient.until', { day: day(cover.toDay) })}
            </span>{' '}
            <button type="button" className="link" onClick={() => void end(cover)}>
              {t('patient.end')}
            </button>
          </p>
        ))}
      {cards.length + covers.length + invoices.length === 0 && !adding && <p className="quiet">{t('patient.none')}</p>}
      {adding ? (
        <AddCover
          onDo={(fields) =>
            void call('cover.save', { patientId, ...fields }).then((reply) => {
              setProblem(reply.ok ? null : reply.code);
              if (reply.ok) setAdding(false);
            })
          }
          onClose={() => setAdding(false)}
        />
      ) : (
        <button type="button" className="link" onClick={() => setAdding(true)}>
          {t('patient.addCover')}
        </button>
      )}
      {paper !== null && <PaperPreview of="invoice" id={paper} onClose={() => setPaper(null)} />}
    </>
  );
}

function Refund({ onDo, onClose }: { onDo(method: (typeof METHODS)[number], reason: string): void; onClose(): void }) {
  const { t } = useTranslation('money');
  const [method, setMethod] = useState<(typeof METHODS)[number]>('bank');
  const [reason, setReason] = useState('');
  return (
    <span className="stack" style={{ display: 'block' }}>
      <Choice
        label={t('method.label')}
        value={method}
        onText={(value) => setMethod(METHODS.find((known) => known === value) ?? 'bank')}
        options={METHODS.map((value) => ({ value, label: t(`method.${value}`) }))}
      />
      <Field label={t('reason')} value={reason} onText={setReason} autoFocus />
      <button type="button" className="btn" disabled={reason.trim() === ''} onClick={() => onDo(method, reason)}>
        {t('patient.doRefund')}
      </button>{' '}
      <button type="button" className="btn" onClick={onClose}>
        {t('common:cancel')}
      </button>
    </span>
  );
}

interface CoverFields {
  payer: string;
  reference: string | null;
  visitCap: number | null;
  fromDay: string;
  toDay: string | null;
}

function AddCover({ onDo, onClose }: { onDo(fields: CoverFields): void; onClose(): void }) {
  const { t } = useTranslation('money');
  const [form, setForm] = useState({ payer: '', reference: '', cap: '', fromDay: todayInOslo(), toDay: '' });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const { payer, reference, cap, fromDay, toDay } = form;
        onDo({
          payer,
          reference: reference === '' ? null : reference,
          visitCap: cap === '' ? null : Number(cap),
          fromDay,
          toDay: toDay === '' ? null : toDay,
        });
      }}
    >
      <Field label={t('patient.payer')} value={form.payer} onText={(payer) => setForm({ ...form, payer })} required autoFocus />
      <Field label={t('patient.reference')} value={form.reference} onText={(reference) => setForm({ ...form, reference })} />
      <Field label={t('patient.cap')} type="number" min={1} max={200} value={form.cap} onText={(cap) => setForm({ ...form, cap })} />
      <Field label={t('patient.from')} type="date" value={form.fromDay} onText={(fromDay) => setForm({ ...form, fromDay })} required />
      <Field label={t('patient.to')} type="date" value={form.toDay} onText={(toDay) => setForm({ ...form, toDay })} />
      <div className="row">
        <button type="submit" className="btn main">
          {t('patient.saveCover')}
        </button>
        <button type="button" className="btn" onClick={onClose}>
          {t('common:cancel')}
        </button>
      </div>
    </form>
  );
}
