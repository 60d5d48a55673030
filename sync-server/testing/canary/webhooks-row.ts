/** The canary's row for webhooks that go out. */
import { openTestReceiver } from '../test-receiver.ts';
import { request } from '../test-clinic.ts';
import { DOOR_MOODS, openMoodyDoor, type MoodyDoor } from './moody-door.ts';
import { canaryRow, type CanaryVendor } from './row.ts';
import type { CanaryWorld } from './world.ts';

/** Another system hears that she has booked, by ids and states alone; it quotes what it was sent when it is in a bad mood. */
export const webhooks = canaryRow<CanaryVendor & { door: MoodyDoor }>({
  may: [],
  sends: [],
  async open() {
    const receiver = await openTestReceiver();
    const door = await openMoodyDoor(receiver.url);
    return {
      door,
      environment: { WEBHOOKS_ALLOW: new URL(door.url).host, WEBHOOKS_TIMEOUT_MS: '1000' },
      baseUrls: {},
      outgoing: () => door.asked.join('\n'),
      async close() {
        await door.close();
        await receiver.close();
      },
    };
  },
  paths: Object.fromEntries(
    DOOR_MOODS.map((mood) => [
      `booking and message ${mood}`,
      async (world: CanaryWorld, { door }: { door: MoodyDoor }) => {
        const { server, laptop, answers } = world;
        await world.switchOn('webhooks', {});
        const added = await request(server.app, laptop, 'POST', '/v1/webhooks', {
          url: `${door.url}/${mood}`,
          events: ['booking.created', 'message.sent', 'message.failed'],
        });
        if (added.statusCode !== 201) throw new Error(added.body);
        const { id } = added.json<{ id: string }>();
        const before = door.asked.length;
        door.mood = mood;
        await world.ask('sms', 'confirmation');
        for (const end = Date.now() + 20_000; door.asked.length === before; await new Promise((resolve) => setTimeout(resolve, 50)))
          if (Date.now() > end) throw new Error('nobody was told');
        answers.push((await request(server.app, laptop, 'GET', '/v1/webhooks')).body);
        await request(server.app, laptop, 'POST', `/v1/webhooks/${id}`, { enabled: false });
        door.mood = 'well';
      },
    ]),
  ),
});
