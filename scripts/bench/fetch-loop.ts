/**
 * What pushing is compared against: the least that a program can do to post the same bytes, which is to call
 * `fetch` again as soon as it has answered. `fetch-loop.ts <url> <at a time> <ms> <bytes>`. Keeps nothing, signs nothing.
 */
const [url = "", atATime = "1", ms = "1000", bytes = "1024"] = process.argv.slice(2);
const body = new Uint8Array(Number(bytes)).fill(0x78);
const headers = { "content-type": "application/json" };
const until = performance.now() + Number(ms);

async function post(): Promise<void> {
  while (performance.now() < until) {
    const answer = await fetch(url, { method: "POST", body, headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
  }
}

await Promise.all(Array.from({ length: Number(atATime) }, post));

export {};
