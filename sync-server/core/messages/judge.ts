/** Whether a message goes out now, later or not at all, and what it says: one decision over all facts. Pure; the caller acts on it. */
import type { PersonFacts } from '#db/postgres/queries/messages.ts';
import type { Sending } from '#db/postgres/queries/sending.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { addressOf } from '#db/rules/message-recipient.ts';
import { emailOptions, isWatched, messageOptions, type MessageOptions } from '#db/rules/message-options.ts';
import type { MessageReason } from '#db/rules/message-reasons.ts';
import { messageTemplate, type MessageTemplate } from '#db/rules/message-templates.ts';
import { renderMessage } from '#db/rules/message-wording.ts';
import { dueAt } from '#db/rules/message-time.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { Channel } from '../../integrations/kit.ts';

export interface Facts {
  now: Date;
  /** Undefined: not configured here, or not switched on by the operator. */
  channel: Channel | undefined;
  clinic: { name: string; place: string; phone: string; settings: readonly { name: string; enabled: boolean; options: unknown }[] };
  /** Everybody who is the same person; the one who stays first. Empty: unknown, or deleted. */
  person: readonly PersonFacts[];
  appointment: StoredRow | undefined;
  practitionerName: string;
  sending: Sending | undefined;
  /** The same words of the same booking have gone out by another channel, or are about to. */
  twinOut: boolean;
  twins: readonly string[];
  /** What a `recall-agreed` rests on. */
  recall: StoredRow | undefined;
  /** FEATURE_GDPR_STRICT. */
  strict: boolean;
  sent: { byPatient: number; byClinic: number };
  /** Whether this address has said STOP in news that are not worked in yet. */
  stopping(address: string): boolean;
}

export interface Ready {
  do: 'send';
  to: string;
  sentTo: 'patient' | 'guardian';
  text: string;
  subject: string;
  providers: readonly string[];
  sender: string;
  segments: number;
  costOre: number;
  /** A person has said: send again. */
  again: boolean;
  /** Opening and following it is counted (decision 0085). */
  watched: boolean;
  /** Where a watched one leads; empty: nowhere. */
  website: string;
}
export type Verdict =
  | { do: 'nothing' }
  | { do: 'write'; set: Record<string, unknown> }
  | { do: 'later'; at: string; set: Record<string, unknown> }
  /** Claimed, and its sender is gone or still at it. */
  | { do: 'recover' }
  | Ready;

const CLINIC_FULL_MS = 10 * 60_000;

export function judge(message: StoredRow, facts: Facts): Verdict {
  const { now, sending } = facts;
  if (message.deleted || message['direction'] !== 'out') return { do: 'nothing' };
  const state = String(message['state']);
  const decision = message['decision'];
  const again = decision === 'again' && ['unknown', 'failed', 'blocked'].includes(state);
  if (decision === 'sent' && state === 'unknown') return write({ state: 'sent', reason: 'decided/sent', decision: null });
  if (decision === 'again' && !again) return write({ decision: null });
  if (!again) {
    if (sending?.state === 'claimed' && state === 'planned') return { do: 'recover' };
    if (sending !== undefined && sending.state !== 'refused') return { do: 'nothing' };
    if (message['wanted'] !== true)
      return state === 'planned' || state === 'blocked' ? write({ state: 'cancelled', reason: null }) : { do: 'nothing' };
    if (state !== 'planned' && state !== 'cancelled') return { do: 'nothing' };
  }
  const template = messageTemplate(String(message['templateId']));
  const channelName = message['channel'] === 'email' ? 'email' : 'sms';
  if (template === undefined || !template.channels.includes(channelName)) return blocked('template/unknown');
  const setting = facts.clinic.settings.find(({ name }) => name === channelName);
  const options = messageOptions(channelName, setting?.options, facts.strict);

  const startsAt = startOf(template, facts.appointment);
  if ('code' in startsAt)
    return startsAt.code === 'appointment/cancelled' ? write({ state: 'cancelled', reason: startsAt.code }) : blocked(startsAt.code);
  const due = dueAt(template.id, startsAt.at, now.toISOString(), options);
  if ('late' in due) return blocked('message/late');
  if (facts.twinOut) return blocked('message/twice');
  if (due.at > now.toISOString())
    return {
      do: 'later',
      at: due.at,
      set: due.at === message['plannedAt'] && state === 'planned' ? {} : { plannedAt: due.at, state: 'planned', reason: null },
    };

  if (facts.channel === undefined) return blocked(`${channelName}/not-configured`);
  if (setting?.enabled !== true) return blocked(`${channelName}/off`);
  return ready(message, template, options, facts, {
    channel: facts.channel,
    channelName,
    startsAt: startsAt.at,
    again,
    chosen: setting.options,
  });
}

interface About {
  channel: Channel;
  channelName: 'sms' | 'email';
  startsAt: string | null;
  again: boolean;
  /** The clinic's options as they are written. */
  chosen: unknown;
}

function ready(message: StoredRow, template: MessageTemplate, options: MessageOptions, facts: Facts, about: About): Verdict {
  const { now, clinic, sent } = facts;
  const [stays] = facts.person;
  if (stays === undefined) return blocked('patient/unknown');
  const consentTo = (name: string) => {
    const said = facts.person.flatMap(({ consents }) => consents.filter(({ channel }) => channel === name));
    return said.some(({ state }) => state === 'no') ? 'no' : said.length > 0 ? 'yes' : null;
  };
  const guardians = facts.person.flatMap((person) => person.guardians);
  const basis = basisOf(template, facts);
  if ('code' in basis) return blocked(basis.code);
  const address = addressOf(
    stays,
    guardians,
    { contact: consentTo(about.channelName), recall: consentTo('recall') },
    {
      channel: about.channelName,
      consent: basis.consent,
      today: clinicDay(now.toISOString()),
      foreign: options.foreignNumbers,
    },
  );
  if (!address.ok) return blocked(address.code);
  if (facts.stopping(address.to)) return blocked('consent/withdrawn');
  if (sent.byPatient >= about.channel.limits.patientPerDay) return blocked('limit/patient');
  if (sent.byClinic >= about.channel.limits.clinicPerHour)
    return { do: 'later', at: new Date(now.getTime() + CLINIC_FULL_MS).toISOString(), set: {} };
  const rendered = renderMessage(template, {
    channel: about.channelName,
    options,
    clinic,
    startsAt: about.startsAt,
    practitionerName: facts.practitionerName,
    body: typeof message['body'] === 'string' && template.id === 'answer' ? message['body'] : null,
  });
  if (!rendered.ok) return blocked(rendered.code);
  const chosen = options.providers.filter((name) => about.channel.providers.includes(name));
  const providers = chosen.length > 0 ? chosen : about.channel.providers;
  return {
    do: 'send',
    to: address.to,
    sentTo: address.sentTo,
    text: rendered.text,
    subject: rendered.subject,
    providers,
    sender: about.channelName === 'email' ? rendered.from : options.sender,
    ...about.channel.measure(rendered.text),
    again: about.again,
    watched: about.channel.watches === true && isWatched(template.id, about.channelName, about.chosen, facts.strict),
    website: emailOptions(about.chosen).website,
  };
}

/** S5: to be asked to come again is marketing unless it was agreed on in a visit; a strict operator takes nobody's word for that. */
function basisOf(
  template: MessageTemplate,
  { recall, person, strict }: Facts,
): { consent: MessageTemplate['consent'] } | { code: MessageReason } {
  if (template.id !== 'recall-agreed') return { consent: template.consent };
  if (recall === undefined || recall.deleted || !person.some(({ id }) => id === recall['patientId'])) return { code: 'recall/unknown' };
  if (recall['basis'] !== 'agreed') return { code: 'recall/not-agreed' };
  return { consent: strict ? 'recall' : template.consent };
}

function startOf(template: MessageTemplate, appointment: StoredRow | undefined): { at: string | null } | { code: MessageReason } {
  if (!template.appointment) return { at: null };
  if (appointment === undefined || appointment.deleted) return { code: 'appointment/unknown' };
  const at = String(appointment['startsAt']);
  const cancelled = appointment['status'] === 'cancelled';
  if (template.id === 'cancellation') return cancelled ? { at } : { code: 'appointment/not-cancelled' };
  return cancelled ? { code: 'appointment/cancelled' } : appointment['status'] === 'booked' ? { at } : { code: 'appointment/begun' };
}

const write = (set: Record<string, unknown>): Verdict => ({ do: 'write', set });
const blocked = (reason: MessageReason): Verdict => ({ do: 'write', set: { state: 'blocked', reason, decision: null } });
