import type { Pages } from "./bundle.ts";

/** One file as it is sent. */
export interface StaticFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Its name changes with its content, so that browsers may keep it for good. */
  readonly keeps: boolean;
}

/** A ball that is stopped at the line. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#14594a"/><path d="M22.5 6v20" stroke="#fff" stroke-width="3" stroke-linecap="round"/><circle cx="13.5" cy="16" r="5.5" fill="#fff"/></svg>`;

/** Everything that the pages are made of; the first is the page itself. */
export function staticFiles({ script, style }: Pages): readonly [StaticFile, ...StaticFile[]] {
  const app = file(`/assets/app-${nameOf(script)}.js`, "text/javascript", script);
  const sheet = file(`/assets/app-${nameOf(style)}.css`, "text/css", style);
  const icon = file(`/assets/icon-${nameOf(ICON)}.svg`, "image/svg+xml", ICON);
  return [file("/", "text/html", html(app.path, sheet.path, icon.path)), app, sheet, icon];
}

function file(path: string, type: string, text: string): StaticFile {
  const bytes = new TextEncoder().encode(text);
  const gzipped = Bun.gzipSync(bytes);
  return { path, type: `${type}; charset=utf-8`, bytes, gzipped, keeps: path !== "/" };
}

const nameOf = (text: string): string =>
  new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);

/** No script and no style of its own, so that its policy can forbid both. */
function html(script: string, style: string, icon: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Longstop</title>
<link rel="icon" href="${icon}" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head><body><div id="app"></div>
<noscript>The dashboard needs JavaScript. The same can be done with the command line: longstop help.</noscript>
</body></html>
`;
}
