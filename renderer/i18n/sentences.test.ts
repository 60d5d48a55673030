import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contract } from '#electron/contract/index.ts';
import { MESSAGE_STATES } from '#db/model/message.ts';
import { CHECK_PROBLEMS, MESSAGE_REASONS } from '#db/rules/message-reasons.ts';
import { MESSAGE_TEMPLATES } from '#db/rules/message-templates.ts';
import { GENERAL_ERRORS } from '#electron/contract/errors.ts';

type Words = { [key: string]: string | Words };
const read = (language: string, file: string): Words =>
  JSON.parse(readFileSync(join(import.meta.dirname, language, file), 'utf8')) as Words;
const paths = (words: Words, prefix = ''): string[] =>
  Object.entries(words).flatMap(([key, value]) => (typeof value === 'string' ? [`${prefix}${key}`] : paths(value, `${prefix}${key}.`)));

test('every code the core may answer with has a Norwegian sentence', () => {
  const errors = read('nb', 'errors.json');
  const codes = new Set([...GENERAL_ERRORS, ...Object.values(contract).flatMap((verb) => [...verb.errors])]);
  const silent = [...codes].filter((code) => {
    const [area = '', name = ''] = code.split('/');
    const group = errors[area];
    return typeof group !== 'object' || typeof group[name] !== 'string';
  });
  expect(silent).toEqual([]);
});

test.each(['nb', 'en'])('every code that a message can carry, or a test of the connection find, has a sentence in %s', (language) => {
  const reasons = read(language, 'messages.json')['reason'] as Words;
  const silent = [...MESSAGE_REASONS, ...CHECK_PROBLEMS].filter((code) => {
    const [area = '', name = ''] = code.split('/');
    const group = reasons[area];
    return typeof group !== 'object' || typeof group[name] !== 'string';
  });
  expect(silent).toEqual([]);
});

test('every kind of message has a name, and every state a word', () => {
  const words = read('nb', 'messages.json');
  const named = (group: string) => Object.keys(words[group] as Words);
  expect(named('template')).toEqual(expect.arrayContaining([...MESSAGE_TEMPLATES.map(({ id }) => id), 'reply']));
  expect(named('state')).toEqual(expect.arrayContaining([...MESSAGE_STATES]));
});

test('English says what Norwegian says, no more and no less', () => {
  for (const file of readdirSync(join(import.meta.dirname, 'nb'))) {
    expect(paths(read('en', file)).toSorted(), file).toEqual(paths(read('nb', file)).toSorted());
  }
});
