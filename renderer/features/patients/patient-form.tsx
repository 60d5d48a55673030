/** Registering and editing a patient. What is wrong is said at the field, as soon as it can be known. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseNationalId } from '#db/rules/fodselsnummer.ts';
import { MISSING_NATIONAL_ID_REASONS, SEXES } from '#electron/contract/choices.ts';
import type { InputOf } from '#electron/contract/index.ts';
import type { PatientView } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { goBack, goTo } from '../../app/router.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';

type Form = Record<(typeof FIELDS)[number], string>;
const FIELDS = [
  'givenName',
  'familyName',
  'birthDate',
  'sex',
  'nationalId',
  'missingNationalIdReason',
  'phone',
  'email',
  'addressLine',
  'postalCode',
  'city',
  'occupation',
  'language',
  'fastlegeName',
  'fastlegePractice',
  'fastlegeAddressLine',
  'fastlegePostalCode',
  'fastlegeCity',
  'status',
] as const;

function formOf(view: PatientView | null): Form {
  const source = (view?.patient ?? {}) as Record<string, unknown>;
  const form = Object.fromEntries(FIELDS.map((field) => [field, typeof source[field] === 'string' ? source[field] : ''])) as Form;
  return { ...form, sex: form.sex === '' ? 'unknown' : form.sex, status: form.status === '' ? 'active' : form.status };
}

/** A registration that was left for a moment is there again; never on disk, and gone with the person who wrote it. */
let left: Form | null = null;

export function forgetNewPatient(): void {
  left = null;
}

export function PatientForm({ view = null, onDone }: { view?: PatientView | null; onDone?(): void }) {
  const { t } = useTranslation('patients');
  const [initial] = useState(() => formOf(view));
  const [form, setForm] = useState(() => (view === null && left !== null ? left : initial));
  const saving = useRef(false);
  useEffect(() => {
    if (view === null) left = form;
  }, [view, form]);
  const [now] = useState(() => Date.now());
  const [guardian, setGuardian] = useState({ name: '', relation: 'mother', phone: '', email: '' });
  const [problem, setProblem] = useState<string | null>(null);
  const [duplicate, setDuplicate] = useState<string | null>(null);
  const set = (field: keyof Form) => (value: string) => setForm((now) => ({ ...now, [field]: value }));
  const typed = form.nationalId.replace(/\s/g, '');
  const checked = typed.length >= 11 ? parseNationalId(typed, { synthetic: true }) : null;
  const nationalIdProblem = checked !== null && !checked.ok ? sentence(checked.code) : null;
  const child = form.birthDate !== '' && now - Date.parse(form.birthDate) < 16 * 31_557_600_000;

  const save = async (): Promise<void> => {
    if (saving.current) return;
    saving.current = true;
    await write().finally(() => (saving.current = false));
  };
  const write = async (): Promise<void> => {
    setProblem(null);
    const changed = Object.fromEntries(
      FIELDS.filter((field) => view === null || form[field] !== initial[field]).flatMap((field) =>
        form[field] === '' && view === null ? [] : [[field, form[field] === '' ? null : form[field]]],
      ),
    );
    const reply =
      view === null
        ? await call('patient.create', changed as InputOf<'patient.create'>)
        : await call('patient.update', {
            id: view.patient.id,
            set: changed as InputOf<'patient.update'>['set'],
            was: Object.fromEntries(
              Object.keys(changed)
                .filter((field) => field !== 'nationalId')
                .map((field) => [field, initial[field as keyof Form]]),
            ),
          });
    if (!reply.ok) {
      setDuplicate(reply.code === 'patient/duplicate-national-id' ? String(reply.details?.['patientId']) : null);
      return setProblem(sentence(reply.code, reply.details));
    }
    if (view === null) left = null;
    if (guardian.name.trim() !== '') {
      await call('guardian.save', {
        patientId: reply.value.id,
        name: guardian.name,
        relation: guardian.relation as 'mother',
        phone: guardian.phone === '' ? null : guardian.phone,
        email: guardian.email === '' ? null : guardian.email,
      });
    }
    if (view === null) goTo({ name: 'patient', id: reply.value.id });
    else onDone?.();
  };
  useActions([
    { id: 'patient.save', label: t('save'), key: 'Control+Enter', run: () => void save() },
    {
      id: 'patient.back',
      label: t('common:actions.back'),
      key: 'Escape',
      when: () => JSON.stringify(form) === JSON.stringify(initial),
      run: () => (onDone === undefined ? goBack() : onDone()),
    },
  ]);

  return (
    <div className={view === null ? 'page' : ''}>
      {view === null && <h1>{t('new')}</h1>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div className="form">
          <Field label={t('field.givenName')} value={form.givenName} onText={set('givenName')} autoFocus required />
          <Field label={t('field.familyName')} value={form.familyName} onText={set('familyName')} required />
          <Field
            label={t('field.nationalId')}
            value={form.nationalId}
            onText={set('nationalId')}
            inputMode="numeric"
            problem={nationalIdProblem}
            placeholder={view?.patient.maskedNationalId ?? ''}
          />
          <Choice
            label={t('field.missingReason')}
            value={form.missingNationalIdReason}
            onText={set('missingNationalIdReason')}
            options={[
              { value: '', label: t('missing.none') },
              ...MISSING_NATIONAL_ID_REASONS.map((value) => ({ value, label: t(`missing.${value}`) })),
            ]}
          />
          <Field label={t('field.birthDate')} type="date" value={form.birthDate} onText={set('birthDate')} />
          <Choice
            label={t('field.sex')}
            value={form.sex}
            onText={set('sex')}
            options={SEXES.map((value) => ({ value, label: t(`sex.${value}`) }))}
          />
          <Field label={t('field.phone')} value={form.phone} onText={set('phone')} inputMode="tel" />
          <Field label={t('field.email')} value={form.email} onText={set('email')} type="email" />
          <Field label={t('field.address')} value={form.addressLine} onText={set('addressLine')} wide />
          <Field label={t('field.postalCode')} value={form.postalCode} onText={set('postalCode')} inputMode="numeric" />
          <Field label={t('field.city')} value={form.city} onText={set('city')} />
          <Field label={t('field.fastlege')} value={form.fastlegeName} onText={set('fastlegeName')} />
          <Field label={t('field.fastlegePractice')} value={form.fastlegePractice} onText={set('fastlegePractice')} />
          <Field label={t('field.fastlegeAddress')} value={form.fastlegeAddressLine} onText={set('fastlegeAddressLine')} wide />
          <Field label={t('field.postalCode')} value={form.fastlegePostalCode} onText={set('fastlegePostalCode')} inputMode="numeric" />
          <Field label={t('field.city')} value={form.fastlegeCity} onText={set('fastlegeCity')} />
          <Field label={t('field.occupation')} value={form.occupation} onText={set('occupation')} />
          {view !== null && (
            <Choice
              label={t('field.status')}
              value={form.status}
              onText={set('status')}
              options={['active', 'inactive', 'deceased'].map((value) => ({ value, label: t(`status.${value}`) }))}
            />
          )}
        </div>
        {child && (
          <>
            <h2>{view === null ? t('guardian.title') : t('guardian.add')}</h2>
            <div className="form">
              <Field label={t('guardian.name')} value={guardian.name} onText={(name) => setGuardian((now) => ({ ...now, name }))} />
              <Choice
                label={t('guardian.relation')}
                value={guardian.relation}
                onText={(relation) => setGuardian((now) => ({ ...now, relation }))}
                options={['mother', 'father', 'guardian', 'foster', 'other'].map((value) => ({ value, label: t(`guardian.${value}`) }))}
              />
              <Field label={t('field.phone')} value={guardian.phone} onText={(phone) => setGuardian((now) => ({ ...now, phone }))} />
              <Field
                label={t('field.email')}
                value={guardian.email}
                onText={(email) => setGuardian((now) => ({ ...now, email }))}
                type="email"
              />
            </div>
          </>
        )}
        {problem !== null && (
          <p className="danger-text" role="alert">
            {problem}{' '}
            {duplicate !== null && (
              <button type="button" className="link" onClick={() => goTo({ name: 'patient', id: duplicate })}>
                {t('openOther')}
              </button>
            )}
          </p>
        )}
        <div className="row" style={{ marginTop: 16 }}>
          <button type="submit" className="btn main">
            {t('save')} <kbd>Ctrl ⏎</kbd>
          </button>
          <button type="button" className="btn" onClick={() => (onDone === undefined ? goBack() : onDone())}>
            {t('common:cancel')}
          </button>
        </div>
      </form>
    </div>
  );
}
