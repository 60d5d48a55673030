/** Hands bytes to the system's own save dialog. They leave the encrypted store: the person has been warned, and the core has logged it. */
export function saveBytes(bytes: Uint8Array<ArrayBuffer>, { mediaType, fileName }: { mediaType: string; fileName: string }): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function saveFile({ base64, ...named }: { base64: string; mediaType: string; fileName: string }): void {
  saveBytes(
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
    named,
  );
}
