/**
 * The tray as another program sees it: the StatusNotifierItem that Tocsin registered, over D-Bus. For test/e2e.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

export interface TrayItem {
  readonly tooltip: string;
  /** Differs whenever the picture does. */
  readonly icon: string;
}

export interface MenuEntry {
  readonly id: number;
  readonly label: string;
  readonly enabled: boolean;
}

const item = "org.kde.StatusNotifierItem";

/** Our item in the tray; throws when none is registered. The desktop of the tests has no other. `env`: of another desktop. */
export function trayItem(env: NodeJS.ProcessEnv = process.env): TrayItem {
  const service = registered(env);
  const tooltip = property(service, "ToolTip", env);
  // (icon name, pixmaps, title, text): Chromium puts all of it into the title.
  const text = [...tooltip.matchAll(/string "((?:[^"\\]|\\.)*)"/gs)].map(([, found]) => found).join("");
  const icon = createHash("sha256")
    .update(property(service, "IconPixmap", env))
    .digest("hex");
  return { tooltip: text, icon };
}

/** Every entry of the menu, those of submenus too, in their order. */
export function menuEntries(): MenuEntry[] {
  const { service, path } = menu();
  const layout = call(
    service,
    path,
    "com.canonical.dbusmenu.GetLayout",
    "int32:0",
    "int32:-1",
    "array:string:",
  );
  return layout
    .split(/struct \{/)
    .slice(1)
    .flatMap((text) => {
      const id = /int32 (\d+)/.exec(text)?.[1];
      const label = /string "label"\s+variant\s+string "((?:[^"\\]|\\.)*)"/s.exec(text)?.[1];
      if (id === undefined || label === undefined) return [];
      return [
        {
          id: Number(id),
          label: label.replaceAll("_", ""),
          enabled: !/string "enabled"\s+variant\s+boolean false/s.test(text),
        },
      ];
    });
}

/** Chooses the entry whose label begins so. */
export function choose(label: string): void {
  const entry = menuEntries().find((one) => one.label.startsWith(label));
  if (entry === undefined)
    throw new Error(
      `no "${label}" in the menu: ${menuEntries()
        .map((one) => one.label)
        .join(", ")}`,
    );
  const { service, path } = menu();
  call(
    service,
    path,
    "com.canonical.dbusmenu.Event",
    `int32:${entry.id}`,
    "string:clicked",
    "variant:int32:0",
    "uint32:0",
  );
}

function menu(): { service: string; path: string } {
  const service = registered();
  const path = /object path "([^"]+)"/.exec(property(service, "Menu"))?.[1];
  if (path === undefined) throw new Error("the tray item has no menu");
  return { service, path };
}

function registered(env: NodeJS.ProcessEnv = process.env): string {
  const watcher = "org.kde.StatusNotifierWatcher";
  const answer = get(watcher, "/StatusNotifierWatcher", watcher, "RegisteredStatusNotifierItems", env);
  const name = /string "([^"]+)"/.exec(answer)?.[1];
  if (name === undefined) throw new Error("nothing is registered in the tray");
  return name.split("/")[0]!;
}

function property(service: string, name: string, env: NodeJS.ProcessEnv = process.env): string {
  return get(service, "/StatusNotifierItem", item, name, env);
}

function get(service: string, path: string, face: string, name: string, env: NodeJS.ProcessEnv): string {
  return callIn(
    env,
    service,
    path,
    "org.freedesktop.DBus.Properties.Get",
    `string:${face}`,
    `string:${name}`,
  );
}

function call(service: string, path: string, method: string, ...args: string[]): string {
  return callIn(process.env, service, path, method, ...args);
}

function callIn(env: NodeJS.ProcessEnv, service: string, path: string, ...methodAndArgs: string[]): string {
  return execFileSync(
    "dbus-send",
    ["--session", "--print-reply", `--dest=${service}`, path, ...methodAndArgs],
    {
      encoding: "utf8",
      maxBuffer: 32 * 1024 * 1024,
      env,
    },
  );
}
