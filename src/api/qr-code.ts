/** A text as a QR code, as data: whoever shows it draws it. Used by `machine-commands.ts` for an invite. */
import { encode } from "uqr";

/** ISO/IEC 18004 §9.1 asks for this many light modules all around. */
const quietZone = 4;

/** A row a string, `1` is dark. `text`: at most 2,331 bytes. */
export function qrCodeOf(text: string): string[] {
  const { data } = encode(text, { ecc: "M", border: quietZone });
  return data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}
