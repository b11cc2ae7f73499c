import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useStats } from "./api/queries.ts";
import { useKey } from "./keyboard.ts";
import { PageOf } from "./page-of.tsx";
import { HelpDialog } from "./parts/help.tsx";
import { Icon, type IconName, Logo } from "./parts/icons.tsx";
import { ThemeButton } from "./parts/theme.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { Link, usePlace } from "./router.tsx";
import { useLogout, useMayAct, useSession } from "./session.tsx";

const SECTIONS: readonly (readonly [path: string, name: string, icon: IconName])[] = [
  ["/", "Overview", "overview"],
  ["/events", "Events", "events"],
  ["/connections", "Connections", "connections"],
  ["/dead-letters", "Dead letters", "dead"],
  ["/replays", "Replays", "replays"],
  ["/sources", "Sources", "sources"],
  ["/quarantine", "Quarantine", "quarantine"],
  ["/sweeps", "Sweeps", "sweeps"],
  ["/endpoints", "Endpoints", "endpoints"],
  ["/deliveries", "Deliveries", "deliveries"],
  ["/keys", "Keys", "keys"],
];

/** What begins a group: what came, from where, where to, and the rest. */
const BEGINS: ReadonlySet<string> = new Set(["/sources", "/endpoints", "/keys"]);

/** What stands around every page. */
export function App() {
  const [help, setHelp] = useState(false);
  const { development } = useSession();
  useKey("?", () => setHelp(true));
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Side onHelp={() => setHelp(true)} />
      <div className="content">
        {development && (
          <div className="devbar">For development only: no login, nothing is verified.</div>
        )}
        <main className="page" id="main" tabIndex={-1}>
          <PageOf />
        </main>
      </div>
      {help && <HelpDialog onClose={() => setHelp(false)} />}
      <Toasts />
    </div>
  );
}

function Side({ onHelp }: { onHelp: () => void }) {
  const { path } = usePlace();
  const failed = useStats().data?.failed ?? 0;
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the sections are a strip: the current one is brought into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is the very reason
  useEffect(() => {
    const link = nav.current?.querySelector("[aria-current]");
    link?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [path]);
  const current = (to: string): boolean =>
    to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
  return (
    <header className="side">
      <Link href="/" className="brand">
        <Logo />
        Longstop
      </Link>
      <nav ref={nav} className="nav" aria-label="Pages">
        {SECTIONS.map(([to, name, icon]) => (
          <Link
            key={to}
            href={to}
            className={BEGINS.has(to) ? "begins" : ""}
            aria-current={current(to) ? "page" : undefined}
          >
            <Icon name={icon} />
            {name}
            {to === "/dead-letters" && failed > 0 && (
              <span className="tally">{failed > 999 ? "999+" : failed}</span>
            )}
          </Link>
        ))}
      </nav>
      <Foot onHelp={onHelp} />
    </header>
  );
}

function Foot({ onHelp }: { onHelp: () => void }) {
  const { version, development } = useSession();
  const mayAct = useMayAct();
  const lost = useStats().error !== null;
  const logout = useLogout();
  const client = useQueryClient();
  return (
    <div className="foot">
      <div className="foot-row">
        {lost ? (
          <button
            type="button"
            className="button is-plain is-small live is-lost"
            onClick={() => void client.invalidateQueries()}
          >
            No answer
          </button>
        ) : (
          <span className="live" title="What you see is read anew every two seconds">
            Live
          </span>
        )}
        {!mayAct && <span className="badge">Read only</span>}
        <span className="quiet wide-only">{version}</span>
      </div>
      <div className="foot-row">
        <ThemeButton />
        <button
          type="button"
          className="button is-plain is-small"
          onClick={onHelp}
          aria-label="Keyboard and help"
          title="Keyboard and help (?)"
        >
          <Icon name="help" />
        </button>
        {!development && (
          <button
            type="button"
            className="button is-plain is-small"
            aria-label="Log out"
            onClick={() => void logout()}
          >
            <Icon name="out" />
            <span className="wide-only">Log out</span>
          </button>
        )}
      </div>
    </div>
  );
}
