/** What reading one value gives: the value, or what it must be instead. Used by the schema's leaves. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly text: string };

export function accept<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function reject(text: string): { readonly ok: false; readonly text: string } {
  return { ok: false, text };
}
