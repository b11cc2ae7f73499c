import type { CompletedOption, Place } from "./place.ts";

/** A fish word: in single quotes, where only the quote and the backslash are special. */
const quoted = (text: string): string =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** For fish 3 and later. */
export function fish(places: readonly Place[]): string {
  const paths = places.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  return `# fish completion for longstop
function __longstop_at
    set -l place ''
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch "$place $word"
            case ${paths.join(" ")}
                set place "$place $word"
        end
    end
    test "$place" = "$argv[1]"
end
complete -c longstop -f
${places.flatMap(linesOf).join("\n")}
`;
}

function linesOf(place: Place): string[] {
  const start = `complete -c longstop -n ${quoted(`__longstop_at ${quoted(place.path)}`)}`;
  return [
    ...place.commands.map(([name, summary]) => `${start} -a ${quoted(name)} -d ${quoted(summary)}`),
    ...place.operands.map((name) => `${start} -a ${quoted(name)}`),
    ...place.options.map((option) => `${start} ${optionOf(option)}`),
  ];
}

function optionOf({ names, summary, value }: CompletedOption): string {
  const flags = names
    .map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
    .join(" ");
  const takes =
    value === "none"
      ? ""
      : value === "file"
        ? " -r -F"
        : value === "any"
          ? " -x"
          : ` -x -a ${quoted(value.join(" "))}`;
  return `${flags}${takes} -d ${quoted(summary)}`;
}
