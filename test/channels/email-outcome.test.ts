/** What each way of failing means. The real ones are in email.real.test.ts; here are those that no server at hand gives. */
import { describe, expect, test } from "vitest";
import { outcomeOfSmtpError, refusedAddressOf } from "#channels/email-outcome";

function error(parts: {
  code?: string;
  originalCode?: string;
  responseCode?: number;
  message?: string;
  command?: string;
}): Error {
  return Object.assign(new Error(parts.message ?? "it failed"), parts);
}

describe("the address that is refused", () => {
  const addresses = { from: "tocsin@example.org", to: "ana@example.org" };
  const [sender, recipient] = [
    { what: "sender", address: addresses.from },
    { what: "recipient", address: addresses.to },
  ];
  test.each([
    [{ code: "EENVELOPE", command: "MAIL FROM", responseCode: 553 }, sender],
    [{ code: "EENVELOPE", command: "RCPT TO", responseCode: 550 }, recipient],
    // What is in the mail: to this person it does not get through all the same.
    [{ code: "EMESSAGE", command: "DATA", responseCode: 554 }, recipient],
    [{ code: "EENVELOPE", message: "Invalid sender tocsin" }, sender],
    [{ code: "EENVELOPE", message: "Invalid recipient ana" }, recipient],
    // Greylisting, a server that is closing, one that is not there.
    [{ code: "EENVELOPE", command: "RCPT TO", responseCode: 451 }, null],
    [{ code: "EENVELOPE", command: "MAIL FROM", responseCode: 421 }, null],
    [{ code: "EAUTH", responseCode: 535 }, null],
    [{ code: "ECONNECTION" }, null],
  ])("%o: %o", (parts, refused) => {
    expect(refusedAddressOf(error(parts), addresses)).toEqual(refused);
  });
});

describe("an SMTP error", () => {
  test.each([
    // A login server that is overloaded is no reason to give up (RFC 4954 §6: 454).
    [{ code: "EAUTH", responseCode: 454 }, false, "authentication"],
    [{ code: "EAUTH", responseCode: 535 }, true, "authentication"],
    [{ code: "EAUTH" }, true, "authentication"],
    [{ code: "EENVELOPE", responseCode: 421 }, false, "temporary"],
    [{ code: "EENVELOPE", responseCode: 450 }, false, "temporary"],
    [{ code: "EMESSAGE", responseCode: 452 }, false, "temporary"],
    [{ code: "EMESSAGE", responseCode: 552 }, true, "refused"],
    // "Bad sequence of commands" is about the session, not the mail.
    [{ code: "EENVELOPE", responseCode: 503 }, false, "temporary"],
    // Its greeting, and what it says when it hangs up: about whoever connects, not about the mail.
    [{ code: "EPROTOCOL", command: "CONN", responseCode: 554 }, false, "unreachable"],
    [{ code: "EPROTOCOL", command: "HELO", responseCode: 550 }, false, "unreachable"],
    [{ code: "ECONNECTION", command: "EHLO", responseCode: 554 }, false, "unreachable"],
    [{ code: "ECONNECTION", responseCode: 421 }, false, "temporary"],
    [{ code: "EPROTOCOL" }, false, "unreachable"],
    [{ code: "ETIMEDOUT", originalCode: "CONNECT_TIMEOUT" }, false, "unreachable"],
    [{ code: "ETIMEDOUT", originalCode: "SOCKET_TIMEOUT" }, false, "timed-out"],
    [{ code: "ESOCKET", originalCode: "ECONNRESET" }, false, "unreachable"],
    [{ code: "ESOCKET", originalCode: "CERT_HAS_EXPIRED" }, true, "unreachable"],
    [{ code: "ESOCKET", originalCode: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, true, "unreachable"],
    [{ code: "ESOCKET", originalCode: "ERR_TLS_CERT_ALTNAME_INVALID" }, true, "unreachable"],
    [{ code: "ESOCKET", originalCode: "ERR_TLS_CERT_FINGERPRINT" }, true, "unreachable"],
    [{ code: "ETIMEDOUT", originalCode: "GREETING_TIMEOUT" }, false, "timed-out"],
    [{ code: "ERR_OSSL_PEM_NO_START_LINE" }, true, "not-configured"],
    [{ code: "EDNS" }, false, "unreachable"],
    [{ code: "ECONNECTION" }, false, "unreachable"],
    [{ code: "ETLS" }, false, "unreachable"],
    [{ code: "ETLS", responseCode: 454 }, false, "temporary"],
    [{ code: "EENVELOPE" }, true, "no-address"],
    [{ code: "EMESSAGE" }, true, "refused"],
    [{ code: "ENEW" }, false, "internal"],
    [{}, false, "internal"],
  ])("%o: permanent %s, %s", (parts, permanent, reason) => {
    expect(outcomeOfSmtpError(error(parts), "mail:25")).toMatchObject({ kind: "failed", permanent, reason });
  });

  test("is one short line of harmless text, whatever the server said", () => {
    const outcome = outcomeOfSmtpError(
      error({ responseCode: 550, message: `no\r\n\u001B[31m${"x".repeat(5_000)}` }),
      "mail:25",
    );
    expect(outcome).toMatchObject({
      text: expect.stringMatching(/^Mail server mail:25 refused the mail: no \uFFFD\[31mx+…\.$/),
    });
    expect(JSON.stringify(outcome).length).toBeLessThan(600);
  });

  test("need not be an Error", () => {
    expect(outcomeOfSmtpError("odd", "mail:25")).toMatchObject({ kind: "failed", reason: "internal" });
  });
});

describe("a server that puts a mail off", () => {
  test.each([
    ["451 4.7.1 Greylisting in action, please come back in 00:05:00", 300_000],
    ["450 4.2.0 Greylisted, please try again in 5 minutes", 300_000],
    ["451 Greylisted, will be delayed for 300 seconds", 300_000],
    ["452 4.3.1 busy, wait 90s", 90_000],
    ["451 try again after 1 hour", 3_600_000],
    ["451 4.7.1 Try again later", undefined],
    ["450 4.2.0 see http://postgrey.example.org/help/ for 12 mails", undefined],
  ])("%s", (message, retryAfterMs) => {
    const outcome = outcomeOfSmtpError(error({ code: "EENVELOPE", responseCode: 451, message }), "mx:25");
    expect(outcome).toMatchObject({ permanent: false, reason: "temporary" });
    expect(outcome.retryAfterMs).toBe(retryAfterMs);
  });
});
