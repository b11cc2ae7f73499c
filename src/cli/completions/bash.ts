import type { CompletedOption, Place } from "./place.ts";

const words = (texts: readonly string[]): string => texts.join(" ");

/** For bash 4 and later, without need of the bash-completion package. */
export function bash(places: readonly Place[]): string {
  return `# bash completion for longstop
_longstop() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$place \${COMP_WORDS[index]}" in
      ${places.flatMap(({ path }) => (path === "" ? [] : [`"${path}"`])).join(" | ")}) place="$place \${COMP_WORDS[index]}" ;;
    esac
  done
  case "$place $before" in
${places.flatMap((place) => place.options.flatMap((option) => valueCase(place, option))).join("\n")}
  esac
  case "$place" in
${places.map((place) => `    "${place.path}") COMPREPLY=($(compgen -W "${words(offered(place))}" -- "$current")) ;;`).join("\n")}
  esac
}
complete -F _longstop longstop
`;
}

const offered = ({ commands, options, operands }: Place): string[] => [
  ...commands.map(([name]) => name),
  ...operands,
  ...options.flatMap(({ names }) => names.filter((name) => name.startsWith("--"))),
];

function valueCase({ path }: Place, { names, value }: CompletedOption): string[] {
  if (value === "none") return [];
  const pattern = names.map((name) => `"${path} ${name}"`).join(" | ");
  if (value === "any") return [`    ${pattern}) return ;;`];
  const source = value === "file" ? "-f" : `-W "${words(value)}"`;
  return [`    ${pattern}) COMPREPLY=($(compgen ${source} -- "$current")); return ;;`];
}
