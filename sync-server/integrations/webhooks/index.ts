/** Webhooks that go out. README.md says what is where. */
import { defineIntegration } from '../kit.ts';
import { configure, environment } from './config.ts';

export const webhooks = defineIntegration({
  name: 'webhooks',
  feature: undefined,
  environment,
  configure,
  async open(config) {
    const { openHooks } = await import('./client.ts');
    return {
      hooks: openHooks(config),
      facts: {},
      // There is no vendor to ask: each address has a test of its own.
      async check() {
        return undefined;
      },
    };
  },
});
