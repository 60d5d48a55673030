/** Where invoices are paid to, when the chart tells of the number of visits, and Helfo's id of each practice. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { shownAccount } from '#db/rules/kid.ts';
import type { InputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { Said, useOutcome } from './outcome.tsx';

const KIDS = ['none', 'mod10', 'mod11'] as const;
const SPANS = ['series', 'calendar_year'] as const;

export function PaymentSettings() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('billing.settings', {}, ['billing_setting']);
  const people = useAsk('user.list', {}, ['user']).value?.users.filter((user) => user.active && user.roles.includes('PRACTITIONER')) ?? [];
  const [form, setForm] = useState<Record<string, string>>({});
  const [said, wrong, tell] = useOutcome();
  if (value === null) return null;
  const shown = (name: string, stored: string): string => form[name] ?? stored;
  const write = (name: string) => (text: string) => setForm({ ...form, [name]: text });
  const account = shown('account', value.accountNumber === null ? '' : shownAccount(value.accountNumber));
  const kid = shown('kid', value.kid);
  const per = shown('per', value.visitNoticePer);
  const notice = shown('notice', value.visitNotice === null ? '' : String(value.visitNotice));
  const save = async (): Promise<void> => {
    const praksisIds = Object.fromEntries(
      people.flatMap(({ id }) => {
        const number = shown(`praksis.${id}`, value.praksisIds[id] ?? '').trim();
        return number === '' ? [] : [[id, number]];
      }),
    );
    const set: InputOf<'billing.save'> = {
      accountNumber: account.trim() === '' ? null : account,
      kid: KIDS.find((known) => known === kid) ?? 'none',
      dueDays: Number(shown('dueDays', String(value.dueDays))),
      visitNotice: notice === '' ? null : Number(notice),
      visitNoticePer: SPANS.find((known) => known === per) ?? 'series',
      praksisIds,
    };
    if (tell(await call('billing.save', set))) setForm({});
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label={t('payment.account')} value={account} inputMode="numeric" onText={write('account')} />
      <Choice
        label={t('payment.kid')}
        value={kid}
        onText={write('kid')}
        options={KIDS.map((kind) => ({ value: kind, label: t(`payment.kidKind.${kind}`) }))}
      />
      <Field
        label={t('payment.dueDays')}
        type="number"
        min={0}
        max={90}
        value={shown('dueDays', String(value.dueDays))}
        onText={write('dueDays')}
        required
      />
      <p className="quiet wide">{t('payment.kidHelp')}</p>
      <Field label={t('payment.notice')} type="number" min={1} max={200} value={notice} onText={write('notice')} />
      <Choice
        label={t('payment.per')}
        value={per}
        onText={write('per')}
        options={SPANS.map((span) => ({ value: span, label: t(`payment.perKind.${span}`) }))}
      />
      <p className="quiet wide">{t('payment.noticeHelp')}</p>
      {people.map(({ id, name }) => (
        <Field
          key={id}
          label={t('payment.praksis', { name })}
          inputMode="numeric"
          pattern="\d{1,20}"
          value={shown(`praksis.${id}`, value.praksisIds[id] ?? '')}
          onText={write(`praksis.${id}`)}
        />
      ))}
      <p className="quiet wide">{t('payment.praksisHelp')}</p>
      <button type="submit" className="btn main">
        {t('save')}
      </button>
      <Said text={said} wrong={wrong} />
    </form>
  );
}
