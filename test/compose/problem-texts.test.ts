/** What `compose` says is wrong, word for word: one thing and several, and each sentence with its end. */
import { expect, test } from "vitest";
import { goneText } from "#compose/data-folder-watch";
import { TeamProblems } from "#compose/shared-team/team-problems";

test("one file that is gone, and two", () => {
  expect(goneText(["token"], "/data")).toBe(
    "token is gone from /data. The next start would make another one, and this machine's team, apps and command line would not know it any more. Put it back from a backup before that.",
  );
  expect(goneText(["identity.json", "token"], "/data")).toBe(
    "identity.json and token are gone from /data. The next start would make others, and this machine's team, apps and command line would not know them any more. Put them back from a backup before that.",
  );
});

function told(say: (problems: TeamProblems) => void): string | null {
  let last: string | null = null;
  say(new TeamProblems({ onNoTeam: () => {}, onProblem: (text) => (last = text), onRefused: () => {} }));
  return last;
}

test("a refused team file: what is wrong, and where the rest is listed", () => {
  expect(told((problems) => problems.refused("/t.yaml", "/t.yaml:5:15: team.timeZone: no zone"))).toBe(
    "The team file was refused, and the last good one stays in force: /t.yaml:5:15: team.timeZone: no zone.",
  );
  expect(told((problems) => problems.refused("/t.yaml", "/t.yaml:5:15: first.\n/t.yaml:6:1: second"))).toBe(
    'The team file was refused, and the last good one stays in force: /t.yaml:5:15: first. And 1 more: "tocsin check /t.yaml" lists them.',
  );
});

test("edits that were set aside: where they are, and what to do", () => {
  expect(told((problems) => problems.setAside(["/d/a.yaml"]))).toBe(
    "An edit of the team file made on this machine is not in force in full, since somebody else had changed the same thing. See /d/a.yaml. It says what is missing and how to apply it; remove it when that is done.",
  );
  expect(told((problems) => problems.setAside(["/d/a.yaml", "/d/b.yaml"]))).toBe(
    "2 edits of the team file made on this machine are not in force in full, since somebody else had changed the same thing. See /d/a.yaml, /d/b.yaml. Each of them says what is missing and how to apply it; remove it when that is done.",
  );
});
