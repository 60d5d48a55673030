/** SMS by Twilio and Telnyx. README.md says what is where. */
import { defineIntegration } from '../kit.ts';
import { configure, environment } from './config.ts';

export const sms = defineIntegration({
  name: 'sms',
  feature: 'FEATURE_SMS_ENABLED',
  environment,
  configure,
  async open(config, ports) {
    const [{ openTwilio }, { openTelnyx }, { smsChannel }, { webhooksOf }] = await Promise.all([
      import('./twilio-client.ts'),
      import('./telnyx-client.ts'),
      import('./job.ts'),
      import('./webhook.ts'),
    ]);
    const all = [
      ...(config.twilio === undefined ? [] : [openTwilio(config.twilio, ports, config.timeoutMs)]),
      ...(config.telnyx === undefined ? [] : [openTelnyx(config.telnyx, ports, config.timeoutMs)]),
    ];
    const vendors = all.toSorted((a, b) => config.order.indexOf(a.name) - config.order.indexOf(b.name));
    const webhooks = webhooksOf(vendors, ports.publicUrl);
    return {
      channel: smsChannel(config, vendors),
      webhooks,
      facts: {
        providers: vendors.map(({ name }) => name).join(', '),
        sender: config.twilio?.from ?? config.telnyx?.from ?? '',
        answers: webhooks.length > 0 ? 'yes' : ports.publicUrl === undefined ? 'no' : 'none',
        perPatient: String(config.perPatient),
        perClinic: String(config.perClinic),
      },
      async check() {
        const found = await Promise.all(vendors.map((vendor) => vendor.check()));
        return found.find((code) => code !== undefined);
      },
    };
  },
});
