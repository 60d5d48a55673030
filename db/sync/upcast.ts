/**
 * How a change written by an older version reads today. A laptop that was away for a year delivers what it froze and signed
 * then, byte for byte; only after its signature is proven is it told in today's words (design.md §4).
 *
 * To change the model so that older changes read differently: raise SCHEMA_VERSION and add the step from the version before.
 * An entity keeps its name for good: a laptop finds its own waiting changes by it.
 */
import { SCHEMA_VERSION } from '../model/entities.ts';
import type { Change } from './change.ts';

/** What of a change a step may tell anew; who, when and which row stay as they were signed. */
export type Told = Pick<Change, 'entity' | 'set' | 'base'>;
/** From one version of the model to the next. Pure; drops no text. */
export type Upcast = (told: Told) => Told;

const same: Upcast = (told) => told;

/** By the version a step starts from. There is one for every version before this one. */
export const UPCASTS: Map<number, Upcast> = new Map([
  // 2: new entities and fields; what a first version wrote reads the same.
  [1, same],
  // 3: attachments, patients registered twice; blocks and emergencies.
  [2, same],
  // 4: a device tells what it handed in; messages, switches of integrations, what a patient answered.
  [3, same],
  // 5: what the virus scanner said of an attachment; recalls, the channel a patient is written to, a second person's word on exports;
  // prepaid visits, invoices, claims to Helfo, absence from work; answers and documents that other systems hand in;
  // opening hours, rooms, bookings of one series.
  [4, same],
  // 6: imported history, and what another system calls a patient; what is to be sent to Helfo; kinds of letters, and whether referrals to a
  // physiotherapist are written.
  [5, same],
]);

/** The change in today's words; one of a newer version stays as it came. */
export function upcast<T extends Told & Pick<Change, 'schema'>>(change: T): T {
  if (change.schema >= SCHEMA_VERSION) return change;
  let told: Told = change;
  for (let version = change.schema; version < SCHEMA_VERSION; version += 1) told = (UPCASTS.get(version) ?? same)(told);
  return told === change ? change : { ...change, entity: told.entity, set: told.set, base: told.base };
}

/** Steps for a field that got another name: the value and what its writer had read go with it. */
export function renamed(entity: string, from: string, to: string): Upcast {
  const move = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(record).map(([field, value]) => [field === from ? to : field, value]));
  return (told) => (told.entity === entity ? { ...told, set: move(told.set), base: move(told.base) } : told);
}
