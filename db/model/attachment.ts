/**
 * A file that belongs to a patient: an X-ray image, a scanned letter. The row says what it is and travels like any other;
 * the bytes it names by their SHA-256 travel beside the feed (electron/sync/content) and are never part of it.
 */
import { z } from 'zod';
import { choice, entity, initially, instant, integer, json, looseId, optional, reference, text } from './entity.ts';

/** What may be attached; each is known by its first bytes (db/rules/attachments.ts). */
export const ATTACHMENT_TYPES = ['image/png', 'image/jpeg', 'image/tiff', 'application/pdf', 'application/dicom'] as const;
export type AttachmentType = (typeof ATTACHMENT_TYPES)[number];

/** 200 MB, in bytes. */
export const MAX_ATTACHMENT_BYTES = 200 * 1024 * 1024;

/** What the server's virus scanner said of the bytes; null: it has none, or has not been asked yet. */
export const VIRUS_SCANS = ['waiting', 'clean', 'infected'] as const;
export type VirusScan = (typeof VIRUS_SCANS)[number];

export const attachment = entity('attachment', 'clinical', {
  patientId: reference('patient', { merge: 'scalar' }),
  encounterId: optional(reference('encounter')),
  title: text({ max: 200, sensitive: true }),
  mediaType: choice(ATTACHMENT_TYPES, { merge: 'fixed' }),
  byteLength: integer({ min: 1, max: MAX_ATTACHMENT_BYTES, merge: 'fixed' }),
  /** SHA-256 (hex) of the bytes. */
  sha256: text({ max: 64, merge: 'fixed' }),
  addedById: looseId(),
  addedAt: instant({ merge: 'fixed' }),
  status: initially(choice(['final', 'entered_in_error']), 'final'),
  closedReason: optional(text({ max: 500, sensitive: true })),
  closedById: optional(looseId({ merge: 'scalar' })),
  closedAt: optional(instant()),
  /** What another system said of it that handed it in, as elements of a FHIR DocumentReference: type, category, identifier … */
  described: optional(json(z.record(z.string(), z.unknown()), { sensitive: true, merge: 'fixed' })),
  /** The server's word alone. */
  virusScan: optional(choice(VIRUS_SCANS, { merge: 'latest' })),
});
