import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { letterContentNames } from '#db/rules/letter-content.ts';
import { epikrise1 } from '#db/rules/letter-kinds.ts';
import type { LetterContent } from '#db/rules/letter-template.ts';
import { renderLetter as render, type LetterSignature } from './render-letter.ts';
import { letter, signature } from './testing/letters.ts';
import { pageStreams, readPdf } from './testing/read-pdf.ts';

const renderLetter = (content: LetterContent, signed: LetterSignature | null) => render(epikrise1, content, signed);
const sha256 = (pdf: Uint8Array): string => createHash('sha256').update(pdf).digest('hex');
const headings = Object.values(letterContentNames);

describe('a signed epikrise', () => {
  it('says who, whom, about whom and what, in the order in which it is read', async () => {
    const content = letter();
    const { text, info, structure } = readPdf(await renderLetter(content, signature));
    const order = [
      'Fjellheim kiropraktorklinikk',
      'Org.nr. 999 888 777',
      'Lege Håkon Lie',
      '7014 Trondheim',
      '23. november 2026',
      'Epikrise',
      'Kari Prøve-Nordmann',
      'Fødselsnummer 018179 ',
      'Kontaktårsak',
      'Sykehistorie',
      'Funn',
      'Bildediagnostikk',
      'Diagnose (ICPC-2)',
      'L84',
      'Ryggsyndrom uten smerteutstråling – hoveddiagnose',
      'Behandling',
      'Forløp og resultat',
      'Vurdering',
      'Plan',
      'Sykmelding',
      'Videre oppfølging',
      'Signert elektronisk 23. november 2026 kl. 14:30',
      'Ingrid Ås Bjørnstad',
      'Kiropraktor · HPR-nummer 1234567',
      'side 1 av 1',
    ];
    const plain = text.replaceAll('\u00a0', ' ');
    let from = 0;
    for (const words of order) {
      const at = plain.indexOf(words, from);
      expect(at, `${words} after ${plain.slice(from, from + 40)}`).toBeGreaterThanOrEqual(from);
      from = at;
    }
    expect(plain).toContain('bløtvevsbehandling og øvelser hjemme.');
    expect(plain).not.toContain('UTKAST');
    expect(info).toMatch(/Pages:\s+1\n/);
    expect(structure).toMatch(
      /Document[\s\S]*Sect[\s\S]*H1[\s\S]*"Epikrise"[\s\S]*H2[\s\S]*"Kontaktårsak"[\s\S]*LI[\s\S]*Lbl[\s\S]*"L84"[\s\S]*LBody/,
    );
  });

  it('is PDF/A-2a and PDF/UA-1 as far as can be seen here, with every font inside', async () => {
    const pdf = await renderLetter(letter({ reason: 'Vondt 😀 שלום مرحبا 中文' }), signature);
    const { metadata, fonts, check, info } = readPdf(pdf);
    const source = Buffer.from(pdf).toString('latin1');
    expect(check.status, check.words).toBe(0);
    expect(metadata).toContain('<pdfaid:part>2</pdfaid:part>');
    expect(metadata).toContain('<pdfaid:conformance>A</pdfaid:conformance>');
    expect(metadata).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(source).toMatch(/\/OutputIntents \[\d+ 0 R\]/);
    expect(source).toContain('/S /GTS_PDFA1');
    expect(source).toContain('/Lang (nb-NO)');
    expect(source).toContain('/DisplayDocTitle true');
    expect(info).toMatch(/Tagged:\s+yes/);
    expect(info).toMatch(/JavaScript:\s+no/);
    expect(fonts.length).toBe(5);
    expect(fonts.filter((font) => !font.embedded || !font.subset || !font.unicode)).toEqual([]);
    expect(source).not.toMatch(/\/SMask|\/ca |\/Encrypt|\/FlateDecode/);
  });

  it('draws nothing outside the reading order and its artifacts, and no glyph that stands for a missing one', async () => {
    const streams = pageStreams(await renderLetter(letter({ history: 'Vondt 中文 😀\n'.repeat(90) }), null));
    expect(streams.length).toBeGreaterThan(1);
    for (const stream of streams) {
      let depth = 0;
      const unmarked: string[] = [];
      const glyphs: string[] = [];
      for (const operator of stream.split('\n')) {
        if (/ (?:BDC|BMC)$/.test(operator)) depth += 1;
        if (operator === 'EMC') depth -= 1;
        if (depth === 0 && (operator === 'BT' || operator === 'S')) unmarked.push(operator);
        if (operator.endsWith('TJ'))
          glyphs.push(...(operator.match(/<[0-9a-f]+>/g) ?? []).flatMap((hex) => hex.match(/[0-9a-f]{4}/g) ?? []));
      }
      expect(unmarked).toEqual([]);
      expect(glyphs.length).toBeGreaterThan(100);
      expect(glyphs).not.toContain('0000');
      expect(depth).toBe(0);
    }
  });

  it('tells programs that index files its kind, and nothing about the patient', async () => {
    const content = letter();
    const { info, metadata } = readPdf(await renderLetter(content, signature));
    expect(info).toMatch(/Title:\s+Epikrise\n/);
    for (const private_ of [
      content.patient.familyName,
      content.patient.givenName,
      content.patient.nationalId ?? '',
      signature.name,
      'L84',
      content.sender.clinicName,
    ]) {
      expect(info).not.toContain(private_);
      expect(metadata).not.toContain(private_);
    }
  });

  it('keeps the recipient inside every window and the patient outside', async () => {
    const [stream = ''] = pageStreams(await renderLetter(letter(), signature));
    const positions = [...stream.matchAll(/^1 0 0 1 ([\d.]+) ([\d.]+) Tm$/gm)].map(([, x, y]) => ({
      x: (Number(x) * 25.4) / 72,
      fromTop: 297 - (Number(y) * 25.4) / 72,
    }));
    // The windows: 15–120 mm from the left, 39–82 mm from the top; what they share begins at 44 and ends at 70.
    const seen = positions.filter(({ x, fromTop }) => x < 120 && fromTop > 39 && fromTop < 88);
    expect(seen.map(({ x }) => Math.round(x))).toEqual([25, 25, 25, 25]);
    for (const { fromTop } of seen) {
      expect(fromTop - 2.6).toBeGreaterThan(44);
      expect(fromTop + 0.8).toBeLessThan(70);
    }
  });

  it('is the same bytes in the same process, another process and another time zone', async () => {
    const once = sha256(await renderLetter(letter(), signature));
    await renderLetter(letter({ history: '→ µ Δ annet' }), signature);
    expect(sha256(await renderLetter(letter(), signature))).toBe(once);
    expect(sha256(await renderLetter(letter(), { ...signature, signedAt: '2026-11-23T13:30:13.000Z' }))).not.toBe(once);

    const script = fileURLToPath(new URL('./testing/print-hashes.ts', import.meta.url));
    const hashes = [
      { TZ: 'Pacific/Kiritimati', LANG: 'ar_EG.UTF-8' },
      { TZ: 'America/Los_Angeles', LANG: 'C' },
    ].map((env) => spawnSync(process.execPath, [script], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } }).stdout);
    expect(hashes[0]).toMatch(/^([0-9a-f]{64}\n){3}$/);
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('refuses a signature without a time', async () => {
    await expect(renderLetter(letter(), { ...signature, signedAt: '23.11.2026' })).rejects.toThrow(RangeError);
  });
});

describe('a draft', () => {
  it('is marked on every page, and names what must be there', async () => {
    const { pages, text } = readPdf(
      await renderLetter(
        letter({
          history: 'Linje.\n'.repeat(80),
          findings: '',
          diagnoses: [],
          recipient: {},
          patient: { givenName: 'Kari', familyName: 'Nordmann' },
        }),
        null,
      ),
    );
    expect(pages.length).toBe(3);
    // The watermark stands aslant, which poppler reads letter by letter.
    expect(text.replace(/\s/g, '').match(/UTKAST–ikkesignert/g)?.length).toBe(3);
    expect(text).toContain('Ikke signert');
    expect(text).toContain('Mottaker mangler');
    expect(text).toContain('Fødselsnummer mangler');
    expect(text).toMatch(/Funn\s+Mangler/);
    expect(text).toMatch(/Diagnose\s+Mangler/);
    expect(text).not.toContain('Signert elektronisk');
  });

  it('renders with nothing in it', async () => {
    const { text } = readPdf(
      await renderLetter(
        letter({
          sender: {},
          recipient: {},
          patient: {},
          date: null,
          reason: '',
          history: '',
          findings: '',
          imaging: '',
          diagnoses: [],
          treatment: '',
          course: '',
          assessment: '',
          plan: '',
          sickLeave: '',
          followUp: '',
        }),
        null,
      ),
    );
    expect(text).toContain('Epikrise');
    expect(text).toContain('Navn mangler');
  });
});

describe('what patients and clinicians write', () => {
  it('200 kB of text is printed to its last word, over numbered pages', async () => {
    const words = Array.from({ length: 26_000 }, (_, n) => `ord${n}`).join(' ');
    expect(words.length).toBeGreaterThan(200_000);
    const { text, pages } = readPdf(await renderLetter(letter({ history: words }), signature));
    const found = new Set(text.match(/\bord\d+/g));
    expect(found.size).toBe(26_000);
    expect(text).toContain(`side ${pages.length} av ${pages.length}`);
    expect(text).toContain('Epikrise 23. november 2026 · Kari Prøve-Nordmann født 1. januar 1979');
  });

  it('a word longer than the line, or than the page, is cut and not lost', async () => {
    const { text } = readPdf(await renderLetter(letter({ history: 'å'.repeat(20_000) }), signature));
    expect(text.match(/å/g)?.length).toBeGreaterThanOrEqual(20_000);
  });

  it('other alphabets stay readable, and what no font has stays as text beneath a box', async () => {
    const reason = 'Čáhppes ŋuorra, Żółć, Ğüneş, Ελληνικά, Ковалёва, Tiếng Việt';
    const pdf = await renderLetter(
      letter({ reason, history: 'Sier 背痛 og हिन्दी 😀 👍🏽 slik', findings: 'שלום עולם', imaging: 'ألم في الظهر منذ يومين' }),
      signature,
    );
    const { text, structure } = readPdf(pdf);
    expect(text.replaceAll('\n', ' ')).toContain(reason);
    expect(text).toContain('Sier 背痛 og हिन्दी 😀 👍🏽 slik');
    expect(structure).toContain('□□');
    expect(text).toContain('שלום');
    // What runs from the right is said in its own order to a screen reader.
    for (const said of ['שלום עולם', 'ألم في الظهر منذ يومين']) expect(actualTexts(pdf)).toContain(said);
  });

  it('signs are printed as typed, not as the font would rather have them', async () => {
    const { text } = readPdf(await renderLetter(letter({ findings: 'C5->C6 3x5 cm <= 10:30 != (+) +/- 5° μ µ × →' }), signature));
    expect(text).toContain('C5->C6 3x5 cm <= 10:30 != (+) +/- 5°');
  });

  it('broken text does not stop a letter', async () => {
    const { text, check } = readPdf(
      await renderLetter(letter({ findings: 'a\ud800b\u0000\u200b\u202e\u2067c\r\nd\u2028e\t\tf' }), signature),
    );
    expect(check.status).toBe(0);
    expect(text).toMatch(/d\ne/);
  });
});

describe('the page', () => {
  it('leaves no heading alone, no single line behind, and no signature without text', async () => {
    for (let lines = 1; lines < 30; lines += 1) {
      const history = Array.from({ length: lines }, (_, n) => `Linje ${n} som er kort.`).join('\n');
      const followUp = 'Fastlegen følger opp. '.repeat(1 + (lines % 4) * 4).trim();
      const { pages } = readPdf(await renderLetter(letter({ history, followUp }), signature));
      for (const page of pages) {
        for (const line of page.split('\n')) expect(headings, `${lines} lines`).not.toContain(line.trim());
      }
      const last = pages.find((page) => page.includes('Signert elektronisk')) ?? '';
      expect(last, `${lines} lines`).toMatch(/følger\s+opp/);
    }
  });

  it('breaks a long paragraph with at least two lines on either side', async () => {
    for (let words = 180; words < 330; words += 7) {
      const { pages } = readPdf(
        await renderLetter(
          letter({ history: Array.from({ length: words }, () => 'smertene').join(' '), findings: 'x\n'.repeat(6) }),
          signature,
        ),
      );
      const counts = pages.map((page) => page.split('\n').filter((line) => line.includes('smertene')).length).filter((count) => count > 0);
      for (const count of counts) expect(count, `${words} words: ${counts}`).toBeGreaterThan(1);
    }
  });

  it('holds names and addresses of any length without cutting them', async () => {
    const name = 'Wilhelmina Alexandrine Josephine Fredriksen-Gulbrandsen av Østmarkseteråsen';
    const clinicName = 'Senter for kiropraktikk, rygg- og nakkebehandling og rehabilitering '.repeat(3).trim().slice(0, 200);
    const letterhead = Array.from({ length: 20 }, (_, n) => `Egen linje nummer ${n} som er ganske lang`).join('\n');
    const content = letter({ patient: { givenName: name, familyName: name, birthDate: '1990-12-31', missingNationalIdReason: 'foreign' } });
    const { text } = readPdf(
      await renderLetter(
        {
          ...content,
          sender: { ...content.sender, clinicName, letterhead },
          recipient: { ...content.recipient, name, practice: clinicName },
        },
        signature,
      ),
    );
    const joined = text.replace(/\s+/g, ' ');
    expect(joined).toContain(`${name} ${name}`);
    expect(joined).toContain(clinicName.replace(/\s+/g, ' '));
    for (const line of letterhead.split('\n')) expect(joined).toContain(line);
    expect(joined).toContain('Født 31. desember 1990 · mangler fødselsnummer (utenlandsk)');
  });
});

/** Replacement texts written into the file, decoded. */
function actualTexts(pdf: Uint8Array): string[] {
  const source = Buffer.from(pdf).toString('latin1');
  return [...source.matchAll(/\/ActualText \(\u00fe\u00ff((?:\\[\s\S]|[^\\)])*)\)/g)].map((match) => {
    const unescaped = (match[1] ?? '').replace(
      /\\([nrtbf]|[\s\S])/g,
      (_, char: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[char] ?? char,
    );
    return Buffer.from(unescaped, 'latin1').swap16().toString('utf16le');
  });
}
