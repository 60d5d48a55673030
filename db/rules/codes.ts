/** The shape of a code and what it may stand for (ICPC-2: norway.md §1). Whether it exists is db/reference's. */

export type CodeKind = 'symptom' | 'process' | 'diagnosis';

/** `l 84.`, `m54.5` → `L84`, `M545`; process codes keep their sign: `-31`. */
export function normaliseCode(raw: string): string {
  return raw.toUpperCase().replace(/[\s.]/g, '');
}

/** ICPC-2 by number: 00–29 symptoms, 30–69 process, 70–99 diagnoses; ICD-10 is always a diagnosis. */
export function codeKind(system: 'icpc-2' | 'icd-10', code: string): CodeKind {
  if (system === 'icd-10') return 'diagnosis';
  const number = Number(/\d{2}/.exec(code)?.[0] ?? '0');
  return number < 30 ? 'symptom' : number < 70 ? 'process' : 'diagnosis';
}

/** A process code says what was done, not what the matter is: never the main diagnosis. */
export function mainDiagnosisProblem(system: 'icpc-2' | 'icd-10', code: string): 'diagnosis/process-code-as-main' | null {
  return codeKind(system, code) === 'process' ? 'diagnosis/process-code-as-main' : null;
}
