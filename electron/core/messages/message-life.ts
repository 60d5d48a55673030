/** A message as the window shows it. */
import type { MessageLife, MessageView } from '#electron/contract/messages.ts';
import { messageTemplate } from '#db/rules/message-templates.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { Context } from '../context.ts';
import { worded } from './message-facts.ts';

export function lifeOf(ctx: Context, row: RowOf<'message'>): MessageLife {
  const { id, templateId, channel, state, reason, requestedAt, plannedAt, sentAt, stateAt } = row;
  const shown = row.direction === 'in' ? requestedAt : (sentAt ?? (state === 'planned' ? plannedAt : (stateAt ?? plannedAt)));
  return {
    ...{ id, templateId, channel, reason, requestedAt, plannedAt, sentAt, stateAt },
    // Taken back here; the server says so when it has heard of it.
    state: row.wanted || state !== 'planned' ? state : 'cancelled',
    at: shown,
    byName: row.direction === 'in' ? null : (ctx.get('user', row.requestedById)?.name ?? null),
    waiting: row.seq === 0,
  };
}

export function viewOf(ctx: Context, row: RowOf<'message'>): MessageView {
  const template = messageTemplate(row.templateId);
  const { appointmentId, channel, body } = row;
  const planned =
    row.state === 'planned' && template !== undefined && body === null
      ? worded(ctx, { channel, template, appointmentId, body })
      : undefined;
  return {
    ...lifeOf(ctx, row),
    appointmentId,
    direction: row.direction,
    text: body ?? (planned?.ok === true ? planned.text : null),
    sentTo: row.sentTo,
    segments: channel === 'sms' ? row.segments : null,
    opens: row.opens,
    clicks: row.clicks,
    isNew: row.direction === 'in' && row.seenAt === null,
  };
}
