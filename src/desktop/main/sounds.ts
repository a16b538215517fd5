/**
 * The bursts in assets/sounds and how each severity uses them. Used by `sound-player.ts`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { SoundOrder, Volumes } from "../contract.ts";
import { pageOrigin } from "./protocol.ts";

export type SoundName = keyof Volumes | "link-lost";
export type Play = Extract<SoundOrder, { type: "play" }>;

const sound = z.object({
  file: z.string().regex(/^[a-z-]+\.wav$/),
  /** Between two bursts; null: it is played once. */
  gapMs: z.number().min(0).nullable(),
});
const index = z.object({ critical: sound, error: sound, warning: sound, info: sound, "link-lost": sound });
export type SoundIndex = z.infer<typeof index>;

/** Volume rises from this share of a severity's volume to all of it, so that nobody is startled out of a chair. */
const startShare = 0.35;
const riseMs = 30_000;

export function readSounds(folder: string): SoundIndex {
  return index.parse(JSON.parse(readFileSync(join(folder, "sounds.json"), "utf8")));
}

/** The order for one sound. `once`: a test, at its full volume from the start. Null at volume 0. */
export function orderFor(
  name: SoundName,
  sounds: SoundIndex,
  volumes: Volumes,
  orderId: number,
  once: boolean,
): Play | null {
  const fullVolume = loudness(name === "link-lost" ? volumes.error : volumes[name]);
  if (fullVolume === 0) return null;
  const { file, gapMs } = sounds[name];
  return {
    type: "play",
    orderId,
    file: `${pageOrigin}/sounds/${file}`,
    gapMs: gapMs ?? 0,
    startVolume: once ? fullVolume : fullVolume * startShare,
    fullVolume,
    riseMs: once ? 0 : riseMs,
    loop: !once && gapMs !== null,
  };
}

/** A slider that feels even: loudness is heard roughly as the square root of the amplitude's power. */
function loudness(percent: number): number {
  return (percent / 100) ** 2;
}
