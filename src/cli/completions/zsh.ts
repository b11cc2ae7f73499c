import type { CompletedOption, Place } from "./place.ts";

/** A zsh word: in single quotes, which take everything but themselves. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** `name:summary`, with colons of the name escaped. */
const described = (name: string, summary: string): string =>
  quoted(`${name.replaceAll(":", "\\:")}:${summary}`);

/** For zsh 5 and later; works from a folder of `$fpath` and when sourced. */
export function zsh(places: readonly Place[]): string {
  return `#compdef longstop
compdef _longstop longstop
_longstop() {
  local place="" word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      (${places.flatMap(({ path }) => (path === "" ? [] : [quoted(path)])).join("|")}) place="$place $word" ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${places.flatMap((place) => place.options.flatMap((option) => valueCase(place, option))).join("\n")}
  esac
  case "$place" in
${places.map((place) => `    (${quoted(place.path)}) offered=(${offered(place).join(" ")}) ;;`).join("\n")}
  esac
  _describe -t commands longstop offered
}
if [ "$funcstack[1]" = "_longstop" ]; then
  _longstop "$@"
fi
`;
}

const offered = ({ commands, options, operands }: Place): string[] => [
  ...commands.map(([name, summary]) => described(name, summary)),
  ...operands.map(quoted),
  ...options.flatMap(({ names, summary }) =>
    names.filter((name) => name.startsWith("--")).map((name) => described(name, summary)),
  ),
];

function valueCase({ path }: Place, { names, value }: CompletedOption): string[] {
  if (value === "none") return [];
  const pattern = names.map((name) => quoted(`${path} ${name}`)).join("|");
  if (value === "any") return [`    (${pattern}) return ;;`];
  const action = value === "file" ? "_files" : `compadd -- ${value.map(quoted).join(" ")}`;
  return [`    (${pattern}) ${action}; return ;;`];
}
