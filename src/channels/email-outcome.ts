/**
 * What an SMTP error means for the notification: is trying again worth it, and what should a person do about it.
 * Pure; called by the e-mail channel and `email-verify`.
 *
 * Sources: RFC 5321 §4.2.1 (4yz transient, 5yz permanent), nodemailer 10 `errors.js` (its codes).
 */
import type { FailureReason, RefusedAddress } from "#domain/fact";
import { otherFingerprintCode } from "./email-settings.ts";
import { permanent, temporary, type FailedOutcome } from "./failure.ts";
import { shorten, singleLine } from "./hostile-text.ts";

const checkReach = "check that it runs, email.host and email.port, and this machine's network";

/** The parts of nodemailer's error that count. */
interface SmtpError {
  readonly code?: string;
  /** The code of the system call or of OpenSSL that nodemailer replaced by its own. */
  readonly originalCode?: string;
  readonly responseCode?: number;
  /** What the server was answering: `MAIL FROM`, `RCPT TO`, `DATA`. */
  readonly command?: string;
  readonly message: string;
}

/** Which of the two addresses of a mail the server refused for good; null: neither, or not for good. */
export function refusedAddressOf(
  error: unknown,
  addresses: { readonly from: string; readonly to: string },
): RefusedAddress | null {
  const { code, command, responseCode } = error as Partial<SmtpError>;
  if (code !== "EENVELOPE" && code !== "EMESSAGE") return null;
  // Without the server's word it is nodemailer's: an address that cannot be one.
  if (responseCode !== undefined && permanenceOf(responseCode) !== "permanent") return null;
  const isSender = command === "MAIL FROM" || String(error).includes("Invalid sender");
  return isSender
    ? { what: "sender", address: addresses.from }
    : { what: "recipient", address: addresses.to };
}

/** `server` is `host:port`, for the text. */
export function outcomeOfSmtpError(error: unknown, server: string): FailedOutcome {
  const smtp = error instanceof Error ? (error as SmtpError) : { message: String(error) };
  const said = shorten(singleLine(smtp.message), 300);
  const permanence = permanenceOf(smtp.responseCode);

  switch (smtp.code) {
    case "EAUTH":
    case "ENOAUTH": {
      const text = `Mail server ${server} refused the login (${said}): check email.user and email.password.`;
      return permanence === "temporary"
        ? temporary("authentication", text)
        : permanent("authentication", text);
    }
    case "ETIMEDOUT": {
      if (smtp.originalCode === "GREETING_TIMEOUT")
        return temporary(
          "timed-out",
          `Mail server ${server} did not greet in time (${said}): if this is its TLS port, set email.secure to true.`,
        );
      const reason: FailureReason = smtp.originalCode === "CONNECT_TIMEOUT" ? "unreachable" : "timed-out";
      return temporary(reason, `Mail server ${server} did not answer in time (${said}): ${checkReach}.`);
    }
    // Not from the network, whose errors nodemailer renames: the CA file.
    case "ENOENT":
    case "EACCES":
    case "EISDIR":
      return permanent(
        "not-configured",
        `email.caFile cannot be read (${said}): give the path of a PEM file.`,
      );
  }

  if (smtp.code?.startsWith("ERR_OSSL_PEM") === true)
    return permanent(
      "not-configured",
      `email.caFile holds no certificate (${said}): give the path of a PEM file.`,
    );
  if (smtp.originalCode === otherFingerprintCode)
    return permanent(
      "unreachable",
      `The certificate of mail server ${server} is another one (${said}): correct email.tlsFingerprint if the server was given a new one.`,
    );
  if (smtp.originalCode === "CERT_HAS_EXPIRED")
    return permanent(
      "unreachable",
      `The certificate of mail server ${server} has expired (${said}): renew it there, or update email.caFile.`,
    );
  if (isCertificateError(smtp.originalCode)) {
    return permanent(
      "unreachable",
      `The certificate of mail server ${server} is not trusted (${said}): set email.caFile to its authority.`,
    );
  }
  if (
    smtp.originalCode === "ERR_SSL_WRONG_VERSION_NUMBER" ||
    smtp.originalCode === "ERR_SSL_PACKET_LENGTH_TOO_LONG"
  ) {
    return permanent(
      "unreachable",
      `Mail server ${server} does not speak TLS from the start: set email.secure to false, or use its TLS port.`,
    );
  }
  if (smtp.code === "ETLS" && permanence === "permanent") {
    return permanent(
      "unreachable",
      `Mail server ${server} offers no encryption (${said}): use its TLS port, or set email.requireTls to false.`,
    );
  }
  // Said before it knew of any mail (its greeting, its answer to EHLO): about this machine or the hour, not the person. As
  // Postfix takes it by default (`smtp_skip_5xx_greeting`).
  if (permanence === "permanent" && (smtp.code === "EPROTOCOL" || smtp.code === "ECONNECTION"))
    return temporary(
      "unreachable",
      `Mail server ${server} turns this machine away (${said}): check that this machine may send mail by it.`,
    );
  if (permanence === "permanent")
    return permanent("refused", `Mail server ${server} refused the mail: ${said}.`);
  if (permanence === "temporary")
    return {
      ...temporary("temporary", `Mail server ${server} cannot take the mail now: ${said}.`),
      ...askedToWait(smtp.message),
    };

  if (smtp.code === "EDNS")
    return temporary(
      "unreachable",
      `The name of mail server ${server} cannot be resolved (${said}): check email.host and this machine's network.`,
    );
  switch (smtp.code) {
    case "ECONNECTION":
    case "ESOCKET":
    case "ETLS":
    case "EPROTOCOL":
    case "EPROXY":
      return temporary("unreachable", `Mail server ${server} cannot be reached (${said}): ${checkReach}.`);
    case "EENVELOPE":
      return permanent(
        "no-address",
        `The mail cannot be addressed (${said}): check the person's email and email.from.`,
      );
    case "EMESSAGE":
      return permanent("refused", `Mail server ${server} does not take the mail: ${said}.`);
    default:
      return temporary("internal", `Sending by ${server} failed: ${said}.`);
  }
}

/**
 * How long a server that puts a mail off asks to wait, where it says so in words: "come back in 00:05:00" (milter-greylist),
 * "will be delayed for 300 seconds", "try again in 5 minutes". There is no machine-readable way (RFC 6647 §5).
 */
function askedToWait(said: string): { readonly retryAfterMs?: number } {
  const clock = /\b(?:in|for|after) (\d{1,2}):(\d{2}):(\d{2})\b/i.exec(said);
  if (clock !== null) {
    const [hours, minutes, seconds] = clock.slice(1).map(Number) as [number, number, number];
    return { retryAfterMs: ((hours * 60 + minutes) * 60 + seconds) * 1_000 };
  }
  const words =
    /\b(?:in|for|after|another|delayed|wait) (\d{1,5}) ?(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?)\b/i.exec(
      said,
    );
  if (words === null) return {};
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }[words[2]![0]!.toLowerCase() as "s" | "m" | "h"];
  return { retryAfterMs: Number(words[1]) * unitMs };
}

/** 503 says "wrong order of commands" and 421 "closing now": neither is about the mail. */
function permanenceOf(responseCode: number | undefined): "permanent" | "temporary" | "unknown" {
  if (responseCode === undefined) return "unknown";
  if (responseCode >= 500 && responseCode < 600 && responseCode !== 503) return "permanent";
  return "temporary";
}

/** The codes of OpenSSL's verification (X509_V_ERR_…, as Node spells them) and of Node's own name check. */
function isCertificateError(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /CERT|SIGNATURE|^UNABLE_TO|^INVALID_CA|^INVALID_PURPOSE|^HOSTNAME_MISMATCH|^PATH_LENGTH|^CRL/.test(code)
  );
}
