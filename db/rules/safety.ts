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

/** All kinds, in their order, with or without a row. */
export function safetyStates(facts: readonly Pick<Fact, 'kind' | 'state' | 'detail' | 'recordedById' | 'recordedAt'>[]): SafetyState[] {
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
