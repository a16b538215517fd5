/** Ids: unique, sortable by time of making, typable. */
import { expect, it } from "vitest";
import { SystemRandom } from "#system/system-random";

it("makes ids that are unique, of one length and alphabet, and sort by time", () => {
  const random = new SystemRandom();
  const ids = Array.from({ length: 20_000 }, () => random.alertId());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{17}$/);
  const times = ids.map((id) => id.slice(0, 9));
  expect(times).toEqual([...times].sort());
});
