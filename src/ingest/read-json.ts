/** The body of a request as JSON, whatever its headers call it. Called by `routes.ts`. */
import type { FastifyRequest } from "fastify";

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly text: string };

/**
 * Bytes that are not UTF-8 become U+FFFD: an alert is not lost over an umlaut. Of a repeated name the last one counts,
 * as in Go.
 */
export function readJson(request: FastifyRequest): ReadJson {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    return {
      ok: false,
      text: "compressed bodies are not accepted; send the JSON as it is, without Content-Encoding",
    };
  }
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0)
    return { ok: false, text: "the body is empty; it must be JSON" };
  const text = body.toString("utf8");
  try {
    return { ok: true, value: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, text: `the body is not JSON: ${error.message}` };
    throw error;
  }
}
