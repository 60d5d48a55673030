/** Prints the SHA-256 of a letter, a draft and a receipt: run in other processes to see that they are the same bytes. */
import { createHash } from 'node:crypto';
import { epikrise1 } from '#db/rules/letter-kinds.ts';
import { renderLetter } from '../render-letter.ts';
import { renderReceipt } from '../render-receipt.ts';
import { letter, receipt, signature } from './letters.ts';

const content = letter({ history: 'Vondt 😀 שלום مرحبا 中文 -> ' + 'lang tekst '.repeat(900) });
for (const pdf of [
  await renderLetter(epikrise1, content, signature),
  await renderLetter(epikrise1, content, null),
  await renderReceipt(receipt()),
]) {
  process.stdout.write(`${createHash('sha256').update(pdf).digest('hex')}\n`);
}
