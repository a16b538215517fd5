/** A headless desk: what the engine presents becomes a notification of the system, and the engine hears whether it did. */
import { expect, test } from "vitest";
import type { Popup } from "#channels/system-notification";
import type { PersonId } from "#domain/ids";
import type { AlertJson } from "#wire/alert-json";
import type { EngineMessage } from "#wire/client-contract";
import { showOnSystem } from "../../../src/compose/desk/system-popups.ts";
import { settle } from "./fake-line.ts";

function start({ person = "ana" as PersonId | null, shows = true } = {}) {
  const said: unknown[] = [];
  const popups: Popup[] = [];
  const words: unknown[] = [];
  const alert = {
    id: "a0",
    status: "triggered",
    severity: "critical",
    title: "Disk full",
    source: "web",
  } as AlertJson;
  let hear: (message: EngineMessage) => void = () => {};
  showOnSystem({
    hub: {
      attach: (connection) => {
        hear = (message) => connection.send(message);
        connection.onMessage((message) => said.push(message));
      },
    },
    desktops: {
      isAvailable: () => true,
      tell: (word) => void words.push(word),
      present: async (popup) => {
        if (!popup.stillWanted()) return "not-shown";
        popups.push(popup);
        return shows ? "shown" : "not-shown";
      },
    },
    person: () => person,
    alert: (id) => (id === alert.id ? alert : null),
    now: () => 1000,
  });
  const present = async (alertId: string) => {
    hear({ type: "present", actionId: "x", alertId, why: "You are on call." });
    await settle();
    return said.at(-1);
  };
  return { said, popups, words, alert, hear, present };
}

test("says hello as a desktop, shows what is presented, and says that it did", async () => {
  const { said, popups, present } = start();
  expect(said).toMatchObject([{ type: "hello", client: "desktop", available: true }]);
  expect(await present("a0")).toEqual({ type: "presented", actionId: "x", shown: true });
  expect(popups).toMatchObject([
    {
      alert: { id: "a0", severity: "critical", title: "Disk full" },
      person: { id: "ana" },
      why: "You are on call.",
    },
  ]);
});

test("says that it did not when there is no such alert, nobody, no desktop, or nothing to show any more", async () => {
  const notShown = { type: "presented", actionId: "x", shown: false };
  expect(await start().present("gone")).toEqual(notShown);
  expect(await start({ person: null }).present("a0")).toEqual(notShown);
  expect(await start({ shows: false }).present("a0")).toEqual(notShown);
  const late = start();
  late.alert.status = "acknowledged";
  expect([await late.present("a0"), late.popups]).toEqual([notShown, []]);
});

test("passes on a quiet word to the person of this machine", () => {
  const { hear, words } = start();
  hear({ type: "notice", title: "On call", text: "You are on call now." });
  expect(words).toEqual([
    { kind: "tell", person: "ana", title: "On call", text: "You are on call now.", until: 61_000 },
  ]);
});
