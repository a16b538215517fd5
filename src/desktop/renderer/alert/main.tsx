/**
 * Entry of the alert window's page.
 */
import { render } from "preact";
import "../shared/theme.css";
import "../shared/controls.css";
import "./alert.css";
import { bridge, bridgeTransport } from "../shared/bridge.ts";
import { EngineLink } from "../shared/engine-link.ts";
import { AlertPage } from "./alert-page.tsx";

const link = new EngineLink("desktop");
if (bridge !== null) link.attach(bridgeTransport(bridge));
render(<AlertPage link={link} />, document.getElementById("page")!);
