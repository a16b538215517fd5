/** What one check of `tocsin doctor` says, and how checks are run: side by side, each with a time limit, none throwing. */

export type Finding =
  | { readonly status: "ok"; readonly text: string }
  /** Works, but somebody should know; or does not work, and something else stands in for it. */
  | { readonly status: "warn"; readonly text: string; readonly remedy: string }
  /** On this machine nobody is alerted, or not as the team file promises. */
  | { readonly status: "fail"; readonly text: string; readonly remedy: string }
  /** Does not apply here, or cannot be told from here; `text` says why. */
  | { readonly status: "skip"; readonly text: string };

export interface Check {
  /** As printed: `data folder`. */
  readonly name: string;
  look(): Finding | Promise<Finding>;
}

export type NamedFinding = Finding & { readonly name: string };

export const fine = (text: string): Finding => ({ status: "ok", text });
export const warning = (text: string, remedy: string): Finding => ({ status: "warn", text, remedy });
export const failure = (text: string, remedy: string): Finding => ({ status: "fail", text, remedy });
export const skipped = (text: string): Finding => ({ status: "skip", text });

/** All at once, in the order given. `limitMs`: how long each of them may take. */
export function runChecks(checks: readonly Check[], limitMs: number): Promise<NamedFinding[]> {
  return Promise.all(
    checks.map(async (check) => ({ name: check.name, ...(await runCheck(check, limitMs)) })),
  );
}

async function runCheck(check: Check, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(
          warning(`no answer within ${limitMs / 1000} s`, "Try again; if it stays, look at what hangs."),
        ),
      limitMs,
    );
  });
  try {
    return await Promise.race([(async () => check.look())(), late]);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return warning(`could not be checked: ${text}`, "Please report this: a check should never break.");
  } finally {
    clearTimeout(timer);
  }
}

/** `ok   name: text`, and the remedy after it where there is one. */
export function printFinding(finding: NamedFinding): string {
  const mark = { ok: "ok  ", warn: "warn", fail: "FAIL", skip: "skip" }[finding.status];
  const remedy = "remedy" in finding ? ` ${finding.remedy}` : "";
  return `${mark} ${finding.name}: ${finding.text}${remedy === "" ? "" : `.${remedy}`}`;
}
