/** What is done with one claimed message. There is no `lookup`: none of the three can be asked what became of an e-mail. */
import { sendInOrder } from '../fail-over.ts';
import type { Channel } from '../kit.ts';
import type { EmailConfig } from './config.ts';
import type { Vendor } from './vendor.ts';

export function emailChannel(config: Pick<EmailConfig, 'perPatient' | 'perClinic' | 'tracking'>, vendors: readonly Vendor[]): Channel {
  return {
    name: 'email',
    providers: vendors.map(({ name }) => name),
    limits: { patientPerDay: config.perPatient, clinicPerHour: config.perClinic },
    watches: config.tracking,
    // An e-mail has no parts and no price of its own.
    measure: () => ({ segments: 0, costOre: 0 }),
    send: (message) => sendInOrder(vendors, message),
  };
}
