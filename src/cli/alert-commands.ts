/** The commands about alerts: raise, list, show, ack, resolve, snooze, escalate, transfer, note. All go through the API. */
import { alertJson, type AlertJson } from "#wire/alert-json";
import { z } from "zod";
import { printAlert, printAlerts } from "./alert-text.ts";
import { findEngine, type EngineClient } from "./engine-client.ts";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function alertCommands(given: Given, output: Output): Promise<number> {
  const engine = findEngine(given);
  switch (given.command) {
    case "raise":
      report(given, output, await raise(engine, given));
      break;
    case "list":
      await list(engine, given, output);
      break;
    case "show": {
      const alert = parseAlert(await engine.request("GET", `/api/v1/alerts/${await idOf(engine, given)}`));
      output.out(given.flag("json") ? JSON.stringify(alert) : printAlert(alert));
      break;
    }
    default: {
      const { action, body } = actionOf(given);
      const path = `/api/v1/alerts/${await idOf(engine, given)}/${action}`;
      report(
        given,
        output,
        parseAlert(await engine.request("POST", path, { origin: "command-line", ...body })),
      );
    }
  }
  return exitCodes.done;
}

async function raise(engine: EngineClient, given: Given): Promise<AlertJson> {
  const title = given.text("title");
  if (title === undefined || title.trim() === "") throw wrongUsage(usageLine("raise"));
  const body = {
    title,
    severity: given.text("severity"),
    source: given.text("source"),
    dedupKey: given.text("dedup-key"),
    details: Object.fromEntries(given.texts("detail").map(detailOf)),
  };
  return parseAlert(await engine.request("POST", "/api/v1/alerts", body));
}

async function list(engine: EngineClient, given: Given, output: Output): Promise<void> {
  const status = given.text("status") ?? "open";
  if (!["open", "resolved", "all"].includes(status)) throw wrongUsage(usageLine("list"));
  const alerts = await listAlerts(engine, status);
  output.out(given.flag("json") ? JSON.stringify(alerts) : printAlerts(alerts));
}

async function listAlerts(engine: EngineClient, status: string): Promise<AlertJson[]> {
  const answer = await engine.request("GET", `/api/v1/alerts?status=${status}`);
  return z
    .union([z.array(alertJson), z.object({ alerts: z.array(alertJson) }).transform((o) => o.alerts)])
    .parse(answer);
}

function actionOf({ command, ...given }: Given): { action: string; body: object } {
  switch (command) {
    case "ack":
      return { action: "acknowledge", body: {} };
    case "snooze": {
      const duration = given.text("for");
      if (duration === undefined) throw wrongUsage(usageLine("snooze"));
      return { action: "snooze", body: { for: duration } };
    }
    case "transfer": {
      const policy = given.text("policy");
      if (policy === undefined) throw wrongUsage(usageLine("transfer"));
      return { action: "transfer", body: { policy } };
    }
    case "note":
      return { action: "note", body: { text: given.words.slice(1).join(" ") } };
    default:
      return { action: command, body: {} };
  }
}

/** The id as given, or the open alert that ends in it: nobody types seventeen characters at 03:00. */
async function idOf(engine: EngineClient, given: Given): Promise<string> {
  const word = given.words[0]!.toLowerCase();
  if (word.length >= 17 || word.length < 3) return encodeURIComponent(word);
  const found = (await listAlerts(engine, "all")).filter((alert) => alert.id.endsWith(word));
  if (found.length > 1)
    throw refused(`${found.length} alerts end in ${word}; give more of the ID ("tocsin list" shows them).`);
  return encodeURIComponent(found[0]?.id ?? word);
}

function report(given: Given, output: Output, alert: AlertJson): void {
  output.out(given.flag("json") ? JSON.stringify(alert) : printAlerts([alert]));
}

function parseAlert(answer: unknown): AlertJson {
  return alertJson.parse(answer);
}

function detailOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw wrongUsage(`--detail takes name=value, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
