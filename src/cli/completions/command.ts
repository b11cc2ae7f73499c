import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { completionScript, SHELLS } from "./script.ts";

export const completions: Command = {
  name: "completions",
  summary: "print a script that completes commands and options in your shell",
  operands: [{ name: "shell", summary: "which", required: true, choices: SHELLS }],
  examples: [
    ["completions bash > ~/.local/share/bash-completion/completions/longstop", "bash"],
    ["completions zsh > ~/.zfunc/_longstop", "zsh; the folder must be in $fpath"],
    ["completions fish > ~/.config/fish/completions/longstop.fish", "fish"],
  ],
  run: async ({ given, out, table, everywhere }) => {
    out.block(completionScript(given.operand(0), table, everywhere));
    return EXIT.OK;
  },
};
