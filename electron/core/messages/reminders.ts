/** Reminders of a booking. Their ids follow from booking and template: what two laptops ask for apart is one message. */
import { derivedId } from '#db/model/ids.ts';
import { dueAt } from '#db/rules/message-time.ts';
import { REMINDERS, type Reminder } from '#electron/contract/messages.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { smsSetting } from './message-facts.ts';

type Appointment = RowOf<'appointment'>;
const OUT: ReadonlySet<string> = new Set(['sent', 'delivered', 'unknown']);

export function askReminder(
  ctx: Context,
  appointment: Appointment,
  templateId: string,
  id = derivedId(appointment.id, `sms:${templateId}`),
): void {
  const known = ctx.get('message', id);
  if (known !== undefined) {
    if (!known.wanted) ctx.patch('message', id, { wanted: true });
    return;
  }
  const due = dueAt(templateId, appointment.startsAt, ctx.now, smsSetting(ctx).options);
  ctx.insert(
    'message',
    {
      patientId: appointment.patientId,
      appointmentId: appointment.id,
      channel: 'sms',
      templateId,
      requestedById: ctx.actor.userId,
      requestedAt: ctx.now,
      plannedAt: 'at' in due ? due.at : ctx.now,
    },
    id,
  );
}

/** These, and no others that have not gone out. */
export function setReminders(ctx: Context, appointment: Appointment, templates: readonly string[]): void {
  for (const templateId of REMINDERS) {
    if (templates.includes(templateId)) askReminder(ctx, appointment, templateId);
    else
      for (const row of remindersIn(ctx, appointment.id))
        if (row.templateId === templateId && !OUT.has(row.state) && row.wanted) ctx.patch('message', row.id, { wanted: false });
  }
}

/** The booking got another time: what has gone out told the old one, and is asked for anew. The rest the server moves by itself. */
export function remindAnew(ctx: Context, moved: Appointment): void {
  for (const row of remindersIn(ctx, moved.id)) {
    if (row.state !== 'sent' && row.state !== 'delivered') continue;
    if (moved.startsAt > ctx.now) askReminder(ctx, moved, row.templateId, derivedId(moved.id, `sms:${row.templateId}:${moved.startsAt}`));
  }
}

export function remindersOf(ctx: Context, appointmentId: string): Reminder[] {
  return remindersIn(ctx, appointmentId)
    .filter(({ wanted, state }) => wanted || OUT.has(state))
    .map((row) => ({
      id: row.id,
      templateId: row.templateId,
      state: row.state,
      reason: row.reason,
      at: row.sentAt ?? row.plannedAt,
      waiting: row.seq === 0,
    }));
}

const remindersIn = (ctx: Context, appointmentId: string): RowOf<'message'>[] =>
  ctx
    .rows('message', "appointment_id = ? and direction = 'out' order by planned_at, id", [appointmentId])
    .filter(({ templateId }) => REMINDERS.some((name) => name === templateId));
