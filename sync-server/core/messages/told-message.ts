/**
 * What a laptop's change to a message says here. A row is born with all its fields, those of the server at their beginning; and two laptops
 * that ask for the same reminder both bring its birth. The first stands: a later one must not set back what became of it.
 */
import { SERVER_FIELDS } from '#db/model/message.ts';
import type { Change } from '#db/sync/change.ts';
import { fieldsOf, sameValue, type StoredRow } from '#db/sync/row.ts';

export function toldMessage<T extends Pick<Change, 'set' | 'base'>>(change: T, row: StoredRow | undefined): T {
  if (row !== undefined) return 'templateId' in change.set ? { ...change, set: {}, base: {} } : change;
  const fields = fieldsOf('message');
  const own = Object.entries(change.set).filter(
    ([name, value]) => !SERVER_FIELDS.some((one) => one === name) || !sameValue(value, fields[name]?.initial),
  );
  return { ...change, set: Object.fromEntries(own) };
}
