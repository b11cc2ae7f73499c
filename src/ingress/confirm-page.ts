/** What became of a subscriber's word that it has done the work. */
export type Confirmed = "confirmed" | "already" | "late" | "unknown";

interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly button?: true;
}

const PAGES: Readonly<Record<Confirmed | "ask", Page>> = {
  ask: {
    status: 200,
    title: "Confirm this delivery?",
    text: "Press the button once the work that it asked for is done. Programs send a POST to this address instead.",
    button: true,
  },
  confirmed: { status: 200, title: "Confirmed", text: "The delivery counts as done. Thank you." },
  already: { status: 200, title: "Confirmed already", text: "Nothing else needs to be done." },
  late: {
    status: 410,
    title: "Too late",
    text: "The time for it is over, and the delivery is being sent again, or was given up. Confirm the newest one.",
  },
  unknown: {
    status: 404,
    title: "Not known",
    text: "No such confirmation was ever asked for. Use the address as it was sent.",
  },
};

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  // The address is a secret, which no other site is told.
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
  "content-security-policy":
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** A page of constant text: nothing of the request is in it. The form posts to its own address. */
export function confirmPage(of: Confirmed | "ask"): Response {
  const { status, title, text, button } = PAGES[of];
  const form = button ? '<form method="post"><button>Confirm</button></form>' : "";
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${title}</title></head>
<body><h1>${title}</h1><p>${text}</p>${form}</body></html>
`;
  return new Response(page, { status, headers: HEADERS });
}
