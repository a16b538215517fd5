/** Real HTTP over loopback for tests: requests as raw as a test needs them. */
import { request } from "node:http";
import type { OutgoingHttpHeaders } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json(): unknown;
}

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Resolves with whatever the server says; rejects when it hangs up. */
export function send(
  port: number,
  path: string,
  { method = "GET", headers = {}, body }: HttpRequest = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => (text += chunk));
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode!,
          headers: incoming.headers,
          text,
          json: () => JSON.parse(text) as unknown,
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export function post(
  port: number,
  path: string,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Promise<HttpAnswer> {
  const raw = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return send(port, path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: raw,
  });
}
