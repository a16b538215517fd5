// electron-builder's `afterPack` hook (electron-builder.yml): what turns `electron FOLDER` into running that folder has no
// place in a packaged app. electron-builder removes it from an Electron that it unpacked itself, not from `electronDist`.
import { rmSync } from "node:fs";
import { join } from "node:path";

/** `context` is electron-builder's AfterPackContext. */
export default function removeDefaultApp({ appOutDir, packager, electronPlatformName }) {
  const inBundle = join(`${packager.appInfo.productFilename}.app`, "Contents/Resources");
  const resources = electronPlatformName === "darwin" ? inBundle : "resources";
  rmSync(join(appOutDir, resources, "default_app.asar"), { force: true });
}
