/** `tocsin invite` and `tocsin machines` against an engine that answers as the API does. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machines } from "#cli/devices";
import { invite } from "#cli/invite";
import { inviteRequest, type MachineJson, type MachinesJson } from "#wire/machines-json";
import { run } from "./run-command.ts";

let server: Server;
let engine: string[];
let asked: { method: string; path: string; body: unknown }[];
let answers: Record<string, { status: number; body: unknown }>;

beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (data: Buffer) => (text += data.toString()));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      asked.push({ method, path: url, body: text === "" ? null : JSON.parse(text) });
      const { status, body } = answers[`${method} ${url}`] ?? { status: 404, body: {} };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  engine = ["--url", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "--token", "t"];
});
afterEach(() => void server.close());

const line = "tocsin://192.0.2.7:8744/?f=ff&s=ss&t=tt&n=Night+watch";
const expiresAt = "2026-03-02T08:15:00.000Z";

describe("tocsin invite", () => {
  beforeEach(() => {
    answers["POST /api/v1/machines/invites"] = { status: 200, body: { line, expiresAt, qr: ["1"] } };
  });

  it("prints the line alone, and beside it what to do with it", async () => {
    const { code, out } = await run(invite, "invite", "--person", "ben", ...engine);
    const [first, ...rest] = out.split("\n");
    expect([code, first]).toEqual([0, line]);
    expect(rest.every((each) => each.startsWith("! "))).toBe(true);
    expect(rest.join("\n")).toContain(`tocsin join '${line}'`);
    expect(rest.join("\n")).toContain("2026-03-02 08:15Z");
  });

  it("asks for what was typed, in the API's own words", async () => {
    await run(
      invite,
      "invite",
      "--role",
      "desk",
      "--person",
      "ben",
      "--address",
      "a:1",
      "--address",
      "b:2",
      ...engine,
    );
    await run(invite, "invite", ...engine);
    expect(asked.map(({ body }) => inviteRequest.parse(body))).toEqual([
      { role: "desk", person: "ben", addresses: ["a:1", "b:2"] },
      { role: "engine", person: null },
    ]);
  });

  it("with --json says the same to programs", async () => {
    const { out } = await run(invite, "invite", "--json", ...engine);
    expect(JSON.parse(out)).toEqual({ line, expiresAt });
  });

  it("refuses a role that does not exist, and passes on a refusal", async () => {
    expect(await run(invite, "invite", "--role", "boss", ...engine)).toMatchObject({ code: 2 });
    const text = 'There is nobody called "eve" in the team file.';
    answers["POST /api/v1/machines/invites"] = {
      status: 422,
      body: { error: { code: "unknown-person", text } },
    };
    expect(await run(invite, "invite", "--person", "eve", ...engine)).toMatchObject({ code: 1, error: text });
  });
});

const [anas, bens, olds] = ["a".repeat(26), "b".repeat(26), "bc".repeat(13)] as const;
function machine(id: string, name: string, other: Partial<MachineJson> = {}): MachineJson {
  return {
    id,
    name,
    role: "engine",
    person: null,
    fingerprint: "0".repeat(64),
    addresses: [],
    addedAt: expiresAt,
    connected: true,
    since: null,
    people: [],
    differences: [],
    behind: 0,
    ...other,
  };
}
const all: MachinesJson = {
  self: { id: anas, name: "Ana's", role: "engine" },
  team: { id: "0123456789abcdef" },
  coordinator: bens,
  since: null,
  settling: false,
  awake: 2,
  machines: [
    machine(anas, "Ana's", { person: "ana" }),
    machine(bens, "Ben's \u001b[31m", {
      person: "ben",
      since: expiresAt,
      behind: 3,
      differences: ["Other time zones."],
    }),
    machine(olds, "Old", { role: "desk", connected: false, revokedAt: expiresAt }),
  ],
};

describe("tocsin machines", () => {
  beforeEach(() => {
    answers["GET /api/v1/machines"] = { status: 200, body: all };
    for (const change of ["rename", "bind", "revoke"])
      answers[`POST /api/v1/machines/${bens}/${change}`] = { status: 200, body: all.machines[1] };
  });

  it("shows each machine in a line, without its control characters", async () => {
    const { code, out } = await run(machines, "machines", ...engine);
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^aaaaaaaa {2}Ana's +engine +ana +this machine$/);
    expect(lines[1]).toMatch(
      /connected, since 2026-03-02 08:15Z, coordinates, 3 facts behind; Other time zones\.$/,
    );
    expect(lines[2]).toMatch(/Old +desk +- +revoked 2026-03-02 08:15Z$/);
    expect(out).not.toContain("\u001b");
    expect(JSON.parse((await run(machines, "machines", "--json", ...engine)).out)).toEqual(all);
  });

  it("on a desk says of the engine behind it, not of itself, that it is isolated", async () => {
    answers["GET /api/v1/machines"] = { status: 200, body: { ...all, isolatedSince: expiresAt } };
    const lines = (await run(machines, "machines", ...engine)).out.split("\n");
    expect(lines[0]).toMatch(/this machine$/);
    expect(lines[1]).toContain("coordinates, isolated since 2026-03-02 08:15Z");
  });

  it("renames, binds and revokes, by the beginning of an id or by name", async () => {
    const words = [
      ["rename", "bbbb", "The", "big", "one"],
      ["bind", bens, "chi"],
      ["bind", bens, "nobody"],
      ["revoke", "bbbbb"],
    ];
    for (const each of words)
      expect(await run(machines, "machines", ...each, ...engine)).toMatchObject({ code: 0, error: "" });
    expect(asked.filter(({ method }) => method === "POST")).toEqual([
      { method: "POST", path: `/api/v1/machines/${bens}/rename`, body: { name: "The big one" } },
      { method: "POST", path: `/api/v1/machines/${bens}/bind`, body: { person: "chi" } },
      { method: "POST", path: `/api/v1/machines/${bens}/bind`, body: { person: null } },
      { method: "POST", path: `/api/v1/machines/${bens}/revoke`, body: {} },
    ]);
  });

  it("revoking says what to rotate, by name and never by key, and what is refused from now on", async () => {
    answers["GET /api/v1/team"] = {
      status: 200,
      body: {
        integrations: [
          { id: "prometheus", type: "alertmanager" },
          { id: "shop", type: "events" },
        ],
      },
    };
    const { out } = await run(machines, "machines", "revoke", bens, ...engine);
    expect(out).toMatch(/refuse it.*acts on nothing.*answers 503.*new invite/);
    expect(out).toMatch(/rotate:\n.*integrations prometheus, shop.*\n.*password of the mail server/);
    const json = JSON.parse(
      (await run(machines, "machines", "revoke", bens, "--json", ...engine)).out,
    ) as object;
    expect(json).toMatchObject({
      id: bens,
      rotate: expect.arrayContaining([expect.stringContaining("shop")]),
    });
    // It is done, and the rest has to be said, even when the team cannot be asked.
    delete answers["GET /api/v1/team"];
    expect((await run(machines, "machines", "revoke", bens, ...engine)).out).toMatch(
      /password of the mail server/,
    );
  });

  it("a revoked desk had nothing that would have to be rotated", async () => {
    const [, ben] = all.machines;
    answers["GET /api/v1/machines"] = {
      status: 200,
      body: { ...all, machines: [{ ...ben!, role: "desk" }] },
    };
    const { out } = await run(machines, "machines", "revoke", bens, ...engine);
    expect(out).toMatch(/desk.*nothing has to be rotated/);
  });

  it("changes nothing when it is not clear which machine is meant, or what", async () => {
    for (const [words, code] of [
      [["revoke", "b"], 1],
      [["revoke", "nobody's"], 1],
      [["revoke"], 2],
      [["revoke", bens, "now"], 2],
      [["rename", bens], 2],
      [["bind", bens], 2],
      [["burn", bens], 2],
    ] as const)
      expect(await run(machines, "machines", ...words, ...engine)).toMatchObject({ code });
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("a machine that is alone says how not to be", async () => {
    answers["GET /api/v1/machines"] = {
      status: 200,
      body: { ...all, team: null, coordinator: null, machines: [] },
    };
    expect((await run(machines, "machines", ...engine)).out).toMatch(/alone.*tocsin invite/);
  });
});
