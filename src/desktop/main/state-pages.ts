/**
 * The pages that want to know main's state, and what each was told last: most alerts change nothing in it. Built by
 * `application.ts`.
 */
import type { WebContents } from "electron";
import { channelNames } from "../contract.ts";
import type { DesktopState } from "../contract.ts";

export class StatePages {
  private readonly pages = new Set<WebContents>();
  private told = "";

  add(page: WebContents): void {
    if (this.pages.has(page)) return;
    this.pages.add(page);
    page.once("destroyed", () => this.pages.delete(page));
  }

  tell(state: DesktopState): void {
    const told = JSON.stringify(state);
    if (told === this.told) return;
    this.told = told;
    for (const page of this.pages) page.send(channelNames.desktopState, state);
  }
}
