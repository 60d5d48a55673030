/** An invoice or credit note as it was issued, drawn from what it froze: today's address and price list have no say. */
import { err, ok } from '#electron/contract/verb.ts';
import { invoiceNumber } from '#db/rules/invoices.ts';
import { renderInvoice } from '#db/documents/render-invoice.ts';
import { service } from '../use-case.ts';

export const invoicePdfHandlers = [
  service('invoice.pdf', async (services, { id }) => {
    const found = services.transaction((ctx) => {
      const row = ctx.get('invoice', id);
      if (row === undefined) return err('invoice/unknown');
      ctx.audit({ action: 'print', subjectEntity: 'invoice', subjectId: id, patientId: row.patientId });
      return ok(row);
    });
    if (!found.ok) return found;
    const number = invoiceNumber(found.value.series, found.value.running);
    const pdf = await renderInvoice({ ...found.value, number });
    const name = found.value.kind === 'invoice' ? 'faktura' : 'kreditnota';
    return ok({ pdfBase64: Buffer.from(pdf).toString('base64'), fileName: `${name}-${number}.pdf` });
  }),
];
