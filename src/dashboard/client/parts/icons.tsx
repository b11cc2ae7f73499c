/** Drawn on a grid of 16, one line width, in the colour of the text beside them. */
const PATHS = {
  overview: "M2 9l3-3 3 3 5-6M2 13.5h12",
  events: "M2.5 4h11M2.5 8h11M2.5 12h7",
  connections:
    "M5.5 8h5M2 8a2 2 0 1 0 4 0 2 2 0 1 0-4 0M10 8a2 2 0 1 0 4 0 2 2 0 1 0-4 0M8 2v2M8 12v2",
  dead: "M8 2.2l6 10.6H2zM8 6.5v3M8 11.2v.1",
  sweeps: "M3 13l4-4M9 2.5l4.5 4.5-3 3L6 5.5zM2.5 13.5h6",
  sources: "M8 2v8M4.8 7.2L8 10.4l3.2-3.2M2.5 13.5h11",
  quarantine: "M8 1.8l5.5 2v4c0 3.2-2.3 5.4-5.5 6.5C4.8 13.2 2.5 11 2.5 7.8v-4zM6 8h4",
  replays: "M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 2v2.8h-2.8",
  endpoints: "M8 14V6M4.8 8.8L8 5.6l3.2 3.2M2.5 2.5h11",
  deliveries: "M2 8h9M8 4.5L11.5 8 8 11.5M14 3v10",
  keys: "M5.5 8a2.5 2.5 0 1 0 0 .1M8 8h6v2.5M11.5 8v2",
  audit: "M4 2h6l2.5 2.5V14H4zM6 7h4.5M6 10h4.5",
  search: "M7 2.5a4.5 4.5 0 1 0 .1 0M10.3 10.3l3.5 3.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  done: "M3 8.5l3.2 3.2L13 4.8",
  close: "M4 4l8 8M12 4l-8 8",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  sun: "M8 5a3 3 0 1 0 .1 0M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  help: "M8 1.8a6.2 6.2 0 1 0 .1 0M6.2 6.3c0-2.4 3.6-2.4 3.6-.1 0 1.5-1.8 1.5-1.8 3M8 11.4v.1",
  out: "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
  pause: "M5.5 3v10M10.5 3v10",
  play: "M4.5 2.8l8 5.2-8 5.2z",
  skip: "M3 3l6 5-6 5zM12.5 3v10",
  park: "M3 2.5h10v11H3zM6.5 11V5h2a1.7 1.7 0 0 1 0 3.6h-2",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5L7.5 13a2.8 2.8 0 0 1-4-4L5 7.5",
  save: "M8 2v8M4.8 7L8 10.2 11.2 7M2.5 13.5h11",
  plus: "M8 3v10M3 8h10",
  wait: "M8 1.8a6.2 6.2 0 1 0 .1 0M8 4.5V8l2.5 1.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d={PATHS[name]} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

/** A ball that is stopped at the line. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" fill="#14594a" />
      <path d="M22.5 6v20" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <circle cx="13.5" cy="16" r="5.5" fill="#fff" />
    </svg>
  );
}
