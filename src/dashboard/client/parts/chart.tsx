import { useEffect, useRef, useState } from "react";
import UPlot from "uplot";

export interface Line {
  readonly name: string;
  readonly tone: "accent" | "good" | "bad" | "wait" | "calm";
  readonly values: readonly number[];
  /** Told apart by its dashes as well as by its colour. */
  readonly dash?: readonly number[];
}

interface ChartProps {
  /** What it shows, for who does not see it. */
  readonly label: string;
  /** Seconds since 1970. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
}

const HEIGHT = 224;
/** A short past is shown in its place of so much. */
const SPAN_MIN_S = 600;

const timeOf = (at: number): string =>
  new Date(at * 1_000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Courses over time on one pair of axes. */
export function Chart({ label, at, lines }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const theme = useThemeChanges();
  const newest = useRef<UPlot.AlignedData>([[]]);
  newest.current = [[...at], ...lines.map(({ values }) => [...values])];
  const names = lines.map(({ name }) => name).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when the theme changes
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const made = new UPlot(optionsOf(box, lines), newest.current, box);
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    resized.observe(box);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [names, theme]);
  useEffect(() => plot.current?.setData(newest.current));
  return (
    <figure>
      <div className="chart" ref={place} role="img" aria-label={label} />
      <figcaption className="chart-key">
        {lines.map(({ name, tone, dash }) => (
          <span key={name} className={`tone-${tone} ${dash ? "dashed" : ""}`}>
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function optionsOf(box: HTMLElement, lines: readonly Line[]): UPlot.Options {
  const colour = (name: string): string => colourOf(box, `var(--${name})`);
  const axis = {
    stroke: colour("ink-3"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    font: "12px system-ui",
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { range: (_, min, max) => [Math.min(min, max - SPAN_MIN_S), max] },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, values: (_, splits) => splits.map(timeOf), space: 80 },
      { ...axis, size: 56 },
    ],
    series: [
      {},
      ...lines.map(({ name, tone, dash }) => ({
        label: name,
        stroke: colour(tone),
        width: 2,
        points: { show: false },
        ...(dash ? { dash: [...dash] } : {}),
      })),
    ],
  };
}

/** What a colour of the styles comes to in this theme: a canvas knows no names. */
function colourOf(box: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = name;
  box.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function useThemeChanges(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const change = (): void => setCount((before) => before + 1);
    const system = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("themechange", change);
    system.addEventListener("change", change);
    return () => {
      removeEventListener("themechange", change);
      system.removeEventListener("change", change);
    };
  }, []);
  return count;
}
