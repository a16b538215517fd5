/** The console's pages: static, the same for everybody, and nothing outside their directory. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { send } from "../support/http-client.ts";
import { startApi } from "./api-server.ts";

function builtPages(): string {
  const root = mkdtempSync(join(tmpdir(), "pages-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "renderer/assets"), { recursive: true });
  writeFileSync(join(root, "secret.json"), "{}");
  writeFileSync(join(root, "renderer/console.html"), "<!doctype html><title>Tocsin</title>");
  writeFileSync(join(root, "renderer/assets/console-1a2b.js"), "export {};");
  writeFileSync(join(root, "renderer/notes.txt"), "not a page");
  symlinkSync("../secret.json", join(root, "renderer/link.json"));
  return join(root, "renderer");
}

test("the console at /, its files beside it, under a strict policy and without a token", async () => {
  const { port } = await startApi({ pages: builtPages() });
  const page = await send(port, "/");
  expect([page.status, page.text]).toEqual([200, "<!doctype html><title>Tocsin</title>"]);
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
  expect(page.headers["content-security-policy"]).not.toContain("unsafe");
  const script = await send(port, "/assets/console-1a2b.js");
  expect([script.status, script.headers["content-type"], script.headers["x-content-type-options"]]).toEqual([
    200,
    "text/javascript; charset=utf-8",
    "nosniff",
  ]);
  const again = await send(port, "/assets/console-1a2b.js", {
    headers: { "if-none-match": script.headers["etag"] as string },
  });
  expect([again.status, again.text]).toEqual([304, ""]);
});

test.each([
  "/../secret.json",
  "/..%2fsecret.json",
  "/assets/../../secret.json",
  "/%2e%2e/secret.json",
  "/link.json",
  "/notes.txt",
  "/assets",
  "/assets/",
  "/console.html%00.js",
  "//etc/passwd",
])("%s is not there", async (path) => {
  const { port } = await startApi({ pages: builtPages() });
  const answer = await send(port, path);
  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain("{}");
});

test("without built pages / says how to build them", async () => {
  const { port } = await startApi({ pages: join(tmpdir(), "no-such-directory") });
  const answer = await send(port, "/");
  expect(answer.status).toBe(404);
  expect(answer.text).toContain("npm run build");
});
