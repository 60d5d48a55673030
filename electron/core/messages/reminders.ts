/** Reminders of a booking. Their ids follow from booking and template: what two laptops ask for apart is one message. */
import { bookingMessageId } from '#db/rules/message-ids.ts';
import { dueAt } from '#db/rules/message-time.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import type { MessageChannel } from '#db/model/message.ts';
import { REMINDERS, type Reminder } from '#electron/contract/messages.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { channelSetting } from './message-facts.ts';
import { lifeOf } from './message-life.ts';

type Appointment = RowOf<'appointment'>;
const OUT: ReadonlySet<string> = new Set(['sent', 'delivered', 'unknown']);

export function askReminder(
  ctx: Context,
  appointment: Appointment,
  { templateId, channel }: { templateId: string; channel: MessageChannel },
  id = bookingMessageId(channel, appointment.id, templateId),
): void {
  const known = ctx.get('message', id);
  if (known !== undefined) {
    if (!known.wanted) ctx.patch('message', id, { wanted: true });
    return;
  }
  const due = dueAt(templateId, appointment.startsAt, ctx.now, channelSetting(ctx, channel).options);
  ctx.insert(
    'message',
    {
      patientId: appointment.patientId,
      appointmentId: appointment.id,
      channel,
      templateId,
      requestedById: ctx.actor.userId,
      requestedAt: ctx.now,
      plannedAt: 'at' in due ? due.at : ctx.now,
    },
    id,
  );
}

/** These by this channel, and no others that have not gone out. */
export function setReminders(ctx: Context, appointment: Appointment, templates: readonly string[], channel: MessageChannel): void {
  for (const templateId of REMINDERS) {
    const wanted = templates.includes(templateId) && messageTemplate(templateId)?.channels.includes(channel) === true;
    const mine = remindersIn(ctx, appointment.id).filter((row) => row.templateId === templateId);
    for (const row of mine)
      if (!(wanted && row.channel === channel) && !OUT.has(row.state) && row.wanted) ctx.patch('message', row.id, { wanted: false });
    // By another channel it is on its way or there: the patient is told once.
    if (wanted && !mine.some((row) => row.channel !== channel && OUT.has(row.state)))
      askReminder(ctx, appointment, { templateId, channel });
  }
}

/** The booking got another time: what has gone out told the old one, and is asked for anew. The rest the server moves by itself. */
export function remindAnew(ctx: Context, moved: Appointment): void {
  for (const row of remindersIn(ctx, moved.id)) {
    if (row.state !== 'sent' && row.state !== 'delivered') continue;
    const { channel, templateId } = row;
    if (moved.startsAt > ctx.now)
      askReminder(ctx, moved, { templateId, channel }, bookingMessageId(channel, moved.id, templateId, moved.startsAt));
  }
}

export function remindersOf(ctx: Context, appointmentId: string): Reminder[] {
  return ctx
    .rows('message', "appointment_id = ? and direction = 'out' order by planned_at, id", [appointmentId])
    .filter(({ wanted, state }) => wanted || OUT.has(state))
    .map((row) => lifeOf(ctx, row));
}

const remindersIn = (ctx: Context, appointmentId: string): RowOf<'message'>[] =>
  ctx
    .rows('message', "appointment_id = ? and direction = 'out' order by planned_at, id", [appointmentId])
    .filter(({ templateId }) => REMINDERS.some((name) => name === templateId));
