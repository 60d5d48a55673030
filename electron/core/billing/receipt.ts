/** The receipt of one payment, as it was taken: the lines are those of that moment. */
import { err, ok } from '#electron/contract/verb.ts';
import { staysOf } from '#db/sqlite/queries/same-person.ts';
import { clinicHead, receiptOf } from '#db/documents/receipt-of.ts';
import { renderReceipt } from '#db/documents/render-receipt.ts';
import { fullName } from '../patients/patient-view.ts';
import { service } from '../use-case.ts';

export const receiptHandlers = [
  service('payment.receipt', async (services, { id }) => {
    const facts = services.transaction((ctx) => {
      const payment = ctx.get('payment', id);
      const clinic = ctx.get('clinic', ctx.clinicId);
      const patient = payment === undefined ? undefined : ctx.get('patient', staysOf(ctx.db, payment.patientId));
      if (payment === undefined || clinic === undefined || patient === undefined) return err('payment/unknown');
      ctx.audit({ action: 'print', subjectEntity: 'payment', subjectId: id, patientId: payment.patientId });
      const practitioner = ctx.get('encounter', payment.encounterId)?.practitionerId;
      return ok({
        payment,
        patientName: fullName(patient),
        practitionerName: practitioner === undefined ? '' : (ctx.get('user', practitioner)?.name ?? ''),
        seller: clinicHead(clinic),
      });
    });
    if (!facts.ok) return facts;
    const { payment, patientName, practitionerName, seller } = facts.value;
    const pdf = await renderReceipt(receiptOf(payment, { seller, patientName, practitionerName }));
    return ok({ pdfBase64: Buffer.from(pdf).toString('base64'), fileName: `kvittering-${payment.receiptNumber}.pdf` });
  }),
];
