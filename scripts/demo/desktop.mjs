// What stands in for a person's desktop in the demo: a program that attaches to that person's machine as the tray app
// does, and tells what it would show. It says that somebody sits there and that the window is drawn.
import { WebSocket } from "ws";
import { afterwards } from "./stage.mjs";

const contractVersion = 1;

/** Resolves once the machine has welcomed it. `onShow` gets the alert's title; it ends with its machine. */
export function attachDesktop({ url, token, person, onShow }) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  afterwards(() => socket.terminate());
  const titles = new Map();
  const say = (message) => socket.send(JSON.stringify(message));
  return new Promise((done, fail) => {
    socket.on("error", fail);
    socket.on("close", () => fail(new Error(`the desktop of ${person} was turned away`)));
    socket.on("open", () =>
      say({ type: "hello", version: contractVersion, client: "desktop", person, available: true }),
    );
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      for (const { id, title } of message.alerts ?? []) titles.set(id, title);
      if (message.type === "welcome") done();
      if (message.type !== "present") return;
      onShow(titles.get(message.alertId));
      say({ type: "presented", actionId: message.actionId, shown: true });
    });
  });
}
