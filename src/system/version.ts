/** Tocsin's version, from package.json; put in at build time. */
import manifest from "../../package.json" with { type: "json" };

export const { version } = manifest;
