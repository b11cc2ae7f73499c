import type { ReactNode } from "react";
import { useKey } from "./keyboard.ts";
import { ConnectionPage } from "./pages/connection.tsx";
import { ConnectionsPage } from "./pages/connections.tsx";
import { DeadLettersPage } from "./pages/dead-letters.tsx";
import { DeliveriesPage } from "./pages/deliveries.tsx";
import { DeliveryPage } from "./pages/delivery.tsx";
import { EndpointPage } from "./pages/endpoint.tsx";
import { EndpointsPage } from "./pages/endpoints.tsx";
import { EventPage } from "./pages/event.tsx";
import { EventsPage } from "./pages/events.tsx";
import { KeysPage } from "./pages/keys.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { QuarantinedPage, QuarantinePage } from "./pages/quarantine.tsx";
import { ReplayPage, ReplaysPage } from "./pages/replays.tsx";
import { SourcePage } from "./pages/source.tsx";
import { SourcesPage } from "./pages/sources.tsx";
import { SweepPage, SweepsPage } from "./pages/sweeps.tsx";
import { Blank } from "./parts/states.tsx";
import { useTitle } from "./parts/time.tsx";
import { go, Link, usePlace } from "./router.tsx";

/** Pages of lists, and of one thing by its name. */
const LISTS: Readonly<Record<string, () => ReactNode>> = {
  "": () => <OverviewPage />,
  events: () => <EventsPage />,
  connections: () => <ConnectionsPage />,
  "dead-letters": () => <DeadLettersPage />,
  sources: () => <SourcesPage />,
  quarantine: () => <QuarantinePage />,
  replays: () => <ReplaysPage />,
  sweeps: () => <SweepsPage />,
  endpoints: () => <EndpointsPage />,
  deliveries: () => <DeliveriesPage />,
  keys: () => <KeysPage />,
};

const THINGS: Readonly<Record<string, (id: string) => ReactNode>> = {
  events: (id) => <EventPage key={id} id={id} />,
  sources: (id) => <SourcePage key={id} id={id} />,
  quarantine: (id) => <QuarantinedPage key={id} id={id} />,
  sweeps: (id) => <SweepPage key={id} id={id} />,
  endpoints: (id) => <EndpointPage key={id} id={id} />,
  deliveries: (id) => <DeliveryPage key={id} id={id} />,
  replays: (id) => <ReplayPage key={id} id={id} />,
};

/** The page of an address. */
export function PageOf(): ReactNode {
  const { parts } = usePlace();
  useKey("g", () => go("/"));
  const [section = "", first, second, ...rest] = parts;
  if (section === "connections" && first !== undefined && second !== undefined && !rest.length)
    return <ConnectionPage key={`${first}/${second}`} source={first} name={second} />;
  const made =
    first === undefined
      ? own(LISTS, section)?.()
      : second === undefined && own(THINGS, section)?.(first);
  return made || <Nothing />;
}

const own = <T,>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

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
