import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/lists.css";
import "./styles/pages.css";
import { Refused } from "./api/call.ts";
import { App } from "./app.tsx";
import { applyTheme } from "./parts/theme.tsx";
import { WithSession } from "./session.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What is refused for good is not asked again; what is behind or restarting is, soon.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof Refused && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});

// A session that ends while a page is open leads to the login, whatever was asked last.
client.getQueryCache().subscribe(({ query, type }) => {
  const { error } = query.state;
  if (type !== "updated" || query.queryKey[0] === "session") return;
  if (error instanceof Refused && error.status === 401)
    void client.resetQueries({ queryKey: ["session"] });
});

applyTheme();
const place = document.getElementById("app");
if (place !== null) {
  createRoot(place).render(
    <QueryClientProvider client={client}>
      <WithSession>
        <App />
      </WithSession>
    </QueryClientProvider>,
  );
}
