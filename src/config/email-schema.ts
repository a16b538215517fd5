/** The team file's `email` section and what the e-mail channel is given of it. Source: contract §2. */
import { resolve, dirname } from "node:path";
import { z } from "zod";
import type { Report } from "./fault.ts";
import { expected, freeText, strictMap } from "./schema-leaf.ts";
import { type Branch, child, textOf } from "./written-tree.ts";

/** How to reach the mail server. The password is a secret: it is handed to the e-mail channel and to nobody else. */
export interface EmailSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  /** `Name <address>` or a bare address. */
  readonly from: string;
  /** Refuse to send unencrypted. */
  readonly requireTls?: boolean;
  /** Absolute path of a PEM file: the authority, or the self-signed certificate itself, to trust. */
  readonly caFile?: string;
  /** SHA-256 fingerprint that the server's certificate must have, `AB:CD:…`. */
  readonly fingerprint256?: string;
}

const variableName = /^[A-Za-z_]\w{0,199}$/;
const yesOrNo = z.boolean(expected("true or false"));

export const emailSchema = strictMap({
  host: freeText(
    "a mail server such as mail.example.org",
    253,
    /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[\da-fA-F:]+)$/,
  ),
  port: z
    .int(expected("a port from 1 to 65535"))
    .min(1, "must be a port from 1 to 65535")
    .max(65535, "must be a port from 1 to 65535")
    .optional(),
  secure: yesOrNo.optional(),
  user: freeText("a user name", 500).optional(),
  password: z
    .union(
      [z.string().min(1).max(2000), z.strictObject({ env: z.string().regex(variableName) })],
      expected("a text in quotes, or { env: NAME } for an environment variable"),
    )
    .optional(),
  from: freeText(
    'a sender such as "Tocsin <tocsin@example.org>"',
    320,
    /^([^<>",;:]*<[^\s@<>",;:]+@[^\s@<>",;:]+>|[^\s@<>",;:]+@[^\s@<>",;:]+)$/,
  ),
  requireTls: yesOrNo.optional(),
  caFile: freeText("the path of a PEM file", 4000).optional(),
  tlsFingerprint: freeText(
    "the certificate's SHA-256 fingerprint, as `openssl x509 -noout -fingerprint -sha256` prints it",
    200,
    /^([\da-fA-F]{2}:?){31}[\da-fA-F]{2}$/,
  ).optional(),
});

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment variable that the password should come from and that is not set; an empty one is as good as none.
 * Only a warning: after a reboot at night, a team without mail is better than no team.
 */
export function missingPasswordVariable(email: Branch, env: Environment, warn: Report): string | null {
  const password = child(email, "password");
  const variable = textOf(child(password, "env"));
  if (variable === null || !variableName.test(variable) || readVariable(env, variable) !== undefined)
    return null;
  warn(
    password.path,
    `the environment variable ${variable} is not set, so no e-mail can be sent; set it for Tocsin's process before it starts`,
  );
  return variable;
}

/** The usual ports speak one kind of TLS each; the other kind waits there until it times out. */
export function checkPort({ port, secure }: EmailSettings, warn: Report): void {
  if (secure && (port === 587 || port === 25))
    warn(
      ["email", "secure"],
      `port ${port} begins unencrypted and turns to TLS later, so a connection that is secure from the start gets no answer; write secure: false with requireTls: true, or port: 465`,
    );
  if (!secure && port === 465)
    warn(
      ["email", "secure"],
      "port 465 speaks TLS from the first byte, so a connection without it gets no answer; write secure: true, or port: 587",
    );
}

/** Takes the password out of the environment. `file`: what `caFile` is relative to. */
export function resolveEmail(
  written: z.output<typeof emailSchema>,
  file: string,
  env: Environment,
): EmailSettings {
  const { host, user, from, requireTls, caFile, tlsFingerprint } = written;
  const secure = written.secure ?? written.port === 465;
  const password =
    typeof written.password === "object" ? readVariable(env, written.password.env) : written.password;
  return {
    host,
    port: written.port ?? (secure ? 465 : 587),
    secure,
    from,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(requireTls !== undefined && { requireTls }),
    ...(caFile !== undefined && { caFile: resolve(dirname(file), caFile) }),
    ...(tlsFingerprint !== undefined && {
      fingerprint256: tlsFingerprint
        .replaceAll(":", "")
        .toUpperCase()
        .replace(/..(?!$)/g, "$&:"),
    }),
  };
}

function readVariable(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) && env[name] !== "" ? env[name] : undefined;
}
