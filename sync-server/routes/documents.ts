/** Pages of the record as PDF, for other systems of the clinic: by a person's session, or a device with its person's signature. */
import { z } from 'zod';
import { invoicePdf, letterPdf, receiptPdf, statementPdf, type Pdf } from '../core/documents.ts';
import { route, type Reply } from './route.ts';

const id = z.uuid().toLowerCase();
const params = z.strictObject({ id });
const day = z.iso.date();
/** A statement of more than ten years is nobody's. */
const MOST_DAYS = 3660;

const asPdf = ({ bytes, sha256 }: Pdf, name: string): Reply => ({
  status: 200,
  // No patient's name in it: it will lie in a folder anybody can open.
  headers: { 'content-type': 'application/pdf', 'content-disposition': `attachment; filename="${name}.pdf"`, 'x-document-sha256': sha256 },
  body: bytes,
});

export const letterDocument = route({
  method: 'GET',
  path: '/v1/letters/:id/pdf',
  summary: 'A signed letter, the bytes that were signed; for a clinician. Stands in the log.',
  auth: 'person',
  reads: 'chart',
  roles: ['PRACTITIONER'],
  budget: 'export',
  params,
  responses: { 200: { description: 'application/pdf, with its SHA-256 in x-document-sha256.' } },
  async run({ deps, principal, params: { id: letterId } }) {
    const result = await letterPdf(deps, principal, letterId);
    return result.ok ? asPdf(result.value, `brev-${letterId}`) : result;
  },
});

export const receiptDocument = route({
  method: 'GET',
  path: '/v1/payments/:id/receipt',
  summary: 'The receipt of a payment, or the basis of an invoice where nothing is paid yet. Stands in the log.',
  auth: 'person',
  roles: ['PRACTITIONER', 'ASSISTANT'],
  budget: 'export',
  params,
  responses: { 200: { description: 'application/pdf, with its SHA-256 in x-document-sha256.' } },
  async run({ deps, principal, params: { id: paymentId } }) {
    const result = await receiptPdf(deps, principal, paymentId);
    return result.ok ? asPdf(result.value, `kvittering-${paymentId}`) : result;
  },
});

export const invoiceDocument = route({
  method: 'GET',
  path: '/v1/invoices/:id/pdf',
  summary: 'An invoice or a credit note, as it was issued. Stands in the log.',
  auth: 'person',
  roles: ['PRACTITIONER', 'ASSISTANT'],
  budget: 'export',
  params,
  responses: { 200: { description: 'application/pdf, with its SHA-256 in x-document-sha256.' } },
  async run({ deps, principal, params: { id: invoiceId } }) {
    const result = await invoicePdf(deps, principal, invoiceId);
    return result.ok ? asPdf(result.value, `faktura-${invoiceId}`) : result;
  },
});

export const statementDocument = route({
  method: 'POST',
  path: '/v1/statements',
  summary: 'A patient’s account over a period of days. Asked for in a body: whose it is does not stand in an address. Stands in the log.',
  auth: 'person',
  roles: ['PRACTITIONER', 'ASSISTANT'],
  budget: 'export',
  body: z
    .strictObject({ patientId: id, from: day, to: day })
    .refine(({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) <= MOST_DAYS * 86_400_000, { path: ['to'] }),
  responses: { 200: { description: 'application/pdf, with its SHA-256 in x-document-sha256.' } },
  async run({ deps, principal, body }) {
    const result = await statementPdf(deps, principal, body);
    return result.ok ? asPdf(result.value, `kontoutskrift-${body.from}-${body.to}`) : result;
  },
});
