/**
 * What may be attached. A file's name and what a browser calls it can say anything: its first
 * bytes decide. Sources: PNG 3rd ed. §5.2, JPEG (ITU-T T.81) B.1.1.3, TIFF 6.0 §2, ISO 32000-2 §7.5.2, DICOM PS3.10 §7.1.
 */
import type { AttachmentType } from '../model/attachment.ts';

/** `at`: where the mark stands. */
const MARKS: readonly { type: AttachmentType; at: number; bytes: readonly number[] }[] = [
  { type: 'image/png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/tiff', at: 0, bytes: [0x49, 0x49, 0x2a, 0x00] },
  { type: 'image/tiff', at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a] },
  { type: 'application/pdf', at: 0, bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { type: 'application/dicom', at: 128, bytes: [0x44, 0x49, 0x43, 0x4d] },
];

/** What these bytes are the beginning of; undefined for what may not be attached. */
export function typeOfContent(head: Uint8Array): AttachmentType | undefined {
  return MARKS.find(({ at, bytes }) => bytes.every((byte, i) => head[at + i] === byte))?.type;
}

/** Whether the app itself can show it; others can be saved and opened elsewhere. */
export function isViewable(type: string): boolean {
  return type === 'image/png' || type === 'image/jpeg' || type === 'application/pdf';
}

const ENDINGS: Readonly<Record<AttachmentType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/tiff': 'tif',
  'application/pdf': 'pdf',
  'application/dicom': 'dcm',
};

/** The ending of a saved file's name. */
export const endingOf = (type: AttachmentType): string => ENDINGS[type];
