/** Overrides that overlap: allowed (the last one listed counts), and mostly a mistake. A warning of `load-team`. */
import type { Override, Team } from "#domain/team";
import { printPath, type Report } from "./fault.ts";

/** One warning for each override that overlaps another of somebody else. */
export function checkOverlaps(team: Team, warn: Report): void {
  team.schedules.forEach(({ overrides }, index) => {
    const inOrder = overrides
      .map((override, position) => ({ ...override, position }))
      .sort((a, b) => a.start - b.start);
    // Whoever reaches furthest so far, and whoever else does: an overlap is with one of the two.
    let furthest: Positioned | null = null;
    let other: Positioned | null = null;
    for (const override of inOrder) {
      const hit = [furthest, other].find(
        (earlier) => earlier !== null && earlier.person !== override.person && earlier.end > override.start,
      );
      if (hit) {
        const [first, last] = [hit, override].sort((a, b) => a.position - b.position) as [
          Positioned,
          Positioned,
        ];
        warn(
          ["schedules", index, "overrides", last.position],
          `overlaps ${printPath(["schedules", index, "overrides", first.position])}: ${last.person} is on call there, not ${first.person}, since the last one listed counts`,
        );
      }
      if (furthest === null || override.end > furthest.end) {
        if (furthest !== null && furthest.person !== override.person) other = furthest;
        furthest = override;
      } else if (override.person !== furthest.person && (other === null || override.end > other.end)) {
        other = override;
      }
    }
  });
}

type Positioned = Override & { readonly position: number };
