import { expect, test } from 'vitest';
import { backupFile } from './arguments.ts';

test('a backup file is found among what a system puts on the command line, and nothing else is', () => {
  expect(backupFile(['/opt/Ryggrad/ryggrad', '--no-sandbox', 'klinikk.ryggrad-backup'], '/media/usb')).toBe(
    '/media/usb/klinikk.ryggrad-backup',
  );
  expect(backupFile(['ryggrad', '/media/usb/A B.RYGGRAD-BACKUP'], '/')).toBe('/media/usb/A B.RYGGRAD-BACKUP');
  for (const argv of [
    ['/tmp/x.ryggrad-backup'],
    ['ryggrad'],
    ['ryggrad', '--file=/x.ryggrad-backup'],
    ['ryggrad', 'https://evil.example/x.ryggrad-backup'],
    ['ryggrad', 'file:///x.ryggrad-backup'],
    ['ryggrad', '/etc/passwd', 'notes.txt'],
  ])
    expect(backupFile(argv, '/home'), argv.join(' ')).toBeUndefined();
});
