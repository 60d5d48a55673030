/** E-mail by SMTP, SendGrid and Microsoft Graph. README.md says what is where. */
import { defineIntegration } from '../kit.ts';
import { configure, environment } from './config.ts';

export const email = defineIntegration({
  name: 'email',
  feature: 'FEATURE_EMAIL_ENABLED',
  environment,
  configure,
  async open({ smtp, sendgrid, outlook, ...config }, ports) {
    const { timeoutMs } = config;
    const all = [
      ...(smtp === undefined ? [] : [(await import('./smtp-client.ts')).openSmtp(smtp, ports, timeoutMs)]),
      ...(sendgrid === undefined ? [] : [(await import('./sendgrid-client.ts')).openSendGrid(sendgrid, ports, timeoutMs)]),
      ...(outlook === undefined ? [] : [(await import('./outlook-client.ts')).openOutlook(outlook, ports, timeoutMs)]),
    ];
    const { emailChannel } = await import('./job.ts');
    const vendors = all.toSorted((a, b) => config.order.indexOf(a.name) - config.order.indexOf(b.name));
    // Without an address of ours nobody can tell us anything.
    const webhooks = ports.publicUrl === undefined ? [] : vendors.flatMap(({ webhook }) => webhook ?? []);
    return {
      channel: emailChannel(config, vendors),
      webhooks,
      facts: {
        providers: vendors.map(({ name }) => name).join(', '),
        sender: smtp?.from ?? sendgrid?.from ?? outlook?.mailbox ?? '',
        bounces: webhooks.length > 0 ? 'yes' : ports.publicUrl === undefined ? 'no' : 'none',
        tracking: config.tracking && ports.publicUrl !== undefined ? 'yes' : '',
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
