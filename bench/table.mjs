// The results on the terminal: a table that grows line by line, or (contract §1) one JSON object a line.
//
// A result: `{ name, what, value, unit, peer?, peerName?, aim? }`. `ratio` is value / peer. Aims: `{ below }`, `{ above }`,
// `{ beatPeer: "above" | "below" }`, `{ ratioBelow }`, `{ ratioAbove }`.

const WIDTHS = { what: 74, value: 22, peer: 12, ratio: 8 };
const PEER = "Alertmanager";

/** The machine's facts: before the table; with `json` they go to stderr, since stdout is for results. */
export function printHead(facts, json) {
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  (json ? console.error : console.log)(lines.join("\n"));
  if (json) return;
  console.log(
    "durability: Tocsin answers once it is on disk (fsync); Alertmanager keeps alerts in memory only\n",
  );
  console.log(row("what", "Tocsin", "peer", "ratio", "aim"));
  console.log("-".repeat(130));
}

export function printResult(result, json) {
  const { name, what, value, unit, peer, aim } = result;
  const ratio = peer === undefined ? undefined : value / peer;
  if (json) {
    const peerName = peer === undefined ? undefined : (result.peerName ?? PEER);
    const met = aim && isMet(aim, value, peer);
    console.log(
      JSON.stringify({
        name,
        value: round(value),
        unit,
        peer: round(peer),
        ratio: round(ratio),
        peerName,
        met,
      }),
    );
    return;
  }
  const aimText = aim ? `${wordsOf(aim)}: ${isMet(aim, value, peer) ? "met" : "MISSED"}` : "";
  const peerText = peer === undefined ? "" : format(peer);
  const beside = result.peerName ? `  [${result.peerName}]` : "";
  console.log(
    row(
      what,
      `${format(value)} ${unit}`,
      peerText,
      ratio === undefined ? "" : format(ratio),
      aimText + beside,
    ),
  );
}

export function printFailure(name, error, json) {
  console.error(error.stack);
  if (!json) console.log(`${name}: FAILED: ${error.message}`);
}

function isMet(aim, value, peer) {
  if (aim.below !== undefined) return value < aim.below;
  if (aim.above !== undefined) return value > aim.above;
  if (aim.ratioBelow !== undefined) return value / peer < aim.ratioBelow;
  if (aim.ratioAbove !== undefined) return value / peer > aim.ratioAbove;
  return aim.beatPeer === "above" ? value > peer : value < peer;
}

function wordsOf(aim) {
  if (aim.below !== undefined) return `< ${aim.below}`;
  if (aim.above !== undefined) return `> ${aim.above}`;
  if (aim.ratioBelow !== undefined) return `ratio < ${aim.ratioBelow}`;
  if (aim.ratioAbove !== undefined) return `ratio > ${aim.ratioAbove}`;
  return aim.beatPeer === "above" ? "> peer" : "< peer";
}

function row(what, value, peer, ratio, rest) {
  const { what: first, value: second, peer: third, ratio: fourth } = WIDTHS;
  return `${what.padEnd(first)} ${value.padStart(second)} ${peer.padStart(third)} ${ratio.padStart(fourth)}  ${rest}`.trimEnd();
}

/** Three significant digits, whole numbers with separators. */
function format(value) {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

function round(value) {
  return value === undefined ? undefined : Number(value.toPrecision(4));
}
