/** The clinic's one row of settings about money, and as whom an invoice is issued. */
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { BillingSettings } from '#electron/contract/money.ts';
import type { InvoiceContent } from '#db/model/money.ts';
import { derivedId } from '#db/model/ids.ts';
import { isAccountNumber } from '#db/rules/kid.ts';
import { isShutFor } from '../access/guard.ts';
import type { Context } from '../context.ts';
import { fullName } from '../patients/patient-view.ts';
import { useCase } from '../use-case.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';

const settingId = (ctx: Context): string => derivedId(ctx.clinicId, 'billing-setting');

export function billingSettings(ctx: Context): BillingSettings {
  const row = ctx.get('billing_setting', settingId(ctx));
  return {
    accountNumber: row?.accountNumber ?? null,
    kid: row?.kid ?? 'none',
    dueDays: row?.dueDays ?? 14,
    visitNotice: row?.visitNotice ?? null,
    visitNoticePer: row?.visitNoticePer ?? 'series',
    praksisIds: row?.praksisIds ?? {},
  };
}

export function sellerOf(ctx: Context): Result<InvoiceContent['seller']> {
  const clinic = ctx.get('clinic', ctx.clinicId);
  // Without it the document is none (bokføringsforskriften § 5-1-2).
  if (clinic === undefined || clinic.orgNumber === null || clinic.orgNumber.trim() === '') return err('invoice/no-org-number');
  const { name, orgNumber, addressLine, postalCode, city, phone, letterhead } = clinic;
  return ok({ clinicName: name, orgNumber, addressLine, postalCode, city, phone, letterhead });
}

/** For a list over many patients: no name where the journal is shut for who reads it. */
export function shownName(ctx: Context, patientId: string): string {
  const patient = ctx.get('patient', staysOf(ctx.db, patientId));
  return patient === undefined || isShutFor(ctx.db, patient.id, ctx.actor.userId, ctx.now) ? '' : fullName(patient);
}

export const settingHandlers = [
  useCase('billing.settings', (ctx) => ok(billingSettings(ctx))),
  useCase('billing.save', (ctx, set) => {
    const accountNumber = set.accountNumber === '' ? null : set.accountNumber;
    if (typeof accountNumber === 'string' && !isAccountNumber(accountNumber)) return err('billing/account-number');
    ctx.put('billing_setting', settingId(ctx), {
      ...billingSettings(ctx),
      ...set,
      ...(accountNumber === undefined ? {} : { accountNumber }),
    });
    ctx.audit({ action: 'change', subjectEntity: 'billing_setting', subjectId: settingId(ctx), details: { fields: Object.keys(set) } });
    return ok(billingSettings(ctx));
  }),
];
