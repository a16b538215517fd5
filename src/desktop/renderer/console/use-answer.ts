/** What the engine answers to a page's question: asked when it is opened, again and again, and whenever the team changes. */
import { useEffect, useState } from "preact/hooks";
import type { Answer, EngineLink, EngineView } from "../shared/engine-link.ts";

type Question = "schedules" | "integrations";

/** The last good answer stays on the screen; `problem` says why there is no newer one. `everyMs`: how often it is asked. */
export function useAnswer<Of extends Question>(
  question: Of,
  { link, engine }: { readonly link: EngineLink; readonly engine: EngineView },
  everyMs: number,
): { shown: NonNullable<Answer[Of]> | null; problem: string | null } {
  const [shown, setShown] = useState<NonNullable<Answer[Of]> | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    const ask = async (): Promise<void> => {
      const answer = await link[question]();
      if (!isShown) return;
      const found = answer[question];
      if (answer.ok && found !== undefined) setShown(found);
      setProblem(answer.ok ? null : (answer.text ?? "The engine gave no reason."));
    };
    void ask();
    const timer = setInterval(() => void ask(), everyMs);
    return () => {
      isShown = false;
      clearInterval(timer);
    };
  }, [link, engine.team?.revision, engine.connected]);
  return { shown, problem };
}
