/** All synced entities, in an order in which parents come before children. */
import { accessBlock, accessGrant, emergencyAccess } from './access.ts';
import { attachment } from './attachment.ts';
import { clinic, device, phrase, priceItem, signingKey, user } from './clinic.ts';
import { channelConsent, episode, guardian, patient, safetyFact } from './patient.ts';
import { amendment, diagnosis, encounter, noteSection, observation, redFlagAnswer, treatmentConsent } from './encounter.ts';
import { appointment, dayClose, document, letter, payment, treatmentLine } from './practice.ts';
import { billingSetting, helfoClaim, helfoMessage, invoice, invoicePayment, prepaid, seriesCover } from './money.ts';
import { sickLeave } from './sick-leave.ts';
import { conflict } from './conflict.ts';
import { integrationSetting, message, recall } from './message.ts';
import { importBatch, importedEntry } from './imported.ts';
import { erasure, journalRequest } from './erasure.ts';
import { exportApproval } from './export-approval.ts';
import { patientLink } from './patient-link.ts';
import { questionnaireResponse } from './questionnaire.ts';
import type { Entity } from './entity.ts';

export const entities = {
  clinic,
  user,
  device,
  signing_key: signingKey,
  phrase,
  price_item: priceItem,
  patient,
  patient_link: patientLink,
  guardian,
  channel_consent: channelConsent,
  safety_fact: safetyFact,
  episode,
  appointment,
  encounter,
  note_section: noteSection,
  observation,
  red_flag_answer: redFlagAnswer,
  treatment_consent: treatmentConsent,
  diagnosis,
  treatment_line: treatmentLine,
  payment,
  billing_setting: billingSetting,
  series_cover: seriesCover,
  prepaid,
  invoice,
  invoice_payment: invoicePayment,
  helfo_claim: helfoClaim,
  helfo_message: helfoMessage,
  sick_leave: sickLeave,
  amendment,
  letter,
  document,
  attachment,
  questionnaire_response: questionnaireResponse,
  import_batch: importBatch,
  imported_entry: importedEntry,
  day_close: dayClose,
  recall,
  message,
  integration_setting: integrationSetting,
  access_block: accessBlock,
  emergency_access: emergencyAccess,
  access_grant: accessGrant,
  journal_request: journalRequest,
  export_approval: exportApproval,
  erasure,
  conflict,
} as const satisfies Record<string, Entity>;

export type EntityName = keyof typeof entities;
export type EntityOf<N extends EntityName> = (typeof entities)[N];

export const entityNames = Object.keys(entities) as EntityName[];

export function isEntityName(name: string): name is EntityName {
  return Object.hasOwn(entities, name);
}

/** Version of the model; rises with every change to it. Sent with each change, so that a server can read older laptops (db/sync/upcast.ts). */
export const SCHEMA_VERSION = 6;
