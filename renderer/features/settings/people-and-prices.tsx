/** Colleagues, and what the clinic charges. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '#electron/contract/choices.ts';
import { formatOre, parseKroner } from '#db/rules/money.ts';
import type { PriceItemRow } from '#electron/contract/clinic.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { Field } from '../../ui/field.tsx';
import { Grants } from './grants.tsx';
import { Said, useOutcome } from './outcome.tsx';
import { PersonRow } from './person-row.tsx';
import { RoleBoxes } from './role-boxes.tsx';

export function People() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('user.list', {}, ['user']);
  const blank = { name: '', email: '', hpr: '', passphrase: '', validUntil: '' };
  const [form, setForm] = useState(blank);
  const [roles, setRoles] = useState<Role[]>([]);
  const adding = useRef(false);
  const [said, wrong, tell] = useOutcome();
  const factors = useAsk('secondFactor.state', {});
  const add = async (): Promise<void> => {
    if (adding.current) return;
    if (roles.length === 0) {
      tell({ ok: false, code: 'user/no-role' });
      return;
    }
    adding.current = true;
    const reply = await call('user.add', {
      name: form.name,
      email: form.email,
      roles,
      profession: roles.includes('PRACTITIONER') ? 'KI' : null,
      hprNumber: form.hpr === '' ? null : form.hpr,
      validUntil: form.validUntil === '' ? null : form.validUntil,
      passphrase: form.passphrase === '' ? null : form.passphrase,
    });
    adding.current = false;
    if (!tell(reply)) return;
    setForm(blank);
    setRoles([]);
  };
  return (
    <>
      <table className="list" aria-label={t('section.people')}>
        <tbody>
          {value?.users.map((user) => (
            <PersonRow
              key={user.id}
              user={user}
              tell={tell}
              onResetFactor={
                factors.value?.others.includes(user.id) === true
                  ? () => void call('secondFactor.reset', { userId: user.id }).then((reply) => tell(reply) && factors.again())
                  : null
              }
            />
          ))}
        </tbody>
      </table>
      <h2>{t('people.add')}</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Field label={t('people.name')} value={form.name} onText={(name) => setForm({ ...form, name })} required />
        <Field label={t('people.email')} type="email" value={form.email} onText={(email) => setForm({ ...form, email })} required />
        <Field label={t('people.hpr')} inputMode="numeric" value={form.hpr} onText={(hpr) => setForm({ ...form, hpr })} />
        <Field
          label={t('people.validUntil')}
          type="date"
          value={form.validUntil}
          onText={(validUntil) => setForm({ ...form, validUntil })}
        />
        <Field
          label={t('people.passphrase')}
          type="password"
          minLength={8}
          value={form.passphrase}
          onText={(passphrase) => setForm({ ...form, passphrase })}
        />
        <fieldset className="field" style={{ border: 0, padding: 0, margin: 0 }}>
          <span>{t('people.roles')}</span>
          <RoleBoxes roles={roles} onRoles={setRoles} />
        </fieldset>
        <button type="submit" className="btn main" disabled={roles.length === 0}>
          {t('people.do')}
        </button>
      </form>
      <Said text={said} wrong={wrong} />
      <Grants users={value?.users ?? []} />
    </>
  );
}

export function Prices() {
  const { t } = useTranslation('settings');
  const { value } = useAsk('price.list', {}, ['price_item']);
  const [said, wrong, tell] = useOutcome();
  const [form, setForm] = useState({ code: '', label: '', amount: '' });
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
              <td>{item.label}</td>
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
          }).then((reply) => tell(reply) && setForm({ code: '', label: '', amount: '' }));
        }}
      >
        <Field label={t('prices.code')} value={form.code} onText={(code) => setForm({ ...form, code })} required />
        <Field label={t('prices.label')} value={form.label} onText={(label) => setForm({ ...form, label })} required />
        <Field label={t('prices.amount')} value={form.amount} inputMode="decimal" onText={(amount) => setForm({ ...form, amount })} />
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
