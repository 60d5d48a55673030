/** Messages of a patient, and what is asked for. Only rows are written here: the server sends (sync-server/core/messages). */
import { err, ok } from '#electron/contract/verb.ts';
import { derivedId } from '#db/model/ids.ts';
import type { MessageChannel } from '#db/model/message.ts';
import { bookingMessageId } from '#db/rules/message-ids.ts';
import { dueAt, UNDO_SECONDS } from '#db/rules/message-time.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import { smsLength } from '#db/rules/sms-segments.ts';
import { personIds, staysOf } from '#db/sqlite/queries/same-person.ts';
import { logRead } from '../audit/log-once.ts';
import type { Context } from '../context.ts';
import { useCase } from '../use-case.ts';
import { fullName } from '../patients/patient-view.ts';
import { channelSetting, offerFor, problemOf, worded } from './message-facts.ts';
import { lifeOf, viewOf } from './message-life.ts';
import { remindersOf, setReminders } from './reminders.ts';

const DECIDABLE: ReadonlySet<string> = new Set(['unknown', 'failed', 'blocked']);

interface Asked {
  patientId: string;
  templateId: string;
  channel: MessageChannel;
  appointmentId: string | null;
  body: string | null;
}
/** What it would say, or the code of why it may not go out. */
function judged(ctx: Context, asked: Asked): { text: string | null; segments: number; problem: string | null } {
  const { templateId, channel, appointmentId, body } = asked;
  const template = messageTemplate(templateId);
  if (template === undefined || !template.channels.includes(channel)) return { text: null, segments: 0, problem: 'template/unknown' };
  const words = worded(ctx, { channel, template, appointmentId, body });
  if (!words.ok) return { text: null, segments: 0, problem: words.code };
  return { text: words.text, segments: channel === 'sms' ? smsLength(words.text).segments : 0, problem: problemOf(ctx, asked) };
}

const FORTNIGHT_MS = 14 * 86_400_000;
const MOST_STUCK = 50;

/** What a booking that is over, or that is off, was to be told is nothing to mend any more. */
function isStuck(ctx: Context, { appointmentId, templateId }: { appointmentId: string | null; templateId: string }): boolean {
  if (appointmentId === null || templateId === 'cancellation') return true;
  const booked = ctx.get('appointment', appointmentId);
  return booked?.status === 'booked' && booked.startsAt > ctx.now;
}

export const messageHandlers = [
  useCase('message.thread', (ctx, { patientId: asked }) => {
    const patientId = staysOf(ctx.db, asked);
    if (ctx.get('patient', patientId) === undefined) return err('patient/unknown');
    const rows = personIds(ctx.db, patientId).flatMap((id) => ctx.rows('message', 'patient_id = ?', [id]));
    logRead(ctx, { subjectEntity: 'message', patientId, details: { messages: rows.length } }, `messages/${patientId}/${rows.length}`);
    const items = rows.map((row) => viewOf(ctx, row)).toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? -1 : 1));
    const offer = offerFor(ctx, patientId);
    const sms = offer.channels.find(({ channel }) => channel === 'sms');
    return ok({ items, offer, canAnswer: sms?.on === true && sms.consent === 'yes' && sms.problem === null });
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
    const { templateId, channel, appointmentId, subjectId } = input;
    const due = dueAt(templateId, appointment?.startsAt ?? null, ctx.now, channelSetting(ctx, channel).options);
    const at = 'at' in due ? due.at : ctx.now;
    // What would go out at once can be taken back for a moment (sync-server/core/messages/intents.ts).
    const held = new Date(Date.parse(ctx.now) + UNDO_SECONDS * 1000).toISOString();
    // One of a kind for a booking; the rest each time anew.
    const id = appointment === undefined ? ctx.newId() : bookingMessageId(channel, appointment.id, templateId, appointment.startsAt);
    const known = ctx.get('message', id);
    if (known !== undefined) {
      // Asked for once more: what was taken back is wanted again, what did not go out is tried again.
      if (!known.wanted) ctx.patch('message', id, { wanted: true });
      else if (known.state === 'failed' || known.state === 'blocked')
        ctx.patch('message', id, { decision: 'again', decidedById: ctx.actor.userId });
      ctx.audit({ action: 'change', subjectEntity: 'message', subjectId: id, patientId, details: { template: templateId, again: true } });
      return ok({ id });
    }
    const fields = { patientId, appointmentId, subjectId, channel, templateId };
    const row = ctx.insert(
      'message',
      {
        ...fields,
        body: templateId === 'answer' ? input.body : null,
        requestedById: ctx.actor.userId,
        requestedAt: ctx.now,
        plannedAt: at > held ? at : held,
      },
      id,
    );
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
  useCase('message.stuck', (ctx) => {
    const since = new Date(Date.parse(ctx.now) - FORTNIGHT_MS).toISOString();
    const rows = ctx.rows(
      'message',
      "direction = 'out' and wanted = 1 and decision is null and state in ('failed', 'unknown', 'blocked') and planned_at > ? order by planned_at desc, id",
      [since],
    );
    const items = rows.filter((row) => isStuck(ctx, row)).slice(0, MOST_STUCK);
    return ok({
      items: items.map((row) => {
        const patient = ctx.get('patient', staysOf(ctx.db, row.patientId));
        return {
          ...lifeOf(ctx, row),
          patientId: patient?.id ?? row.patientId,
          patientName: patient === undefined ? '' : fullName(patient),
        };
      }),
    });
  }),
  useCase('message.about', (ctx, { subjectId }) =>
    ok({ items: ctx.rows('message', 'subject_id = ? order by requested_at, id', [subjectId]).map((row) => lifeOf(ctx, row)) }),
  ),
  useCase('message.ofBooking', (ctx, { appointmentId }) => ok({ items: remindersOf(ctx, appointmentId) })),
  useCase('reminder.offer', (ctx, { patientId: asked }) => {
    const patientId = staysOf(ctx.db, asked);
    return ctx.get('patient', patientId) === undefined ? err('patient/unknown') : ok(offerFor(ctx, patientId));
  }),
  useCase('reminder.set', (ctx, { appointmentId, templates, channel, agreed }) => {
    const appointment = ctx.get('appointment', appointmentId);
    if (appointment === undefined) return err('appointment/unknown');
    const patientId = staysOf(ctx.db, appointment.patientId);
    if (agreed)
      ctx.put('channel_consent', derivedId(patientId, `consent:${channel}`), {
        patientId,
        channel,
        state: 'yes',
        recordedById: ctx.actor.userId,
        recordedAt: ctx.now,
        source: 'asked',
      });
    setReminders(ctx, appointment, templates, channel);
    ctx.audit({
      action: 'change',
      subjectEntity: 'appointment',
      subjectId: appointmentId,
      patientId,
      details: { reminders: templates, channel, agreed },
    });
    return ok(null);
  }),
];
