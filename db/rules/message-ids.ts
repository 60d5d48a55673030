/** Ids of what is said about a booking: what two laptops ask for apart is one message. */
import { derivedId } from '../model/ids.ts';
import { MESSAGE_CHANNELS, type MessageChannel } from '../model/message.ts';

/** @param startsAt of a booking that was moved after the first had gone out, and of what is said once of each time it has */
export const bookingMessageId = (channel: MessageChannel, appointmentId: string, templateId: string, startsAt?: string): string =>
  derivedId(appointmentId, `${channel}:${templateId}${startsAt === undefined ? '' : `:${startsAt}`}`);

/**
 * The same words of the same booking by the other channels: two laptops that did not know of each other may have chosen differently, and
 * the patient is told once. Empty for what is about no booking.
 */
export function twinsOf(
  message: { id: string; channel: MessageChannel; appointmentId: string | null; templateId: string },
  startsAt: string | null,
): string[] {
  const { appointmentId, templateId } = message;
  if (appointmentId === null) return [];
  const ofChannel = (channel: MessageChannel) => [
    bookingMessageId(channel, appointmentId, templateId),
    ...(startsAt === null ? [] : [bookingMessageId(channel, appointmentId, templateId, startsAt)]),
  ];
  const at = ofChannel(message.channel).indexOf(message.id);
  return at < 0 ? [] : MESSAGE_CHANNELS.flatMap((channel) => (channel === message.channel ? [] : (ofChannel(channel)[at] ?? [])));
}
