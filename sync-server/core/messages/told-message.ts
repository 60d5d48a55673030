/**
 * What a laptop's change to a message says here, to a patient or to Helfo. A row is born with all its fields, those of the server at their beginning; and two laptops
 * that ask for the same reminder both bring its birth. The first stands: a later one must not set back what became of it.
 */
import { SERVER_FIELDS } from '#db/model/message.ts';
import { HELFO_SERVER_FIELDS } from '#db/model/money.ts';
import type { Change } from '#db/sync/change.ts';
import { fieldsOf, sameValue, type StoredRow } from '#db/sync/row.ts';

const INTENTS = {
  message: { server: SERVER_FIELDS as readonly string[], birth: 'templateId' },
  helfo_message: { server: HELFO_SERVER_FIELDS as readonly string[], birth: 'claimIds' },
} as const;
export const isIntent = (entity: string): entity is keyof typeof INTENTS => Object.hasOwn(INTENTS, entity);

export function toldMessage<T extends Pick<Change, 'set' | 'base'>>(
  entity: keyof typeof INTENTS,
  change: T,
  row: StoredRow | undefined,
): T {
  const { server, birth } = INTENTS[entity];
  if (row !== undefined) return birth in change.set ? { ...change, set: {}, base: {} } : change;
  const fields = fieldsOf(entity);
  const own = Object.entries(change.set).filter(([name, value]) => !server.includes(name) || !sameValue(value, fields[name]?.initial));
  return { ...change, set: Object.fromEntries(own) };
}
