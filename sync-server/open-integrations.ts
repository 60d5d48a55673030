/** Opens what the operator has configured and switched on, and knows of the rest why it is off. */
import type { IntegrationName } from '#db/model/message.ts';
import type { ConfiguredIntegration } from './config.ts';
import type { Channel, ClaimsDesk, Hooks, OpenIntegration, OwnJob, Ports, Storage, Webhook, WritingHelp } from './integrations/kit.ts';

export interface IntegrationState {
  name: IntegrationName;
  /** `not-configured`: its variables are not set. `switched-off`: its FEATURE_… is. */
  state: 'ready' | 'not-configured' | 'switched-off';
  facts: Readonly<Record<string, string>>;
}

export interface Integrations {
  states(): IntegrationState[];
  channels: ReadonlyMap<string, Channel>;
  /** Absent: bytes lie in Postgres, and nobody looks them over. */
  storage: Storage | undefined;
  writing: WritingHelp | undefined;
  /** How webhooks go out. */
  hooks: Hooks | undefined;
  /** Where claims are handed in. */
  claims: ClaimsDesk | undefined;
  webhook(source: string): Webhook | undefined;
  /** Queue name → work. */
  jobs: ReadonlyMap<string, OwnJob>;
  /** A code of what is wrong, or undefined; asks the vendor. */
  check(name: IntegrationName, clinicId?: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export const queueOf = (integration: string, job: string): string => `${integration}-${job}`;

export async function openIntegrations(configured: readonly ConfiguredIntegration[], ports: Ports): Promise<Integrations> {
  const open = new Map<IntegrationName, OpenIntegration>();
  for (const { integration, config, on } of configured)
    if (config !== undefined && on) open.set(integration.name, await integration.open(config, ports));
  const webhooks = new Map([...open.values()].flatMap(({ webhooks: mine = [] }) => mine.map((one) => [one.path, one] as const)));
  return {
    states: () =>
      configured.map(({ integration: { name }, config, on }) => ({
        name,
        state: config === undefined ? 'not-configured' : on ? 'ready' : 'switched-off',
        facts: open.get(name)?.facts ?? {},
      })),
    channels: new Map([...open.values()].flatMap(({ channel }) => (channel === undefined ? [] : [[channel.name, channel] as const]))),
    storage: [...open.values()].find(({ storage }) => storage !== undefined)?.storage,
    writing: [...open.values()].find(({ writing }) => writing !== undefined)?.writing,
    hooks: [...open.values()].find(({ hooks }) => hooks !== undefined)?.hooks,
    claims: [...open.values()].find(({ claims }) => claims !== undefined)?.claims,
    webhook: (source) => webhooks.get(`/api/v1/webhooks/${source}`),
    jobs: new Map([...open].flatMap(([name, { jobs = [] }]) => jobs.map((job) => [queueOf(name, job.name), job] as const))),
    check: async (name, clinicId) => {
      const one = open.get(name);
      return one === undefined ? 'integration/off' : one.check(clinicId ?? '');
    },
    async close() {
      for (const one of open.values()) await one.close?.();
    },
  };
}
