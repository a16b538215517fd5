/**
 * The tray icon: a state with a shape of its own, the words for it, and a menu with everything, since what a click on
 * the icon does differs from desktop to desktop. Built by `index.ts`.
 */
import { Menu, nativeImage, Tray } from "electron";
import type { MenuItemConstructorOptions } from "electron";
import { join } from "node:path";
import { iconNameOf, menuOf, separator, tooltipOf } from "./tray-texts.ts";
import type { MenuLine, TrayAction, TrayView } from "./tray-texts.ts";

export class TrayIcon {
  private readonly tray: Tray;
  private iconName = "tray-not-trusted";
  private menu = "";

  constructor(
    private readonly iconFolder: string,
    private readonly onAction: (action: TrayAction) => void,
  ) {
    this.tray = new Tray(this.image(this.iconName));
    this.tray.setTitle("Tocsin");
    this.tray.on("click", () => this.onAction({ type: "open-console" }));
  }

  update(view: TrayView): void {
    const iconName = iconNameOf(view.attention);
    if (iconName !== this.iconName) this.tray.setImage(this.image(iconName));
    this.iconName = iconName;
    this.tray.setToolTip(tooltipOf(view));
    // Linux shows an edited menu only after it is set again, and setting it closes one that is open: only when it differs.
    const lines = menuOf(view);
    const menu = JSON.stringify(lines);
    if (menu !== this.menu)
      this.tray.setContextMenu(Menu.buildFromTemplate(lines.map((line) => this.item(line))));
    this.menu = menu;
  }

  stop(): void {
    this.tray.destroy();
  }

  /** 22 pixels are what Linux trays and macOS want, 16 Windows; Electron finds the denser ones by their names. */
  private image(name: string): Electron.NativeImage {
    const folder = process.platform === "win32" ? join(this.iconFolder, "16") : this.iconFolder;
    return nativeImage.createFromPath(join(folder, `${name}.png`));
  }

  private item(line: MenuLine): MenuItemConstructorOptions {
    if (line === separator) return { type: "separator" };
    const { label, action, enabled, checked, below } = line;
    return {
      label: label.replaceAll("&", "&&"),
      ...(enabled === undefined ? {} : { enabled }),
      ...(checked === undefined ? {} : { type: "checkbox" as const, checked }),
      ...(below === undefined ? {} : { submenu: below.map((inner) => this.item(inner)) }),
      ...(action === undefined ? {} : { click: () => this.onAction(action) }),
    };
  }
}
