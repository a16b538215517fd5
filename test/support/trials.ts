/** How often a trial is made: a few times in every run of the tests, many times under `npm run check:hard`. */
export function trials(few: number, many: number): number {
  return process.env["TOCSIN_HARD"] === "1" ? many : few;
}
