import { expect, test } from "bun:test";
import { status, toned } from "../../src/cli/style.ts";
import { fields, table } from "../../src/cli/table.ts";
import { widthOf } from "../../src/cli/text.ts";

interface Row {
  readonly id: string;
  readonly note: string;
}
const columns = [
  { title: "ID", cell: (row: Row) => row.id },
  { title: "STATUS", cell: () => status("failed") },
  { title: "NOTE", cell: (row: Row) => row.note, least: 6 },
];

test("columns are aligned and the last one is not padded", () => {
  const text = table(
    columns,
    [
      { id: "a", note: "x" },
      { id: "long-id", note: "yy" },
    ],
    null,
    false,
  );
  expect(text).toBe("ID       STATUS    NOTE\na        ✗ failed  x\nlong-id  ✗ failed  yy\n");
});

test("a line fits the terminal; ids stay whole and notes give way", () => {
  const text = table(columns, [{ id: "evt_0000000001abcd", note: "n".repeat(200) }], 40, false);
  for (const line of text.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(40);
  expect(text).toContain("evt_0000000001abcd");
  expect(text).toContain("n…");
});

test("a column without a single value is left out", () => {
  expect(table(columns, [{ id: "a", note: "" }], null, false)).not.toContain("NOTE");
});

test("a cell cannot colour, break or forge a line", () => {
  const text = table(
    columns,
    [{ id: "a\nevt_forged  ✓ completed", note: "\u001b[31m" }],
    null,
    true,
  );
  expect(text.split("\n")).toHaveLength(3);
  expect(text).toContain("a␊evt_forged");
  expect(text).toContain("␛[31m");
});

test("colours surround a word and are not counted in its width", () => {
  const plain = table(columns, [{ id: "a", note: "x" }], null, false);
  const coloured = table(columns, [{ id: "a", note: "x" }], null, true);
  expect(coloured).not.toBe(plain);
  expect(Bun.stripANSI(coloured)).toBe(plain);
});

test("fields without a value are left out and the others aligned", () => {
  const text = fields(
    [
      ["Event", toned("evt", "strong")],
      ["Reason", null],
      ["Connection", "k\n"],
    ],
    false,
  );
  expect(text).toBe("Event:      evt\nConnection: k␊\n");
});
