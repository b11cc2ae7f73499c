# shellcheck shell=sh
# Sourced by scripts/demo and scripts/test from the top folder of the clone. Finds or fetches the pinned
# Bun and installs the packages of the lock file. Everything it writes is in .tools/ and node_modules/:
# nothing global is touched, nothing is asked, and a second run finds its work done.
# Leaves: $BUN (path of the executable), and a PATH on which `bun` is that one.

BUN_WANTED=$(sed -n 's/.*"packageManager": *"bun@\([^"]*\)".*/\1/p' package.json)

say() { printf '%s\n' "$*"; }
die() { say "cannot go on: $*" >&2; exit 1; }

is_wanted_bun() { [ -x "$1" ] && [ "$("$1" --version 2>/dev/null)" = "$BUN_WANTED" ]; }

# The npm package ships one executable per system and kind of processor; the first that runs here is ours.
fetched_bun() {
  for candidate in .tools/node_modules/@oven/*/bin/bun .tools/node_modules/bun/bin/bun.exe; do
    if is_wanted_bun "$candidate"; then
      say "$PWD/$candidate"
      return 0
    fi
  done
  return 1
}

fetch_bun() {
  mkdir -p .tools || die "this folder cannot be written to: $PWD"
  # A package.json of its own keeps npm and bun from looking for one further up.
  [ -f .tools/package.json ] || say '{ "private": true }' > .tools/package.json
  if command -v npm > /dev/null 2>&1; then
    say "bun:       fetching $BUN_WANTED with npm into .tools/"
    npm install --prefix .tools --cache .tools/npm-cache --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
      "bun@$BUN_WANTED" < /dev/null || die "npm could not fetch bun@$BUN_WANTED (is there a network?)"
  elif command -v bun > /dev/null 2>&1; then
    say "bun:       fetching $BUN_WANTED with $(command -v bun) $(bun --version) into .tools/"
    (cd .tools && BUN_INSTALL_CACHE_DIR=$PWD/bun-cache bun add --exact --ignore-scripts "bun@$BUN_WANTED" < /dev/null) ||
      die "bun could not fetch bun@$BUN_WANTED (is there a network?)"
  else
    die "neither npm nor bun is on the PATH; install Node.js (https://nodejs.org) or Bun (https://bun.sh)"
  fi
}

if command -v bun > /dev/null 2>&1 && is_wanted_bun "$(command -v bun)"; then
  BUN=$(command -v bun)
elif BUN=$(fetched_bun); then
  :
else
  fetch_bun
  BUN=$(fetched_bun) || die "bun@$BUN_WANTED was fetched but does not run on this machine ($(uname -sm))"
fi
if [ "$BUN" != "$PWD/.tools/bin/bun" ]; then
  { mkdir -p .tools/bin && ln -sf "$BUN" .tools/bin/bun; } || die "this folder cannot be written to: $PWD"
fi
PATH=$PWD/.tools/bin:$PATH
export PATH BUN
say "bun:       $BUN_WANTED at $BUN"

# The user's own cache serves when the registry cannot be reached.
if BUN_INSTALL_CACHE_DIR=$PWD/.tools/bun-cache "$BUN" install --frozen-lockfile > .tools/install.log 2>&1 ||
  "$BUN" install --frozen-lockfile > .tools/install.log 2>&1; then
  say "packages:  as in bun.lock"
else
  cat .tools/install.log >&2
  die "the packages of bun.lock could not be installed"
fi

# optional_tool <command> <Debian package> <what is skipped without it>
# Installed only where that needs no rights we do not have; without it a few checks say that they are skipped.
optional_tool() {
  if command -v "$1" > /dev/null 2>&1; then
    say "$1:    found"
    return 0
  fi
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
    say "$1:    installing with apt-get"
    if { DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$2" ||
      { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$2"; }; } \
      < /dev/null > .tools/apt.log 2>&1; then
      return 0
    fi
  fi
  say "skipped: $1 not found ($3)"
}
