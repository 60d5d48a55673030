/** What the canary test knows of one integration. A new integration has its row in rows.ts, or the test fails. */
import type { CanaryField } from './patient.ts';
import type { CanaryWorld } from './world.ts';

/** A vendor's fake: its variables, its addresses, and all that it was sent. */
export interface CanaryVendor {
  environment: Readonly<Record<string, string>>;
  baseUrls: Readonly<Record<string, string>>;
  /** Every body, address and header that left for the vendor, as they came. */
  outgoing(): string;
  close(): Promise<void>;
}
export interface CanaryRow<Vendor extends CanaryVendor = CanaryVendor> {
  open(now: () => Date): Promise<Vendor>;
  /** What of the patient this vendor may be told, and nothing else of her. Widening it is a decision. */
  may: readonly CanaryField[];
  /** What must have left at least, so that a silent fake proves nothing. */
  sends: readonly CanaryField[];
  /** Name → what is done through it: on main, and on each way of failing. */
  paths: Readonly<Record<string, (world: CanaryWorld, vendor: Vendor) => Promise<void>>>;
}

/** Keeps a row's own type of vendor within it. */
export const canaryRow = <Vendor extends CanaryVendor>(row: CanaryRow<Vendor>): CanaryRow => row as unknown as CanaryRow;
