import { expect, test } from 'vitest';
import { ATTACHMENT_TYPES } from '../model/attachment.ts';
import { endingOf, typeOfContent } from './attachments.ts';

test('what a file is, its first bytes say', () => {
  const dicom = new Uint8Array(140);
  dicom.set([0x44, 0x49, 0x43, 0x4d], 128);
  const heads: [Uint8Array, string | undefined][] = [
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0), 'image/png'],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'image/jpeg'],
    [Uint8Array.of(0x49, 0x49, 0x2a, 0), 'image/tiff'],
    [Uint8Array.of(0x4d, 0x4d, 0, 0x2a), 'image/tiff'],
    [new TextEncoder().encode('%PDF-1.7'), 'application/pdf'],
    [dicom, 'application/dicom'],
    [new TextEncoder().encode('<html><script>'), undefined],
    [new TextEncoder().encode('MZ\u0090'), undefined],
    [Uint8Array.of(0x89, 0x50), undefined],
    [new Uint8Array(), undefined],
  ];
  for (const [head, type] of heads) expect(typeOfContent(head)).toBe(type);
  for (const type of ATTACHMENT_TYPES) expect(endingOf(type)).toMatch(/^[a-z]{3}$/);
});
