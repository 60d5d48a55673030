import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { queues } from './queues.ts';

test.each(['nb', 'en'])('work that stopped has a name a person understands, in %s', (language) => {
  const file = join(import.meta.dirname, '../../renderer/i18n', language, 'integrations.json');
  const { queue } = JSON.parse(readFileSync(file, 'utf8')) as { queue: Record<string, string> };
  expect(Object.keys(queue).toSorted()).toEqual(queues.map(({ name }) => name).toSorted());
});
