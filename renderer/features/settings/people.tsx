/** Colleagues, and who of them is let in. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '#electron/contract/choices.ts';
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
  const bound = useAsk('helseId.state', {});
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
              onUnbind={
                bound.value?.others.some(({ userId }) => userId === user.id) === true
                  ? () => void call('helseId.unbind', { userId: user.id }).then((reply) => tell(reply) && bound.again())
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
