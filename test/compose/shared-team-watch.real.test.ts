/** The real watch: a person saves the file on one machine, and the other machine's file follows without being told twice. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { sample } from "../config/sample.ts";
import { exchange, TeamMachine } from "./team-machine.ts";

it("an edit that an editor saves travels to the other machine and back", async () => {
  const place = mkdtempSync(join(tmpdir(), "tocsin-shared-watch-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const key = randomBytes(32);
  const ana = new TeamMachine("ana", place, { key: null });
  ana.write(sample);
  await ana.start();
  ana.shared.startWatching();
  ana.key = key;
  await ana.shared.belongs();
  const ben = await new TeamMachine("ben", place, { key }).start();
  ben.shared.startWatching();
  await exchange(ana, ben);
  expect(ben.read()).toBe(sample);

  const edited = sample.replace("name: Ana Ruiz", "name: Anabel");
  ana.write(edited);
  await vi.waitFor(() => expect(ana.team.people[0]!.name).toBe("Anabel"), { timeout: 10_000 });
  await exchange(ana, ben);
  expect(ben.read()).toBe(edited);

  // As editors do: a new file in the place of the old one.
  const back = sample.replace("name: Ana Ruiz", "name: Anita");
  writeFileSync(`${ben.file}~`, back);
  renameSync(`${ben.file}~`, ben.file);
  await vi.waitFor(() => expect(ben.team.people[0]!.name).toBe("Anita"), { timeout: 10_000 });
  await exchange(ana, ben);
  expect(ana.read()).toBe(back);

  // What Tocsin wrote itself is no edit: three teams were adopted, by two people.
  expect(ana.shared.changes().map(({ by }) => by)).toEqual([null, "ana", "ben"]);
  expect([...ana.conflicts, ...ben.conflicts, ...ana.faults, ...ben.faults]).toEqual([]);
  expect([ana.problem, ben.problem]).toEqual([null, null]);
  await ana.stop();
  await ben.stop();
});
