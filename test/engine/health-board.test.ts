/** What is wrong, in the order in which people are told: of many only the first ones may be seen. */
import { expect, test } from "vitest";
import { HealthBoard } from "#engine/health-board";
import { mailTroubleText } from "#engine/problem-watch";

test("the most urgent comes first, whatever came first", () => {
  const board = new HealthBoard();
  board.setReady(true);
  for (const kind of ["sender-clock", "team-file", "channel", "ingest", "journal"] as const)
    board.report(kind, `about ${kind}`, 1);
  const told = () => board.health.problems.map(({ kind }) => kind);
  expect(told()).toEqual(["journal", "channel", "ingest", "team-file", "sender-clock"]);
  board.clear("journal");
  board.report("revoked", "revoked", 2);
  expect(told()).toEqual(["revoked", "channel", "ingest", "team-file", "sender-clock"]);
});

test("whoever would refuse what comes in says so: it is to be sent elsewhere", () => {
  const board = new HealthBoard();
  board.setReady(true);
  for (const kind of ["revoked", "journal", "no-team"] as const) {
    board.report(kind, kind, 1);
    expect(board.health).toMatchObject({ ready: false, trusted: false });
    board.clear(kind);
  }
  board.report("ingest", "some are refused", 1);
  expect(board.health).toMatchObject({ ready: true, trusted: false });
});

test("what ends trust is told before what does not", () => {
  const board = new HealthBoard();
  board.setReady(true);
  for (const kind of ["connections", "shifts", "calendar"] as const) board.report(kind, kind, 1);
  expect(board.health.trusted).toBe(true);
  board.report("data-folder", "the token is gone", 2);
  expect(board.health).toMatchObject({ trusted: false, problems: [{ kind: "data-folder" }, {}, {}, {}] });
});

test("mail trouble names one remedy, once", () => {
  const told = "Mail server m:25 refused the login (535 no): check email.user and email.password.";
  expect(mailTroubleText(told)).toBe(`E-mail cannot be sent: ${told}`);
  expect(mailTroubleText("Mail server m:25 said 552.")).toBe(
    'E-mail cannot be sent: Mail server m:25 said 552. Check "email:" in the team file.',
  );
});
