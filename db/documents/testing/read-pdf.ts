/** Reads a PDF with other people's programs (poppler, qpdf), so that our own idea of it is not what is tested. */
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface PdfReading {
  /** In the order of the content, page after page. */
  readonly text: string;
  /** As it lies on the paper, per page. */
  readonly pages: string[];
  /** The structure tree with its text. */
  readonly structure: string;
  readonly info: string;
  readonly metadata: string;
  readonly fonts: { name: string; embedded: boolean; subset: boolean; unicode: boolean }[];
  /** What qpdf has to say; its last words when nothing is wrong. */
  readonly check: { status: number | null; words: string };
}

/** Each part is read when it is asked for. */
export function readPdf(pdf: Uint8Array): PdfReading {
  const run = (command: string, ...args: string[]): string => {
    const result = ask(pdf, command, args);
    if (result.status !== 0) throw new Error(`${command}: ${result.error?.message ?? result.stderr}`);
    return result.stdout;
  };
  return {
    get text() {
      return run('pdftotext', '-raw', '-enc', 'UTF-8', 'FILE', '-');
    },
    get pages() {
      return run('pdftotext', '-layout', '-enc', 'UTF-8', 'FILE', '-').split('\f').slice(0, -1);
    },
    get structure() {
      return run('pdfinfo', '-struct-text', 'FILE');
    },
    get info() {
      return run('pdfinfo', 'FILE');
    },
    get metadata() {
      return run('pdfinfo', '-meta', 'FILE');
    },
    get fonts() {
      return run('pdffonts', 'FILE')
        .split('\n')
        .slice(2)
        .filter((line) => line !== '')
        .map(fontOf);
    },
    get check() {
      const { status, stdout, stderr } = ask(pdf, 'qpdf', ['--check', 'FILE']);
      return { status, words: `${stdout}${stderr}` };
    },
  };
}

function ask(pdf: Uint8Array, command: string, args: readonly string[]): SpawnSyncReturns<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ryggrad-pdf-'));
  const file = path.join(folder, 'read.pdf');
  try {
    writeFileSync(file, pdf);
    return spawnSync(
      command,
      args.map((arg) => (arg === 'FILE' ? file : arg)),
      { encoding: 'utf8', maxBuffer: 64_000_000 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The uncompressed drawing of each page. */
export function pageStreams(pdf: Uint8Array): string[] {
  const source = Buffer.from(pdf).toString('latin1');
  return [...source.matchAll(/\nstream\n([\s\S]*?)\nendstream/g)]
    .map((match) => match[1] ?? '')
    .filter((stream) => /^1 0 0 -1 0 [\d.]+ cm/.test(stream));
}

function fontOf(line: string): PdfReading['fonts'][number] {
  const [, name = '', embedded, subset, unicode] = /^(\S+).*\s(yes|no)\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$/.exec(line) ?? [];
  return { name, embedded: embedded === 'yes', subset: subset === 'yes', unicode: unicode === 'yes' };
}
