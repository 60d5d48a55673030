import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createRandom } from '#tests/tools/random.ts';
import { openBytes, openText, placeOf, sealBytes, sealText, SealBroken } from './envelope.ts';
import { isLegacy, openLegacy, readLegacyKey } from './legacy.ts';
import { readMasterKeys, unwrapKey, wrapKey } from './master-keys.ts';

const key = createSecretKey(Buffer.alloc(32, 7));
const PLACE = placeOf('klinikk', 'note_section', 'sealed', 'rad');
const NOTE = '{"text": "Vondt i ryggen, 10 mg"}';

it('equal values lie in different envelopes, and each opens to what was sealed', () => {
  const many = new Set(Array.from({ length: 5000 }, () => sealText(key, '1', PLACE, NOTE)));
  expect(many.size).toBe(5000);
  for (const envelope of many) expect(openText(key, PLACE, envelope)).toBe(NOTE);
  const [one = ''] = many;
  expect(one).toMatch(/^v2\.1\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
});

it('20,000 flipped bits and exchanged letters: none opens', () => {
  const random = createRandom(20_000);
  const envelope = sealText(key, '1', PLACE, NOTE.repeat(4));
  const text = Buffer.from(envelope, 'latin1');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/= v';
  const bytes = sealBytes(key, PLACE, Buffer.from(NOTE));
  let opened = 0;
  const attempt = (open: () => unknown) => {
    try {
      open();
      opened += 1;
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
    }
  };
  for (let i = 0; i < 10_000; i += 1) {
    const at = 5 + random.int(0, text.length - 6);
    const letter = random.pick([...alphabet]);
    if (letter !== envelope[at]) attempt(() => openText(key, PLACE, envelope.slice(0, at) + letter + envelope.slice(at + 1)));
    const flipped = Buffer.from(bytes);
    const bit = random.int(0, flipped.length * 8 - 1);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    attempt(() => openBytes(key, PLACE, flipped));
  }
  for (let length = 0; length < envelope.length; length += 1) attempt(() => openText(key, PLACE, envelope.slice(0, length)));
  expect(opened).toBe(0);
});

it('belongs to its clinic, table, column and row, and to its key', () => {
  const envelope = sealText(key, '1', PLACE, NOTE);
  for (const other of [
    placeOf('annen', 'note_section', 'sealed', 'rad'),
    placeOf('klinikk', 'amendment', 'sealed', 'rad'),
    placeOf('klinikk', 'note_section', 'sealed_late', 'rad'),
    placeOf('klinikk', 'note_section', 'sealed', 'annen rad'),
  ])
    expect(() => openText(key, other, envelope), other).toThrow(SealBroken);
  expect(() => openText(createSecretKey(Buffer.alloc(32, 8)), PLACE, envelope)).toThrow(SealBroken);
});

it('a clinic’s key opens with the master key that it was wrapped with, for that clinic and number', () => {
  const text = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  const secret = randomBytes(32);
  const wrapped = wrapKey(readMasterKeys(`2:${text(2)}, 1:${text(1)}`), 'klinikk', 1, secret);
  expect(unwrapKey(readMasterKeys(`3:${text(3)},2:${text(2)}`), 'klinikk', 1, wrapped)).toEqual(secret);
  expect(() => unwrapKey(readMasterKeys(`2:${text(9)}`), 'klinikk', 1, wrapped)).toThrow(SealBroken);
  expect(() => unwrapKey(readMasterKeys(`2:${text(2)}`), 'annen', 1, wrapped)).toThrow(SealBroken);
  expect(() => unwrapKey(readMasterKeys(`1:${text(1)}`), 'klinikk', 1, wrapped)).toThrow(/the key 2 is missing/);
  for (const wrong of ['', 'x', `1:${text(1)},1:${text(2)}`, `1:${text(1).slice(2)}`, `${text(1)}`])
    expect(() => readMasterKeys(wrong), wrong).toThrow(/must be a list|twice/);
});

it('what the earlier product sealed is read in its strict form, and every failure is the same', () => {
  const legacy = readLegacyKey(Buffer.alloc(32, 3).toString('base64'), Buffer.alloc(16, 4).toString('base64'));
  const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32, 3), Buffer.alloc(16, 4));
  const value = cipher.update('Kvitrine Sølvfjærmo', 'utf8', 'hex') + cipher.final('hex');
  expect(isLegacy(value)).toBe(true);
  expect(openLegacy(legacy, value)).toBe('Kvitrine Sølvfjærmo');
  for (const plain of ['', 'Kari', value.toUpperCase(), value.slice(1), `${value} `, `v2.${value}`, '12345678901'])
    expect(isLegacy(plain)).toBe(false);
  const said = new Set<string>();
  const random = createRandom(300);
  for (let i = 0; i < 300; i += 1) {
    try {
      openLegacy(legacy, Buffer.from(Array.from({ length: 32 }, () => random.int(0, 255))).toString('hex'));
    } catch (error) {
      said.add(`${(error as Error).constructor.name} ${(error as Error).message}`);
    }
  }
  expect([...said]).toEqual(['SealBroken a sealed value does not open']);
});
