/** What the clinic charges: its own codes, Helfo's takster with their refund, packages, and what is liable to VAT. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatOre, parseKroner } from '#db/rules/money.ts';
import type { PriceItemRow } from '#electron/contract/clinic.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Field } from '../../ui/field.tsx';
import { Said, useOutcome } from './outcome.tsx';

const BLANK = { code: '', label: '', amount: '', visits: '', vat: '' };

export function Prices() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('price.list', {}, ['price_item']);
  const [said, wrong, tell] = useOutcome();
  const [form, setForm] = useState(BLANK);
  const save = (item: PriceItemRow, set: Partial<Pick<PriceItemRow, 'amountOre' | 'refundOre'>>) =>
    call('price.save', {
      id: item.id,
      code: item.code,
      label: item.label,
      kind: item.kind,
      amountOre: item.amountOre,
      refundOre: item.refundOre,
      visitTypes: item.visitTypes,
      active: item.active,
      vatPercent: item.vatPercent,
      packageVisits: item.packageVisits,
      ...set,
    }).then(tell);
  return (
    <>
      <p className="quiet">{t('prices.help')}</p>
      <table className="list" aria-label={t('section.prices')}>
        <thead>
          <tr>
            <th scope="col">{t('prices.code')}</th>
            <th scope="col">{t('prices.label')}</th>
            <th scope="col">{t('prices.amount')}</th>
            <th scope="col">{t('prices.refund')}</th>
          </tr>
        </thead>
        <tbody>
          {value?.items.map((item) => (
            <tr key={item.id}>
              <td className="num">
                <strong>{item.code}</strong>
              </td>
              <td>
                {item.label}
                {item.packageVisits !== null && <span className="quiet"> · {t('prices.package', { count: item.packageVisits })}</span>}
                {(item.vatPercent ?? 0) > 0 && <span className="quiet"> · {t('prices.withVat', { percent: item.vatPercent })}</span>}
              </td>
              <td style={{ width: 130 }}>
                <Amount
                  label={t('prices.amountFor', { label: item.label })}
                  ore={item.amountOre}
                  onSave={(amountOre) => void save(item, { amountOre })}
                />
              </td>
              <td style={{ width: 130 }}>
                {item.kind === 'takst' && (
                  <Amount
                    label={t('prices.refundFor', { label: item.label })}
                    ore={item.refundOre}
                    onSave={(refundOre) => void save(item, { refundOre })}
                  />
                )}
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
          void call('price.save', {
            code: form.code,
            label: form.label,
            kind: 'service',
            amountOre: parseKroner(form.amount),
            refundOre: null,
            packageVisits: form.visits === '' ? null : Number(form.visits),
            vatPercent: form.vat === '' ? null : Number(form.vat),
          }).then((reply) => tell(reply) && setForm(BLANK));
        }}
      >
        <Field label={t('prices.code')} value={form.code} onText={(code) => setForm({ ...form, code })} required />
        <Field label={t('prices.label')} value={form.label} onText={(label) => setForm({ ...form, label })} required />
        <Field label={t('prices.amount')} value={form.amount} inputMode="decimal" onText={(amount) => setForm({ ...form, amount })} />
        <Field
          label={t('prices.packageVisits')}
          type="number"
          min={1}
          max={200}
          value={form.visits}
          onText={(visits) => setForm({ ...form, visits })}
        />
        <Field label={t('prices.vat')} type="number" min={0} max={50} value={form.vat} onText={(vat) => setForm({ ...form, vat })} />
        <button type="submit" className="btn">
          {t('prices.add')}
        </button>
      </form>
      <Said text={said} wrong={wrong} />
    </>
  );
}
function Amount({ label, ore, onSave }: { label: string; ore: number | null; onSave(ore: number | null): void }) {
  const { t } = useTranslation('settings');
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? (ore === null ? '' : formatOre(ore));
  const commit = (): void => {
    if (text === null) return;
    const next = text.trim() === '' ? null : parseKroner(text);
    if (text.trim() === '' || next !== null) onSave(next);
    setText(null);
  };
  return (
    <input
      autoComplete="off"
      className="input"
      aria-label={label}
      inputMode="decimal"
      placeholder={t('prices.missing')}
      value={shown}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}
