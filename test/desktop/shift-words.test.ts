/** Who is on call, as the schedules page says it. */
import { expect, test } from "vitest";
import type { TeamMessage } from "#wire/client-contract";
import { crewWords } from "../../src/desktop/renderer/console/shift-words.ts";

const team = {
  people: [
    { id: "ana", name: "Ana Ruiz" },
    { id: "ben", name: "Ben" },
  ],
} as unknown as TeamMessage;

test("one person, two, three, nobody; the reader is marked", () => {
  expect(crewWords("ana", team, null)).toBe("Ana Ruiz");
  expect(crewWords(["ana", "ben"], team, null)).toBe("Ana Ruiz and Ben");
  expect(crewWords(["ana", "ben"], team, "ben")).toBe("Ana Ruiz and Ben (you)");
  expect(crewWords(["ana", "ben", "zoe"], team, "ana")).toBe("Ana Ruiz (you), Ben and zoe");
  expect(crewWords(null, team, "ana")).toBe("Nobody");
});
