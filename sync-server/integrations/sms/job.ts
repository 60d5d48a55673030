/** What is done with one claimed message: the first vendor is called, and the next only where it is certain that nothing went out. */
import { smsLength } from '#db/rules/sms-segments.ts';
import type { Channel, Lookup, SendOutcome } from '../kit.ts';
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
    async send(message): Promise<SendOutcome> {
      let wait = 60;
      let first = true;
      for (const name of message.providers) {
        const vendor = named(name);
        if (vendor === undefined) continue;
        if (!first) await message.attempting(name);
        first = false;
        const outcome = await vendor.send(message);
        if (outcome.kind !== 'elsewhere') return { ...outcome, provider: name };
        wait = outcome.retryAfterSeconds;
      }
      return { kind: 'busy', retryAfterSeconds: wait };
    },
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
