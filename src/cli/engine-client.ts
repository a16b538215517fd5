/** Finds the running engine and talks to its API, for the commands about alerts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory } from "#system/directories";
import { refused, unreachable, wrongUsage } from "./outcome.ts";
import type { Given } from "./usage.ts";

export interface EngineClient {
  /** @throws CommandFailure: 1 when refused or not found, 2 when it makes no sense, 3 when the engine cannot be reached. */
  request(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

interface Address {
  readonly url: string;
  readonly token: string;
}

const answerWithinMs = 15_000;

export function findEngine(given: Given): EngineClient {
  const { url, token } = addressOf(given);
  return {
    request: async (method, path, body) => {
      const response = await send(new URL(path, url), method, token, body);
      const text = await response.text();
      const answer: unknown = text === "" ? null : parseAnswer(text, url);
      if (response.ok) return answer;
      const { reason, sentence = `${url} answered ${response.status}.` } = errorOf(answer);
      // A desk is there, and no engine behind it.
      if (reason === "unreachable") throw unreachable(sentence);
      // Of duties it also says that a person or a schedule is not there.
      const isSenseless = reason === "invalid" && path.startsWith("/api/v1/alerts");
      throw isSenseless ? wrongUsage(sentence) : refused(sentence);
    },
  };
}

async function send(url: URL, method: string, token: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
  } catch {
    throw unreachable(`No engine answers at ${url.origin}; start one with "tocsin serve" or "npm start".`);
  }
}

function addressOf(given: Given): Address {
  const url = given.text("url");
  const token = given.text("token");
  const data = given.text("data");
  if (url !== undefined || token !== undefined) {
    if (url === undefined || token === undefined) throw wrongUsage("--url and --token go together.");
    return { url: checked(url), token };
  }
  const { TOCSIN_URL, TOCSIN_TOKEN } = process.env;
  if (data === undefined && TOCSIN_URL !== undefined && TOCSIN_TOKEN !== undefined) {
    return { url: checked(TOCSIN_URL), token: TOCSIN_TOKEN };
  }
  return addressIn(data ?? dataDirectory());
}

/** A running engine leaves its address in the data folder. */
function addressIn(data: string): Address {
  try {
    const { url } = JSON.parse(readFileSync(join(data, "engine.json"), "utf8")) as { url: string };
    return { url: checked(url), token: readFileSync(join(data, "token"), "utf8").trim() };
  } catch {
    throw unreachable(
      `No engine runs in ${data}; start one with "tocsin serve --data ${data}", or give --url and --token.`,
    );
  }
}

function checked(url: string): string {
  if (!URL.canParse(url)) throw wrongUsage(`"${url}" is no address; give one like http://127.0.0.1:8743.`);
  return url;
}

function parseAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreachable(`What answers at ${url} is no Tocsin engine.`);
  }
}

function errorOf(answer: unknown): { readonly reason?: unknown; readonly sentence?: string } {
  const { error } = (answer ?? {}) as { error?: { reason?: unknown; text?: unknown } };
  return { reason: error?.reason, ...(typeof error?.text === "string" && { sentence: error.text }) };
}
