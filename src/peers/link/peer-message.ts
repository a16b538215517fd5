/**
 * A peer's words, from text to message and back. The only way in: nothing of a message is looked at before it has
 * passed the contract's schema. Called for each message of each link.
 */
import { peerMessage, type PeerMessage } from "#wire/peer-contract";

export type DecodedMessage =
  | { readonly kind: "message"; readonly message: PeerMessage }
  /** A kind that only a newer Tocsin knows: left aside. */
  | { readonly kind: "aside" }
  | { readonly kind: "malformed"; readonly reason: string };

const knownTypes: ReadonlySet<string> = new Set(peerMessage.options.map((option) => option.shape.type.value));

export function decodeMessage(text: string): DecodedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "malformed", reason: "It is no JSON." };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { kind: "malformed", reason: "It is no JSON object." };
  const { type } = value as { type?: unknown };
  if (typeof type !== "string") return { kind: "malformed", reason: 'It has no "type".' };
  if (!knownTypes.has(type)) return { kind: "aside" };
  const read = peerMessage.safeParse(value);
  if (read.success) return { kind: "message", message: read.data };
  const [issue] = read.error.issues;
  return { kind: "malformed", reason: `"${type}": ${placeOf(issue?.path ?? [])} is missing or wrong.` };
}

export function encodeMessage(message: PeerMessage): string {
  return JSON.stringify(message);
}

/** A path through what the other said: its own words may be in it. */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map(String).join(".");
  return /^[\w.-]{1,80}$/.test(text) ? text : "something";
}
