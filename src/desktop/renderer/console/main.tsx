/**
 * Entry of the console: in the desktop app over the bridge, in a plain browser over a WebSocket.
 */
import { render } from "preact";
import "../shared/theme.css";
import "../shared/controls.css";
import "./console.css";
import "./integrations.css";
import "./machines.css";
import "./schedules.css";
import { bridge, bridgeTransport } from "../shared/bridge.ts";
import { EngineLink } from "../shared/engine-link.ts";
import { BrowserDoor } from "./browser-door.tsx";
import { ConsolePage } from "./console-page.tsx";

const page = document.getElementById("page")!;
if (bridge !== null) {
  const link = new EngineLink("desktop");
  link.attach(bridgeTransport(bridge));
  render(<ConsolePage link={link} />, page);
} else {
  render(<BrowserDoor link={new EngineLink("browser")} />, page);
}
