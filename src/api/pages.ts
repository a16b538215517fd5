/**
 * The console's pages for a browser, at `/`. Registered by `compose` with the directory of the built pages.
 *
 * They are the same for everybody and hold no data: the page asks for the token, or takes it from the address's fragment
 * (`/#token=…`), which a browser never sends. Only files found at the start are served, so no path leads elsewhere.
 */
import { hash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorBody } from "./http-server.ts";

export interface PagesOptions {
  /** Of the built renderer; null, or a directory that is not there: no pages. */
  readonly directory: string | null;
  /** The file served at `/`. */
  readonly start?: string;
}

interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
}

/** What is in a directory by mistake is not read into memory. */
const largestFileBytes = 8 * 1024 * 1024;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wav": "audio/wav",
  ".ogg": "audio/ogg",
  ".mp3": "audio/mpeg",
};

/** No inline script, nothing from elsewhere; `'self'` covers the WebSocket too (CSP 3). */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function pageRoutes({
  directory,
  start = "console.html",
}: PagesOptions): (app: FastifyInstance) => Promise<void> {
  const files = directory === null ? new Map<string, PageFile>() : readFiles(directory);
  return async (app) => {
    app.get("/", (request, reply) => serve(files.get(`/${start}`), request, reply));
    for (const [path, file] of files)
      app.get(encodeURI(path), (request, reply) => serve(file, request, reply));
  };
}

function serve(file: PageFile | undefined, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (file === undefined)
    return reply.code(404).send(errorBody("not-found", `The pages are not built; run "npm run build".`));
  reply.headers({
    "content-security-policy": contentSecurityPolicy,
    "cross-origin-opener-policy": "same-origin",
    // Asked for again each time, and then not sent again: an update shows at once.
    "cache-control": "no-cache",
    etag: file.etag,
  });
  if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}

/** By path, as it is in an address. Symbolic links are not followed. */
function readFiles(directory: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  let entries;
  try {
    entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return files;
    throw error;
  }
  for (const entry of entries) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const body = readFileSync(path);
    if (body.length > largestFileBytes) continue;
    const etag = `"${hash("sha256", body, "hex").slice(0, 32)}"`;
    files.set(`/${relative(directory, path).split(sep).join("/")}`, { type, etag, body });
  }
  return files;
}
