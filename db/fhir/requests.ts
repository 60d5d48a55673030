/** What the patient asked to have corrected or deleted and what was decided, and the trace of what was erased (helsepersonelloven §§ 42–44). */
import type { AuditEvent, Task, TaskInput } from '@medplum/fhirtypes';
import type { Assessment, ErasureBasis } from '../model/erasure.ts';
import { looseDocuments } from './documents.ts';
import { urn, type Journal, type OwnRow } from './journal.ts';
import { said } from './text.ts';

type Request = OwnRow<'journal_request'>;

const KINDS: Readonly<Record<Request['kind'], string>> = {
  correction: 'Krav om retting (helsepersonelloven § 42)',
  deletion: 'Krav om sletting (helsepersonelloven § 43)',
  wrong_person: 'Ført på feil person (helsepersonelloven § 44)',
};
const DECIDED = { open: 'requested', granted: 'completed', refused: 'rejected' } as const;
const CONDITIONS: Readonly<Record<keyof Assessment, string>> = {
  harmless: 'Sletting er ubetenkelig ut fra allmenne hensyn',
  archive: 'Sletting strider ikke mot arkivlova',
  wrong: 'Opplysningene er feilaktige eller misvisende',
  burdening: 'Opplysningene føles belastende for den de gjelder',
  unnecessary: 'Opplysningene er åpenbart ikke nødvendige for helsehjelpen',
  otherPerson: 'Opplysningene gjelder en annen person',
};

export function requestOf(journal: Journal, row: Request): Task {
  const letter = looseDocuments(journal).find(({ id }) => id === row.documentId);
  const input = [...aboutOf(journal, row), ...judged(row)];
  return {
    resourceType: 'Task',
    id: row.id,
    status: DECIDED[row.status],
    statusReason: said(row.decisionReason) === undefined ? undefined : { text: row.decisionReason ?? undefined },
    intent: 'proposal',
    code: { text: KINDS[row.kind] },
    description: said(row.asked),
    for: journal.subject(row.patientId),
    authoredOn: row.receivedAt,
    lastModified: row.decidedAt ?? undefined,
    requester: row.origin === 'patient' ? journal.subject(row.patientId) : journal.person(row.receivedById),
    owner: row.decidedById === null ? undefined : journal.person(row.decidedById),
    input: input.length === 0 ? undefined : input,
    output: letter === undefined ? undefined : [{ type: { text: 'Brev om avgjørelsen' }, valueReference: { reference: urn(letter.id) } }],
  };
}

/** The entries it is about, as far as they are still there. */
function aboutOf(journal: Journal, row: Request): TaskInput[] {
  return row.targets.flatMap(({ id }) => {
    const valueReference = journal.to<never>(id);
    return valueReference === undefined ? [] : [{ type: { text: 'Gjelder' }, valueReference }];
  });
}

function judged({ assessment }: Request): TaskInput[] {
  if (assessment === null) return [];
  return Object.entries(assessment).map(([condition, holds]) => ({
    type: { text: CONDITIONS[condition as keyof Assessment] },
    valueBoolean: holds,
  }));
}

const BASES: Readonly<Record<ErasureBasis, string>> = {
  'hpl-43': 'Helsepersonelloven § 43',
  'hpl-44': 'Helsepersonelloven § 44',
  'pjl-25': 'Pasientjournalloven § 25',
  'gdpr-17': 'Personvernforordningen artikkel 17',
};

/** Who, when and by which law, and the names of the rows that are gone: nothing of what stood in them. */
export const erasureOf = (journal: Journal, row: OwnRow<'erasure'>): AuditEvent => ({
  resourceType: 'AuditEvent',
  id: row.id,
  type: { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'destroy' },
  action: 'D',
  recorded: row.decidedAt,
  purposeOfEvent: [{ text: BASES[row.basis] }],
  agent: [{ who: journal.person(row.decidedById), requestor: true }],
  source: { observer: journal.organization },
  entity: [
    { what: journal.subject(row.patientId) },
    ...(row.erased.length > 0 ? row.erased : row.targets).map(({ id }) => ({
      what: { identifier: { system: 'urn:ietf:rfc:3986', value: urn(id) } },
    })),
  ],
});

const LET_OUT = { asked: 'requested', approved: 'accepted', refused: 'rejected' } as const;

/** A second person's word on a copy that was to leave the house. */
export const exportOf = (journal: Journal, row: OwnRow<'export_approval'>): Task => ({
  resourceType: 'Task',
  id: row.id,
  status: LET_OUT[row.state],
  intent: 'proposal',
  code: { text: 'Utlevering som krever to personer' },
  description: said(row.purpose),
  for: journal.subject(row.patientId),
  authoredOn: row.askedAt,
  lastModified: row.decidedAt ?? undefined,
  requester: journal.person(row.askedById),
  owner: row.decidedById === null ? undefined : journal.person(row.decidedById),
});
