/**
 * The bridge between a page and main: the only thing that a page has besides the web. Loaded, sandboxed, into every
 * window. Main checks whatever comes over it; here it is only passed on.
 */
import { contextBridge, ipcRenderer } from "electron";
import type { TocsinBridge } from "../contract.ts";

// Spelled out, since a sandboxed preload that imported the contract's values would carry all of its schemas with it.
const bridge: TocsinBridge = {
  sendToEngine: (message) => ipcRenderer.send("tocsin:to-engine", message),
  onEngineMessage: (listener) =>
    void ipcRenderer.on("tocsin:from-engine", (_event, message) => listener(message)),
  request: (request) => ipcRenderer.invoke("tocsin:request", request),
  onDesktopState: (listener) =>
    void ipcRenderer.on("tocsin:desktop-state", (_event, state) => listener(state)),
  reportSound: (report) => ipcRenderer.send("tocsin:sound-report", report),
  onSoundOrder: (listener) => void ipcRenderer.on("tocsin:sound-order", (_event, order) => listener(order)),
};

contextBridge.exposeInMainWorld("tocsin", bridge);
