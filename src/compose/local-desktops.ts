/** The desktops of this machine's own engine, as the team's machines see them: the app's, or the system's own notifications. */
import type { ClientHub } from "#api/client-hub";
import type { SystemDesktops } from "#channels/system-notification";
import type { PersonId } from "#domain/ids";
import type { LocalDesktops } from "#peers/team-desktops";

/** `hub` null: it is not made yet. */
export function desktopsOfApp(hub: () => ClientHub | null): LocalDesktops {
  return {
    desktops: {
      present: async (notice, signal) => (await hub()?.present(notice, signal)) ?? "none-attached",
    },
    people: () => hub()?.desktops.people() ?? [],
    tell: (word) => hub()?.tell(word),
    onPeopleChanged: (listener) => void hub()?.desktops.onPeopleChanged(listener),
  };
}

/**
 * Without the app nobody knows whether the person is there: counted as being there. Desks that are attached are the
 * hub's all the same.
 */
export function desktopsOfSystem(
  system: SystemDesktops,
  person: () => PersonId | null,
  hub: () => ClientHub | null,
): LocalDesktops {
  const app = desktopsOfApp(hub);
  const owner = () => (system.isAvailable() ? person() : null);
  return {
    ...app,
    desktops: {
      present: async (notice, signal) => {
        const both = [app.desktops.present(notice, signal)];
        if (notice.person.id === person()) both.push(system.present(notice, signal));
        const results = await Promise.all(both);
        return (["shown", "not-shown"] as const).find((one) => results.includes(one)) ?? "none-attached";
      },
    },
    people: () => {
      const attached = app.people();
      const id = owner();
      return id === null || attached.some((one) => one.person === id)
        ? attached
        : [...attached, { person: id, presence: "active" }];
    },
    tell: (word) => {
      if (word.person === owner()) system.tell(word);
      else app.tell(word);
    },
  };
}
