/**
 * The pages' own protocol: `tocsin://app/…` serves the built pages and the sounds, and nothing else on this disk. Called
 * by `index.ts`: `registerProtocol` before the app is ready, `serveProtocol` after.
 */
import { protocol } from "electron";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

export const pageOrigin = "tocsin://app";

/** Strict on purpose: alert text is hostile, and even a hole in a page must not load or send anything. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function registerProtocol(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: "tocsin", privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export interface ServedFolders {
  readonly pages: string;
  readonly sounds: string;
}

export function serveProtocol(folders: ServedFolders): void {
  protocol.handle("tocsin", async (request) => {
    const { host, pathname } = new URL(request.url);
    if (host !== "app" || request.method !== "GET") return refusal(404);
    // Our own files need no escapes in their names, so none is undone.
    const file = fileOf(pathname, folders);
    if (file === null) return refusal(404);
    try {
      const body = new Uint8Array(await readFile(file.path));
      return new Response(body, { headers: headers(file.type) });
    } catch {
      return refusal(404);
    }
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wav": "audio/wav",
};

function fileOf(pathname: string, folders: ServedFolders): { path: string; type: string } | null {
  const type = types[extname(pathname)];
  if (type === undefined) return null;
  const [root, rest] = pathname.startsWith("/sounds/")
    ? [folders.sounds, pathname.slice(8)]
    : [folders.pages, pathname.slice(1)];
  const path = normalize(join(root, rest));
  return path.startsWith(root + sep) ? { path, type } : null;
}

function headers(type: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
}

function refusal(status: number): Response {
  return new Response("not found", { status, headers: headers("text/plain") });
}
