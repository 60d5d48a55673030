/**
 * What the mapping is given, a person's rows as the model has them, and how its resources point to each other: by `urn:uuid:` and
 * the row's own id, so that a reference is right wherever the bundle is opened.
 */
import type { Practitioner, Reference, Resource } from '@medplum/fhirtypes';
import type { EntityName, EntityOf } from '../model/entities.ts';
import type { OwnFields } from '../model/entity.ts';
import { HPR } from './systems.ts';

/** The clinic's books about a patient: of the copy as data, and no part of a journal as another system reads it. */
export const BOOKS = ['series_cover', 'prepaid', 'invoice', 'invoice_payment', 'helfo_claim'] as const satisfies readonly EntityName[];

/** Entities that name the patient, or hang under a visit; the books are none of them. */
export type JournalEntity = Exclude<NamesPatient, (typeof BOOKS)[number]>;
type NamesPatient =
  | 'patient'
  | {
      [N in EntityName]: 'patientId' extends keyof EntityOf<N>['fields']
        ? N
        : 'encounterId' extends keyof EntityOf<N>['fields']
          ? N
          : never;
    }[EntityName];

export type OwnRow<N extends EntityName> = OwnFields<EntityOf<N>> & { id: string };
/** The runs that brought entries in are no resources, but say whether those entries count. */
export type JournalRows = { readonly [N in JournalEntity | 'import_batch']?: readonly OwnRow<N>[] };

export interface JournalSource {
  /** The patient who stays, where one was registered twice. */
  readonly patientId: string;
  readonly madeAt: string;
  /** Of one person only, without deleted ones. */
  readonly rows: JournalRows;
  readonly clinic: OwnRow<'clinic'>;
  /** Who may be named in the rows; only those who are become resources. */
  readonly users: readonly OwnRow<'user'>[];
}

/** A person as a signature named them, on that day. */
interface Named {
  name: string | null;
  hprNumber: string | null;
}

export interface Journal extends JournalSource {
  of<N extends JournalEntity>(entity: N): readonly OwnRow<N>[];
  /** Undefined when it is not in the bundle: it was deleted, or is another's. */
  to<T extends Resource>(id: string | null | undefined): Reference<T> | undefined;
  subject<T extends Resource>(patientId: string): Reference<T>;
  /** Also remembers that this person is named. */
  person(id: string, named?: Named): Reference<Practitioner>;
  readonly organization: Reference<never>;
  readonly named: ReadonlyMap<string, string | null>;
}

export const urn = (id: string): string => `urn:uuid:${id}`;

/** Rows that become part of another's resource and cannot be pointed to. */
const WITHIN: readonly string[] = ['note_section', 'patient_link', 'document', 'conflict', 'import_batch'];

export function journalOf(source: JournalSource): Journal {
  const { rows } = source;
  const resources = new Set(Object.entries(rows).flatMap(([name, some]) => (WITHIN.includes(name) ? [] : some.map(({ id }) => id))));
  const named = new Map<string, string | null>();
  const users = new Map(source.users.map((user) => [user.id, user]));
  const journal: Journal = {
    ...source,
    of: (entity) => rows[entity] ?? ([] as never),
    to: (id) => (id !== null && id !== undefined && resources.has(id) ? { reference: urn(id) } : undefined),
    subject: (patientId) => journal.to(patientId) ?? { reference: urn(source.patientId) },
    person(id, by) {
      const known = users.get(id);
      const name = by?.name ?? known?.name ?? null;
      if ((named.get(id) ?? null) === null) named.set(id, name);
      const changed = by !== undefined && by.hprNumber !== null && by.hprNumber !== known?.hprNumber;
      return {
        reference: urn(id),
        display: name ?? undefined,
        identifier: changed ? { system: HPR, value: by.hprNumber ?? undefined } : undefined,
      };
    },
    organization: { reference: urn(source.clinic.id), display: source.clinic.name },
    named,
  };
  return journal;
}
