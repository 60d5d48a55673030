import { expect, it } from 'vitest';
import { isStorable, MAX_DEPTH, readJson } from './json.ts';

const read = (text: string) => readJson(Buffer.from(text));

it('counts brackets outside strings only', () => {
  expect(read('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH))).toBeDefined();
  expect(() => read('['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1))).toThrow('too deep');
  expect(() => read('['.repeat(1_000_000))).toThrow('too deep');
  expect(read(JSON.stringify({ text: '[{"\\'.repeat(1000) }))).toBeDefined();
  expect(read(`[${'{"a":1},'.repeat(1000)}0]`)).toHaveLength(1001);
});

it('refuses a key that stands twice, however it is written, and knows a colon in a text', () => {
  expect(read('{"a":{"a":"a:a","b":[{"a":1},{"a":":"}]}}')).toBeDefined();
  expect(read('{"__proto":1,"":{"":":"}}')).toBeDefined();
  for (const text of ['{"a":1,"a":1}', '{"a":{"b":1,"c":2,"b":1}}', '[{"a":1,"\\u0061":2}]'])
    expect(() => read(text)).toThrow('a key twice');
  expect(() => read('[{"__proto__":null}]')).toThrow('__proto__');
});

it('refuses bytes that are not UTF-8, instead of storing something else', () => {
  expect(() => readJson(Buffer.from('{"text":"\u00e5"}', 'latin1'))).toThrow('utf-8');
  expect(read('{"text":"\ud83d\ude00 å \\ud800"}')).toEqual({ text: '😀 å \ud800' });
});

it('knows what Postgres cannot hold', () => {
  expect(isStorable({ a: ['å 😀'], b: 1 })).toBe(true);
  for (const value of ['\0', '\ud800', ['a\0'], { '\udc00': 1 }]) expect(isStorable(value)).toBe(false);
});
