/** A QR code drawn here, as one path: nothing leaves the machine, and no markup comes from elsewhere. The only importer of `uqr`. */
import { encode } from 'uqr';

/** Four modules of quiet around it (ISO/IEC 18004 § 9.1). */
const QUIET = 4;

/** @param label what it is, for who cannot see it */
export function QrCode({ text, label, size = 200 }: { text: string; label: string; size?: number }) {
  const { data } = encode(text, { ecc: 'M', border: QUIET });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  // Dark on light in the dark theme too: not every reader takes it the other way.
  return (
    <svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${data.length} ${data.length}`} shapeRendering="crispEdges">
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
