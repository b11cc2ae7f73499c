import type { ReactNode } from "react";
import { useKey } from "./keyboard.ts";
import { EventPage } from "./pages/event.tsx";
import { EventsPage } from "./pages/events.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { Blank } from "./parts/states.tsx";
import { useTitle } from "./parts/time.tsx";
import { go, Link, usePlace } from "./router.tsx";

/** The page of an address. */
export function PageOf(): ReactNode {
  const { parts } = usePlace();
  useKey("g", () => go("/"));
  const [section, first, second] = parts;
  if (section === undefined) return <OverviewPage />;
  if (section === "events")
    return first === undefined ? <EventsPage /> : <EventPage key={first} id={first} />;
  return second === undefined ? <Nothing /> : <Nothing />;
}

function Nothing() {
  useTitle("Nothing here");
  return (
    <Blank title="There is nothing at this address">
      <p>
        It may have been mistyped, or what stood here is gone. <Link href="/">To the overview</Link>
      </p>
    </Blank>
  );
}
