import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from "react";

/** Addresses are the pages' only memory: each can be sent to a colleague. */

const listeners = new Set<() => void>();
const changed = (): void => {
  for (const listener of listeners) listener();
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}

const here = (): string => location.pathname + location.search;

/** Goes to an address of ours; `replace` for what is no step of its own, such as a letter in a search. */
export function go(to: string, { replace = false } = {}): void {
  if (to === here()) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  changed();
  if (!replace) scrollTo(0, 0);
}

export interface Place {
  readonly path: string;
  /** The path's parts, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, here);
  return useMemo(() => {
    const [path = "/", search = ""] = address.split("?", 2);
    return {
      path,
      parts: path.split("/").filter(Boolean).map(decoded),
      query: new URLSearchParams(search),
    };
  }, [address]);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // Not ours: it leads to a page that says that nothing is there.
  }
}

/** A link that does not load the page anew, unless it is asked for with a modifier or another button. */
export function Link({ href = "/", onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const plain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    event.preventDefault();
    go(href);
  };
  return <a {...rest} href={href} onClick={follow} />;
}

/** Where things are. */
export const at = {
  event: (id: string) => `/events/${encodeURIComponent(id)}`,
  connection: (source: string, key: string) =>
    `/connections/${encodeURIComponent(source)}/${encodeURIComponent(key)}`,
  source: (name: string) => `/sources/${encodeURIComponent(name)}`,
  replay: (id: string) => `/replays/${encodeURIComponent(id)}`,
  endpoint: (id: string) => `/endpoints/${encodeURIComponent(id)}`,
  delivery: (id: string) => `/deliveries/${encodeURIComponent(id)}`,
  sweep: (id: string) => `/sweeps/${encodeURIComponent(id)}`,
  quarantined: (id: string) => `/quarantine/${encodeURIComponent(id)}`,
};
