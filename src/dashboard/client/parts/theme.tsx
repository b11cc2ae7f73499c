import { useState } from "react";
import { Icon } from "./icons.tsx";

type Theme = "light" | "dark";
const STORED = "longstop-theme";

/** What was chosen here before; otherwise the system's wish holds. */
export function applyTheme(): void {
  const chosen = localStorage.getItem(STORED);
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
}

function current(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(current);
  const other: Theme = theme === "dark" ? "light" : "dark";
  const change = (): void => {
    localStorage.setItem(STORED, other);
    document.documentElement.dataset["theme"] = other;
    setTheme(other);
    // Charts are painted, not styled: they look at the colours anew.
    dispatchEvent(new Event("themechange"));
  };
  return (
    <button
      type="button"
      className="button is-plain is-small"
      onClick={change}
      aria-label={`Change to the ${other} theme`}
      title={`Change to the ${other} theme`}
    >
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
