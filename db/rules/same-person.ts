/**
 * Which patients are one person. A pure function of the links, so that every replica gives the same answer whatever the order
 * in which they came: no clock, no "first seen". Links are taken as statements that two are the same, hence chains
 * (A into B, B into C) and a patient merged into two others make one person of all.
 * Source: FHIR R4 Patient.link (`replaced-by`); which of several stays is ours (docs/decisions/0046).
 */
export interface Link {
  /** Steps back. */
  patientId: string;
  /** Stays. */
  intoId: string;
}

/**
 * By patient, the one who stays; only of those who belong together with somebody (who stays is in it too).
 * Who stays: the one all steps lead to. Where they lead to several, or round in a circle, the one with the smallest id,
 * which is the one registered first.
 */
export function samePersons(links: readonly Link[]): Map<string, string> {
  const next = new Map<string, Set<string>>();
  const beside = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, from: string, to: string): void => void map.set(from, (map.get(from) ?? new Set()).add(to));
  for (const { patientId, intoId } of links) {
    if (patientId === intoId) continue;
    add(next, patientId, intoId);
    add(beside, patientId, intoId);
    add(beside, intoId, patientId);
  }
  const stays = new Map<string, string>();
  for (const id of beside.keys()) {
    if (stays.has(id)) continue;
    const together = [...reached(beside, id)];
    // An end is one from which no step leads out of its own circle.
    const ends = together.filter((one) => [...reached(next, one)].every((other) => reached(next, other).has(one)));
    const first = ends.toSorted()[0] ?? id;
    for (const one of together) stays.set(one, first);
  }
  return stays;
}

/** Everything there is a way to, itself among it. */
function reached(steps: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const found = new Set([from]);
  for (const id of found) for (const other of steps.get(id) ?? []) found.add(other);
  return found;
}
