/** Hands a PDF to the system's print dialog from memory; nothing is written to disk by us. */
export function printPdf(base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = url;
  frame.addEventListener('load', () => {
    frame.contentWindow?.print();
    window.addEventListener(
      'focus',
      () => {
        frame.remove();
        URL.revokeObjectURL(url);
      },
      { once: true },
    );
  });
  document.body.append(frame);
}
