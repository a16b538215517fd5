/** The invite line: what is printed is read back, and every way of damaging it is named. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInvite, printInvite, type Invite } from "#peers/pairing/invite-line";

const invite: Invite = {
  addresses: ["192.0.2.7:8744", "[2001:db8::7]:8744"],
  fingerprint: "ab".repeat(32),
  secret: "AAAAAAAAAAAAAAAAAAAAAA",
  teamId: "0123456789abcdef",
  teamName: "Night watch",
};
const line = printInvite(invite);

describe("the invite line", () => {
  it("is one word that reads back as it was", () => {
    expect(line).toBe(
      `tocsin://192.0.2.7:8744,[2001:db8::7]:8744/?f=${"ab".repeat(32)}&s=AAAAAAAAAAAAAAAAAAAAAA&t=0123456789abcdef&n=Night+watch`,
    );
    expect(parseInvite(`  ${line}\n`)).toEqual({ ok: true, invite });
  });

  it.each([
    ["https://example.org/", /does not begin with "tocsin:\/\/"/],
    ["", /does not begin/],
    [line.slice(0, line.indexOf("&")), /"s" is missing.*quotes/],
    [line.slice(0, line.indexOf("?")), /has no fingerprint/],
    [line.slice(0, line.indexOf("s=") + 8), /"t" is missing/],
    [line.replace("AAAAAAAAAAAAAAAAAAAAAA", "AAAA"), /no whole secret/],
    [line.replace("abab", "abzz"), /no whole fingerprint/],
    [line.replace("0123456789abcdef", "0123"), /no whole team id/],
    [line.replace("192.0.2.7:8744", "192.0.2.7"), /"192.0.2.7" where an address/],
    [line.replace("192.0.2.7:8744", "192.0.2.7:87440"), /where an address/],
    [line.replace("192.0.2.7:8744", "user@192.0.2.7:8744"), /where an address/],
    [line.replace("192.0.2.7:8744,", ","), /where an address/],
    [line.replace("Night+", "Night "), /space or a line break/],
    [line.replace("&s=", "\n&s="), /space or a line break/],
    [`${line}&f=${"cd".repeat(32)}`, /says "f" twice/],
    [line.replace("//", `//${"192.0.2.8:1,".repeat(20)}`), /more than 16 addresses/],
    [line + "x".repeat(5000), /far too long/],
  ])("refuses %s", (damaged, why) => {
    const parsed = parseInvite(damaged);
    expect(parsed).toMatchObject({ ok: false });
    if (!parsed.ok) expect(parsed.text).toMatch(why);
  });

  it("any team name comes back as one clean line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (teamName) => {
        const parsed = parseInvite(printInvite({ ...invite, teamName }));
        expect(parsed.ok).toBe(true);
        if (parsed.ok) expect(parsed.invite.teamName).not.toMatch(/[\x00-\x1f\u202e]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws, and believes nothing that is not whole", () => {
    const piece = fc.constantFrom(
      "tocsin://",
      "192.0.2.7:1",
      ",",
      "/",
      "?",
      "&",
      "f=",
      "s=",
      "t=",
      "n=",
      "ab".repeat(32),
      "%",
      "%zz",
      "#",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join("")),
          fc.string(),
        ),
        (text) => {
          const parsed = parseInvite(text);
          if (!parsed.ok) expect(parsed.text.length).toBeGreaterThan(20);
          else expect(parsed.invite.secret).toHaveLength(22);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
