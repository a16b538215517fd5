/**
 * The only door between pages and main: every message is checked for its sender (our own page, top frame) and its shape
 * before anybody acts on it. Called once by `index.ts`.
 */
import { ipcMain } from "electron";
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from "electron";
import type { ClientMessage } from "#wire/client-contract";
import { channelNames, desktopRequest, pageMessage, soundReport } from "../contract.ts";
import type { DesktopReply, DesktopRequest, SoundReport } from "../contract.ts";
import { pageOrigin } from "./protocol.ts";

export interface IpcHandlers {
  onPageMessage(page: WebContents, message: ClientMessage): void;
  onRequest(page: WebContents, request: DesktopRequest): DesktopReply | Promise<DesktopReply>;
  onSoundReport(page: WebContents, report: SoundReport): void;
}

export function serveIpc(handlers: IpcHandlers): void {
  ipcMain.on(channelNames.toEngine, (event, data: unknown) => {
    const message = pageMessage.safeParse(data);
    if (isOurs(event) && message.success) handlers.onPageMessage(event.sender, message.data);
  });
  ipcMain.handle(channelNames.request, (event, data: unknown) => {
    if (!isOurs(event)) throw new Error("not one of Tocsin's pages");
    return handlers.onRequest(event.sender, desktopRequest.parse(data));
  });
  ipcMain.on(channelNames.soundReport, (event, data: unknown) => {
    const report = soundReport.safeParse(data);
    if (isOurs(event) && report.success) handlers.onSoundReport(event.sender, report.data);
  });
}

function isOurs(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === event.sender.mainFrame && frame.url.startsWith(`${pageOrigin}/`);
}
