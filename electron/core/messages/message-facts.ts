/** What is known here of whether and how a message would go out: the same rules the server asks again when it sends. */
import { MESSAGE_CHANNELS, type IntegrationName, type MessageChannel } from '#db/model/message.ts';
import { derivedId } from '#db/model/ids.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { addressOf, type Address, type Consents } from '#db/rules/message-recipient.ts';
import { messageOptions, type MessageOptions } from '#db/rules/message-options.ts';
import { messageTemplate, type MessageTemplate } from '#db/rules/message-templates.ts';
import { renderMessage, type Worded } from '#db/rules/message-wording.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import { readReplica } from '#db/sqlite/store.ts';
import type { ChannelOffer, ReminderOffer } from '#electron/contract/messages.ts';
import type { Context } from '../context.ts';

export const settingId = (clinicId: string, name: IntegrationName): string => derivedId(clinicId, `integration:${name}`);

/** FEATURE_GDPR_STRICT of the clinic's server, as it said at the last contact. */
export const isStrict = (ctx: Pick<Context, 'db'>): boolean => readReplica(ctx.db, 'gdpr-strict') === 'true';

export function channelSetting(ctx: Context, channel: MessageChannel): { on: boolean; options: MessageOptions } {
  const row = ctx.get('integration_setting', settingId(ctx.clinicId, channel));
  return { on: row?.enabled === true, options: messageOptions(channel, row?.options, isStrict(ctx)) };
}

export function consentsOf(ctx: Context, patientId: string, channel: MessageChannel): Consents {
  const ids = personIds(ctx.db, patientId);
  const to = (name: string) => {
    const said = ids.flatMap((id) => ctx.get('channel_consent', derivedId(id, `consent:${name}`)) ?? []);
    return said.some(({ state }) => state === 'no') ? 'no' : said.length > 0 ? 'yes' : null;
  };
  return { contact: to(channel), recall: to('recall') };
}

interface ToSay {
  patientId: string;
  channel: MessageChannel;
  template: Pick<MessageTemplate, 'id' | 'consent'>;
}

/** @param consents as recorded, unless others are supposed */
export function addressFor(ctx: Context, { patientId, channel, template }: ToSay, consents = consentsOf(ctx, patientId, channel)): Address {
  const patient = ctx.get('patient', staysOf(ctx.db, patientId));
  if (patient === undefined) return { ok: false, code: channel === 'sms' ? 'number/missing' : 'email/missing' };
  const ids = personIds(ctx.db, patient.id);
  const guardians = ids.flatMap((id) => ctx.rows('guardian', 'patient_id = ? order by id', [id]));
  return addressOf(patient, guardians, consents, {
    channel,
    // A strict operator takes nobody's word that it was agreed on (sync-server/core/messages/judge.ts).
    consent: template.id === 'recall-agreed' && isStrict(ctx) ? 'recall' : template.consent,
    today: clinicDay(ctx.now),
    foreign: channelSetting(ctx, channel).options.foreignNumbers,
  });
}

export interface ToWord {
  channel: MessageChannel;
  template: MessageTemplate;
  appointmentId: string | null;
  body: string | null;
}
export function worded(ctx: Context, { channel, template, appointmentId, body }: ToWord): Worded {
  const clinic = ctx.get('clinic', ctx.clinicId);
  const appointment = appointmentId === null ? undefined : ctx.get('appointment', appointmentId);
  return renderMessage(template, {
    channel,
    options: channelSetting(ctx, channel).options,
    clinic: { name: clinic?.name ?? '', place: clinic?.addressLine ?? '', phone: clinic?.phone ?? '' },
    startsAt: appointment?.startsAt ?? null,
    practitionerName: appointment === undefined ? '' : (ctx.get('user', appointment.practitionerId)?.name ?? ''),
    body,
  });
}

/** Why this could not be said by this channel, or null. */
export function problemOf(ctx: Context, asked: { patientId: string; channel: MessageChannel; templateId: string }): string | null {
  const template = messageTemplate(asked.templateId);
  if (template === undefined || !template.channels.includes(asked.channel)) return 'template/unknown';
  if (!channelSetting(ctx, asked.channel).on) return `${asked.channel}/off`;
  const address = addressFor(ctx, { ...asked, template });
  return address.ok ? null : address.code;
}

function offerBy(ctx: Context, patientId: string, channel: MessageChannel): ChannelOffer {
  const { on, options } = channelSetting(ctx, channel);
  // What else stands in the way, as if the patient had said yes.
  const about = { patientId, channel, template: { id: 'reminder-24h', consent: 'contact' } } as const;
  const address = addressFor(ctx, about, { contact: 'yes', recall: 'yes' });
  return {
    channel,
    on,
    proposed: [...(options.remind24 ? ['reminder-24h'] : []), ...(options.remind2 ? ['reminder-2h'] : [])],
    consent: consentsOf(ctx, patientId, channel).contact,
    problem: address.ok ? null : address.code,
  };
}

/** Of the channels the one the patient wants first, if it reaches them; else one they said yes to; else one they may be asked about. */
export function offerFor(ctx: Context, patientId: string): ReminderOffer {
  const wanted = ctx.get('patient', staysOf(ctx.db, patientId))?.contactChannel ?? null;
  const channels = MESSAGE_CHANNELS.map((channel) => offerBy(ctx, patientId, channel));
  const inOrder = channels.toSorted((a, b) => Number(b.channel === wanted) - Number(a.channel === wanted));
  const reaches = ({ on, problem, consent }: ChannelOffer) => on && problem === null && consent !== 'no';
  const [first] = [
    ...inOrder.filter((one) => reaches(one) && one.consent === 'yes'),
    ...inOrder.filter(reaches),
    ...inOrder.filter(({ on }) => on),
    ...inOrder,
  ];
  return { ...(first ?? offerBy(ctx, patientId, 'sms')), channels };
}
