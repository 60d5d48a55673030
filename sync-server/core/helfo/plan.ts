/**
 * What of a message to Helfo may go now, and what it says: read from the record and the ledger in one transaction. The claims are as they were taken out,
 * the diagnoses those of the signed notes.
 */
import { z } from 'zod';
import { derivedId } from '#db/model/ids.ts';
import type { EntityName } from '#db/model/entities.ts';
import type { Tx } from '#db/postgres/open.ts';
import { claimsSent, helfoIsOn, helfoSending, type ClaimKind, type HelfoSending } from '#db/postgres/queries/helfo.ts';
import { samePersons } from '#db/postgres/queries/messages.ts';
import { readRows } from '#db/postgres/queries/rows.ts';
import { clinicDay } from '#db/rules/appointments.ts';
import { claimOre, creditTooOld } from '#db/rules/claims.ts';
import { claimLineSchema, fitsKrav, kravLineOf, type KravLine } from '#db/rules/kuhr.ts';
import type { StoredRow } from '#db/sync/row.ts';
import type { HelfoPractice } from '../../integrations/kit.ts';
import type { HelfoDeps } from './deps.ts';

export interface Sendable {
  message: StoredRow;
  kind: ClaimKind;
  praksisId: string;
  lines: readonly KravLine[];
  /** What cannot go, and why: claim → code. Those that went already, or belong to another message by now, are not among them. */
  unfit: ReadonlyMap<string, string>;
  patientOf: ReadonlyMap<string, string>;
  /** Claims that point here and went with another message: claim → that one. */
  elsewhere: ReadonlyMap<string, string>;
}
export type Plan =
  | { do: 'nothing' }
  /** `credits`: claims that stay what they were. */
  | { do: 'cancel'; credits: readonly string[] }
  | { do: 'wait'; reason: string }
  | { do: 'recover'; message: StoredRow; sending: HelfoSending }
  | ({ do: 'send' } & Sendable);

export async function planOf(deps: HelfoDeps, tx: Tx, clinicId: string, messageId: string): Promise<Plan> {
  const rows = async (entity: EntityName, ids: readonly string[]) =>
    new Map((await readRows(tx, clinicId, new Map([[entity, new Set(ids)]]))).map(({ row }) => [row.id, row]));
  const message = (await rows('helfo_message', [messageId])).get(messageId);
  if (message === undefined || message.deleted || (message['state'] !== 'planned' && message['state'] !== 'unknown'))
    return { do: 'nothing' };
  const sending = await helfoSending(tx, clinicId, messageId);
  if (sending?.state === 'claimed')
    return deps.desk === undefined ? { do: 'wait', reason: 'helfo/off' } : { do: 'recover', message, sending };
  if (sending !== undefined && sending.state !== 'released') return { do: 'nothing' };
  const ids = (message['claimIds'] as readonly string[]).map((id) => id.toLowerCase());
  if (message['wanted'] !== true) {
    const asked = message['credit'] === true ? [...(await rows('helfo_claim', ids)).values()] : [];
    return { do: 'cancel', credits: asked.filter((claim) => claim['batchId'] === messageId).map(({ id }) => id) };
  }
  if (deps.desk === undefined || !(await helfoIsOn(tx, clinicId))) return { do: 'wait', reason: 'helfo/off' };
  if (!deps.desk.knows(clinicId)) return { do: 'wait', reason: 'helfo/not-registered' };

  const kind: ClaimKind = message['credit'] === true ? 'credit' : 'claim';
  const sent = new Map((await claimsSent(tx, clinicId, ids)).filter((one) => one.kind === kind).map((one) => [one.claimId, one]));
  const named = [...(await rows('helfo_claim', ids)).values()].filter(
    (claim) => !claim.deleted && claim['batchId'] === messageId && claim['practitionerId'] === message['practitionerId'],
  );
  const elsewhere = new Map(
    named.flatMap(({ id }): [string, string][] => {
      const before = sent.get(id);
      return before === undefined || before.state === 'rejected' || before.messageId === messageId ? [] : [[id, before.messageId]];
    }),
  );
  const claims = named.filter((claim) => {
    const before = sent.get(claim.id);
    const free = before === undefined || before.state === 'rejected';
    const asked = kind === 'credit' ? claim['status'] === 'credit_sent' : claim['status'] === 'sent' || claim['status'] === 'corrected';
    return free && asked;
  });
  const encounters = await rows(
    'encounter',
    claims.map((claim) => String(claim['encounterId'])),
  );
  const persons = [...claims, ...encounters.values()].map((row) => String(row['patientId']));
  const same = await samePersons(tx, clinicId, [...new Set(persons)]);
  const stays = new Map(same.filter((one) => one.stays).map(({ of, id }) => [of, id]));
  const patients = await rows('patient', [...new Set(stays.values())]);
  const settingId = derivedId(clinicId, 'billing-setting');
  const praksisIds = (await rows('billing_setting', [settingId])).get(settingId)?.['praksisIds'];
  const praksisId = (praksisIds as Record<string, string> | undefined)?.[String(message['practitionerId'])] ?? '';
  const today = clinicDay(deps.now().toISOString());
  const lines: KravLine[] = [];
  const unfit = new Map<string, string>();
  for (const claim of claims.toSorted((a, b) => (String(a['regningsnummer']) < String(b['regningsnummer']) ? -1 : 1))) {
    const patient = patients.get(stays.get(String(claim['patientId'])) ?? '');
    const encounter = encounters.get(String(claim['encounterId']));
    const said = claimLineSchema.safeParse({ claim, encounter, patient });
    const line = said.success ? kravLineOf(said.data) : null;
    const ofVisit =
      stays.get(String(encounter?.['patientId'])) === patient?.id && encounter?.['practitionerId'] === claim['practitionerId'];
    if (praksisId === '') unfit.set(claim.id, 'helfo/practice-unknown');
    else if (kind === 'credit' && creditTooOld(String(claim['day']), today)) unfit.set(claim.id, 'claim/too-old');
    else if (line === null || !ofVisit || !fitsKrav(praksisId, line, kind === 'credit')) unfit.set(claim.id, 'helfo/incomplete');
    // What is claimed is what was signed; a credit takes back what went.
    else if (kind === 'claim' && !isSigned(claim, encounter)) unfit.set(claim.id, 'helfo/note-differs');
    else lines.push(line);
  }
  return {
    do: 'send',
    message,
    kind,
    praksisId,
    lines,
    unfit,
    elsewhere,
    patientOf: new Map(claims.map((claim) => [claim.id, String(claim['patientId'])])),
  };
}

const signedLinesSchema = z.object({
  treatmentLines: z.array(z.object({ code: z.string(), quantity: z.int(), refundOre: z.int().nullable() })),
});

/** Each line of the claim stands in the signed note, with its number and its øre; and the claim's sum is theirs. */
function isSigned(claim: StoredRow, encounter: StoredRow | undefined): boolean {
  const content = signedLinesSchema.safeParse(encounter?.['signedContent']);
  const said = claimLineSchema.shape.claim.safeParse(claim);
  if (!content.success || !said.success || encounter?.['status'] !== 'signed') return false;
  const left = content.data.treatmentLines.map(({ code, quantity, refundOre }) => `${code}×${quantity}×${refundOre ?? 0}`);
  const all = said.data.takster.every(({ kode, antall, belopOre }) => {
    const at = left.indexOf(`${kode}×${antall}×${belopOre}`);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return all && claimOre(said.data.takster) === claim['amountOre'];
}

/** What Helfo has on the practice says that these claims would come back: told before they go. */
export function practiceProblem(practices: readonly HelfoPractice[], praksisId: string, lines: readonly KravLine[]): string | undefined {
  const practice = practices.find((one) => one.praksisId === praksisId);
  if (practice === undefined) return 'helfo/practice-unknown';
  if (practice.type !== '' && practice.type !== 'KINO') return 'helfo/practice-type';
  if (!practice.ok) return 'helfo/practice-not-ok';
  const holds = (day: string) => practice.periods.some(({ from, to }) => from <= day && (to === null || day <= to));
  return practice.periods.length === 0 || lines.every(({ visitAt }) => holds(clinicDay(visitAt))) ? undefined : 'helfo/practice-dates';
}
