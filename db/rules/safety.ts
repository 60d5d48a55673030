/** What must be known before touching a patient. Without a row nobody has asked: "ikke spurt", never "ingen". */
import { SAFETY_KINDS } from '../model/patient.ts';
import type { SafetyKind, safetyFact } from '../model/patient.ts';
import type { Row } from '../model/entity.ts';

type Fact = Row<typeof safetyFact>;
export interface SafetyState {
  kind: SafetyKind;
  state: Fact['state'];
  detail: string | null;
  recordedById: string | null;
  recordedAt: string | null;
}

type Answer = Pick<Fact, 'kind' | 'state' | 'detail' | 'recordedById' | 'recordedAt'>;

const CAUTION: readonly Fact['state'][] = ['not_asked', 'none', 'yes'];

/**
 * What holds for a person who was registered more than once: of each kind the most cautious answer, with everything that was
 * said with it. `disputed` names the kinds that were answered both ways.
 * @param facts of all the person's patients
 */
export function factsOfPerson(facts: readonly Answer[]): { facts: Answer[]; disputed: ReadonlySet<SafetyKind> } {
  const disputed = new Set<SafetyKind>();
  const combined = SAFETY_KINDS.flatMap((kind): Answer[] => {
    const said = facts.filter((fact) => fact.kind === kind);
    const state = CAUTION.findLast((one) => said.some((fact) => fact.state === one));
    const standing = said.filter((fact) => fact.state === state);
    const [first] = standing;
    if (first === undefined) return [];
    if (said.some((fact) => fact.state === 'none') && state === 'yes') disputed.add(kind);
    const details = new Set(standing.flatMap(({ detail }) => (detail === null || detail.trim() === '' ? [] : [detail.trim()])));
    return [{ ...first, detail: details.size === 0 ? null : [...details].join(' / ') }];
  });
  return { facts: combined, disputed };
}

/** All kinds, in their order, with or without a row. */
export function safetyStates(facts: readonly Answer[]): SafetyState[] {
  return SAFETY_KINDS.map((kind) => {
    const fact = facts.find((row) => row.kind === kind);
    return {
      kind,
      state: fact?.state ?? 'not_asked',
      detail: fact?.detail ?? null,
      recordedById: fact?.recordedById ?? null,
      recordedAt: fact?.recordedAt ?? null,
    };
  });
}
