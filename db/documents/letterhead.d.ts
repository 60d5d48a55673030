import type { Paper } from './paper.ts';
export interface ClinicHead {
  clinicName: string;
  orgNumber: string | null;
  addressLine: string | null;
  postalCode: string | null;
  city: string | null;
  phone: string | null;
  /** Free lines of the clinic's own. */
  letterhead: string | null;
}
/** Lines beside the recipient; the first part is small and grey. */
export interface Aside {
  label: string;
  lines: readonly string[];
}
/** Draws the head of page one and returns the first baseline of what follows, 96 mm or lower. */
export declare function drawHead(
  paper: Paper,
  clinic: ClinicHead,
  recipient: readonly string[],
  missingRecipient: string | null,
  asides: readonly Aside[],
): number;
/** Foot of every page and running head of the later ones; all of it artifact, the reader has heard it once. */
export declare function decorate(
  paper: Paper,
  options: {
    running: string;
    runningRight: string;
    foot: string;
  },
): (at: { number: number; of: number }) => void;
