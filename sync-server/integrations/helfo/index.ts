/** Claims to Helfo by the KUHR Krav API. README.md says what is where. */
import { defineIntegration } from '../kit.ts';
import { configure, environment } from './config.ts';

export const helfo = defineIntegration({
  name: 'helfo',
  feature: 'FEATURE_HELFO_ENABLED',
  environment,
  configure,
  async open(config, ports) {
    const { openDesk } = await import('./helfo-client.ts');
    const desk = openDesk(config, ports);
    return {
      claims: desk,
      facts: { where: new URL(config.baseUrl).host, by: config.auth },
      async check(clinicId) {
        if (!desk.knows(clinicId)) return 'helfo/not-registered';
        const practices = await desk.practices(clinicId);
        if (!practices.ok) return practices.code;
        return practices.value.some(({ type, ok }) => type === 'KINO' && ok) ? undefined : 'helfo/no-practice';
      },
    };
  },
});
