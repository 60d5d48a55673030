/** What is done with one claimed message: the first vendor is called, and the next only where it is certain that nothing went out. */
import { smsLength } from '#db/rules/sms-segments.ts';
import { sendInOrder } from '../fail-over.ts';
import type { Channel, Lookup } from '../kit.ts';
import type { SmsConfig } from './config.ts';
import type { Vendor } from './vendor.ts';

export function smsChannel(config: SmsConfig, vendors: readonly Vendor[]): Channel {
  const named = (name: string) => vendors.find((vendor) => vendor.name === name);
  return {
    name: 'sms',
    providers: vendors.map(({ name }) => name),
    limits: { patientPerDay: config.perPatient, clinicPerHour: config.perClinic },
    measure(text) {
      const { segments } = smsLength(text);
      return { segments, costOre: segments * config.segmentPriceOre };
    },
    send: (message) => sendInOrder(vendors, message),
    async lookup(asked): Promise<Lookup> {
      const answers: Lookup['kind'][] = [];
      for (const name of asked.providers) {
        const answer = await named(name)?.lookup(asked);
        if (answer?.kind === 'found' && answer.providerId !== undefined)
          return { kind: 'found', provider: name, providerId: answer.providerId };
        answers.push(answer?.kind ?? 'unsure');
      }
      return { kind: answers.length > 0 && answers.every((kind) => kind === 'absent') ? 'absent' : 'unsure' };
    },
  };
}
