/**
 * Ids. Rows are born with a UUIDv7 on the laptop; some rows must be the same row wherever they are
 * born (the "subjective" section of one note, the allergy fact of one patient), and take an id
 * derived from what they belong to, so that two laptops offline make one row and not two.
 */
import { v5 } from 'uuid';

/** The same id for the same owner and name on every machine (UUIDv5 in the owner's namespace). */
export function derivedId(ownerId: string, name: string): string {
  return v5(name, ownerId);
}
