/** Messages of a patient, and what is asked for. Only rows are written here: the server sends (sync-server/core/messages). */
import { err, ok } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import { dueAt } from '#db/rules/message-time.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import { smsLength } from '#db/rules/sms-segments.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { MessageView } from '#electron/contract/messages.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { addressFor, offerFor, smsSetting, worded } from './message-facts.ts';
import { setReminders } from './reminders.ts';

const DECIDABLE: ReadonlySet<string> = new Set(['unknown', 'failed', 'blocked']);

function viewOf(ctx: Context, row: RowOf<'message'>): MessageView {
  const template = messageTemplate(row.templateId);
  const planned =
    row.state === 'planned' && template !== undefined && row.body === null ? worded(ctx, template, row.appointmentId, row.body) : undefined;
  return {
    id: row.id,
    appointmentId: row.appointmentId,
    channel: row.channel,
    direction: row.direction,
    templateId: row.templateId,
    text: row.body ?? (planned?.ok === true ? planned.text : null),
    state: row.wanted || row.state !== 'planned' ? row.state : 'cancelled',
    reason: row.reason,
    at:
      row.direction === 'in' ? row.requestedAt : (row.sentAt ?? (row.state === 'planned' ? row.plannedAt : (row.stateAt ?? row.plannedAt))),
    sentTo: row.sentTo,
    segments: row.segments,
    waiting: row.seq === 0,
    isNew: row.direction === 'in' && row.seenAt === null,
    byName: row.direction === 'in' ? null : (ctx.get('user', row.requestedById)?.name ?? null),
  };
}

interface Asked {
  patientId: string;
  templateId: string;
  appointmentId: string | null;
  body: string | null;
}
/** What it would say, or the code of why it may not go out. */
function judged(
  ctx: Context,
  { patientId, templateId, appointmentId, body }: Asked,
): { text: string | null; segments: number; problem: string | null } {
  const template = messageTemplate(templateId);
  if (template === undefined) return { text: null, segments: 0, problem: 'template/unknown' };
  const words = worded(ctx, template, appointmentId, body);
  if (!words.ok) return { text: null, segments: 0, problem: words.code };
  const address = addressFor(ctx, patientId, template);
  const problem = smsSetting(ctx).on ? (address.ok ? null : address.code) : 'sms/off';
  return { text: words.text, segments: smsLength(words.text).segments, problem };
}

export const messageHandlers = [
  useCase('message.thread', (ctx, { patientId: asked }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const rows = personIds(ctx.db, patientId).flatMap((id) => ctx.rows('message', 'patient_id = ?', [id]));
    logRead(ctx, { subjectEntity: 'message', patientId, details: { messages: rows.length } }, `messages/${patientId}/${rows.length}`);
    const items = rows.map((row) => viewOf(ctx, row)).toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? -1 : 1));
    const offer = offerFor(ctx, patientId);
    return ok({ items, offer, canAnswer: offer.on && offer.consent === 'yes' && offer.problem === null });
  }),
  useCase('message.preview', (ctx, input) => {
    const patientId = staysOf(ctx.db, input.patientId);
    return ctx.get('patient', patientId) === undefined ? err('patient/unknown') : ok(judged(ctx, { ...input, patientId }));
  }),
  useCase('message.ask', (ctx, input) => {
    const patientId = staysOf(ctx.db, input.patientId);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const appointment = input.appointmentId === null ? undefined : ctx.get('appointment', input.appointmentId);
    const template = messageTemplate(input.templateId);
    if (template?.appointment === true && appointment === undefined) return err('appointment/unknown');
    const { problem } = judged(ctx, { ...input, patientId });
    if (problem !== null) return err('message/refused', { problem });
    const due = dueAt(input.templateId, appointment?.startsAt ?? null, ctx.now, smsSetting(ctx).options);
    // One of a kind for a booking; the desk's own words each time anew.
    const id = appointment === undefined ? ctx.newId() : derivedId(appointment.id, `sms:${input.templateId}:${appointment.startsAt}`);
    const row = ctx.put('message', id, {
      patientId,
      appointmentId: input.appointmentId,
      channel: 'sms',
      templateId: input.templateId,
      body: input.templateId === 'answer' ? input.body : null,
      requestedById: ctx.actor.userId,
      requestedAt: ctx.now,
      plannedAt: 'at' in due ? due.at : ctx.now,
    });
    ctx.audit({ action: 'create', subjectEntity: 'message', subjectId: row.id, patientId, details: { template: input.templateId } });
    return ok({ id: row.id });
  }),
  useCase('message.cancel', (ctx, { id }) => {
    const row = ctx.get('message', id);
    if (row === undefined) return err('message/unknown');
    if (row.state !== 'planned' && row.state !== 'blocked') return err('message/gone');
    ctx.patch('message', id, { wanted: false });
    ctx.audit({ action: 'change', subjectEntity: 'message', subjectId: id, patientId: row.patientId, details: { wanted: false } });
    return ok(null);
  }),
  useCase('message.decide', (ctx, { id, decision }) => {
    const row = ctx.get('message', id);
    if (row === undefined) return err('message/unknown');
    if (!DECIDABLE.has(row.state) || (decision === 'sent' && row.state !== 'unknown')) return err('message/gone');
    ctx.patch('message', id, { decision, decidedById: ctx.actor.userId });
    ctx.audit({ action: 'change', subjectEntity: 'message', subjectId: id, patientId: row.patientId, details: { decision } });
    return ok(null);
  }),
  useCase('message.seen', (ctx, { id }) => {
    const row = ctx.get('message', id);
    if (row === undefined) return err('message/unknown');
    if (row.seenAt !== null) return ok(null);
    ctx.patch('message', id, { seenById: ctx.actor.userId, seenAt: ctx.now });
    ctx.audit({ action: 'change', subjectEntity: 'message', subjectId: id, patientId: row.patientId, details: { seen: true } });
    return ok(null);
  }),
  useCase('reminder.offer', (ctx, { patientId: asked }) => {
    const patientId = staysOf(ctx.db, asked);
    return ctx.get('patient', patientId) === undefined ? err('patient/unknown') : ok(offerFor(ctx, patientId));
  }),
  useCase('reminder.set', (ctx, { appointmentId, templates, agreed }) => {
    const appointment = ctx.get('appointment', appointmentId);
    if (appointment === undefined) return err('appointment/unknown');
    const patientId = staysOf(ctx.db, appointment.patientId);
    if (agreed)
      ctx.put('channel_consent', derivedId(patientId, 'consent:sms'), {
        patientId,
        channel: 'sms',
        state: 'yes',
        recordedById: ctx.actor.userId,
        recordedAt: ctx.now,
        source: 'asked',
      });
    setReminders(ctx, appointment, templates);
    ctx.audit({
      action: 'change',
      subjectEntity: 'appointment',
      subjectId: appointmentId,
      patientId,
      details: { reminders: templates, agreed },
    });
    return ok(null);
  }),
];
