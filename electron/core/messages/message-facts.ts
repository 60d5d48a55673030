/** What is known here of whether and how a message would go out: the same rules the server asks again when it sends. */
import { INTEGRATIONS, type IntegrationName } from '#db/model/message.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { addressOf, type Address, type Consents } from '#db/rules/message-recipient.ts';
import { smsOptions, type SmsOptions } from '#db/rules/message-options.ts';
import type { MessageTemplate } from '#db/rules/message-templates.ts';
import { renderMessage, type Worded } from '#db/rules/message-wording.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { ReminderOffer } from '#electron/contract/messages.ts';
import type { Context } from '../context.ts';

export const settingId = (clinicId: string, name: IntegrationName): string => derivedId(clinicId, `integration:${name}`);

export function smsSetting(ctx: Context): { on: boolean; options: SmsOptions } {
  const row = ctx.get('integration_setting', settingId(ctx.clinicId, INTEGRATIONS[0]));
  return { on: row?.enabled === true, options: smsOptions(row?.options) };
}

export function consentsOf(ctx: Context, patientId: string): Consents {
  const ids = personIds(ctx.db, patientId);
  const to = (channel: string) => {
    const said = ids.flatMap((id) => ctx.get('channel_consent', derivedId(id, `consent:${channel}`)) ?? []);
    return said.some(({ state }) => state === 'no') ? 'no' : said.length > 0 ? 'yes' : null;
  };
  return { contact: to('sms'), recall: to('recall') };
}

export function addressFor(
  ctx: Context,
  patientId: string,
  template: Pick<MessageTemplate, 'consent'>,
  consents = consentsOf(ctx, patientId),
): Address {
  const patient = ctx.get('patient', staysOf(ctx.db, patientId));
  if (patient === undefined) return { ok: false, code: 'number/missing' };
  const ids = personIds(ctx.db, patient.id);
  const guardians = ids.flatMap((id) => ctx.rows('guardian', 'patient_id = ? order by id', [id]));
  const { foreignNumbers } = smsSetting(ctx).options;
  return addressOf(patient, guardians, consents, {
    channel: 'sms',
    consent: template.consent,
    today: clinicDay(ctx.now),
    foreign: foreignNumbers,
  });
}

export function worded(ctx: Context, template: MessageTemplate, appointmentId: string | null, body: string | null): Worded {
  const clinic = ctx.get('clinic', ctx.clinicId);
  const appointment = appointmentId === null ? undefined : ctx.get('appointment', appointmentId);
  return renderMessage(template, {
    options: smsSetting(ctx).options,
    clinic: { name: clinic?.name ?? '', place: clinic?.addressLine ?? '', phone: clinic?.phone ?? '' },
    startsAt: appointment?.startsAt ?? null,
    practitionerName: appointment === undefined ? '' : (ctx.get('user', appointment.practitionerId)?.name ?? ''),
    body,
  });
}

export function offerFor(ctx: Context, patientId: string): ReminderOffer {
  const { on, options } = smsSetting(ctx);
  const { contact } = consentsOf(ctx, patientId);
  // What else stands in the way, as if the patient had said yes.
  const address = addressFor(ctx, patientId, { consent: 'contact' }, { contact: 'yes', recall: 'yes' });
  return {
    on,
    proposed: [...(options.remind24 ? ['reminder-24h'] : []), ...(options.remind2 ? ['reminder-2h'] : [])],
    consent: contact,
    problem: address.ok ? null : address.code,
  };
}
