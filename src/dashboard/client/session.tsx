import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext } from "react";
import { act, keepToken, Refused, read } from "./api/call.ts";
import type { SessionView } from "./api/types.ts";
import { Login } from "./pages/login.tsx";
import { Failure, Loading } from "./parts/states.tsx";

const Context = createContext<SessionView | null>(null);

/** Shows the pages to whoever is logged in, and the login to everybody else. */
export function WithSession({ children }: { children: ReactNode }) {
  const query = useQuery({
    queryKey: ["session"],
    queryFn: async ({ signal }) => {
      const session = await read<SessionView>("/v1/session", signal);
      keepToken(session.csrf);
      return session;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data, error } = query;
  if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
    return <Login refusal={error.status === 403 ? error.message : null} />;
  }
  if (data === undefined) {
    return error ? (
      <Failure error={error} again={() => void query.refetch()} />
    ) : (
      <Loading what="the session" />
    );
  }
  return <Context value={data}>{children}</Context>;
}

export function useSession(): SessionView {
  const session = useContext(Context);
  if (session === null) throw new Error("this part stands outside of the session");
  return session;
}

/** Whether this key may change things; where it may not, actions are not shown. */
export function useMayAct(): boolean {
  return useSession().scopes.includes("admin");
}

export function useLogout(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await act("DELETE", "/v1/session").catch(() => null);
    keepToken(null);
    client.clear();
    location.assign("/");
  };
}
