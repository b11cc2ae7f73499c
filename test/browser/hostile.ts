/** Bodies that a stranger might send in the hope that somebody looks at them. */
export function hostilePayloads(): readonly string[] {
  let count = 0;
  const order = (fields: object, raw = ""): string =>
    JSON.stringify({
      id: `hostile-${count++}`,
      type: "order.hostile",
      customer: "h",
      ...fields,
    }).replace(/}$/, `${raw}}`);
  const scripts = [
    "<script>globalThis.owned=1</script>",
    "<img src=x onerror=globalThis.owned=1>",
    '"><svg onload=globalThis.owned=1>',
    "javascript:globalThis.owned=1",
    "{{constructor.constructor('globalThis.owned=1')()}}",
    "</title><script>globalThis.owned=1</script>",
  ];
  return [
    ...scripts.map((text) => order({ type: text, customer: text, [text]: text })),
    order({ type: "order\u202ecilbup.\u200b\u200d", note: "\u202egnp.exe\u2066\u0000\u001b[31m" }),
    order({}, ',"__proto__":{"owned":1},"constructor":{"prototype":{"owned":1}}'),
    order({}, `,"deep":${"[".repeat(400)}${"]".repeat(400)}`),
    order({ long: "A".repeat(4 * 2 ** 20) }),
    order({ wide: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at])) }),
    order({ lines: Array.from({ length: 50_000 }, (_, at) => ({ at })) }),
    order({ emoji: "👩‍👩‍👧‍👦".repeat(500), marks: `Z${"\u0351".repeat(2_000)}` }),
  ];
}
