/** The writing help by OpenAI, or a server that speaks as it does. README.md says what is where. */
import { defineIntegration } from '../kit.ts';
import { configure, environment } from './config.ts';

export const ai = defineIntegration({
  name: 'ai',
  feature: 'FEATURE_AI_ENABLED',
  environment,
  configure,
  async open(config, ports) {
    const { openWritingHelp } = await import('./openai-client.ts');
    const help = openWritingHelp(config, ports);
    return {
      writing: help,
      facts: {
        model: config.model,
        where: config.baseUrl === undefined ? 'api.openai.com' : new URL(config.baseUrl).host,
        perDay: String(config.tokensPerDay),
        perMonth: String(config.tokensPerMonth),
        perHour: String(config.perPersonAndHour),
      },
      check: () => help.check(),
    };
  },
});
