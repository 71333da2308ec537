# Sourced by the other scripts: where things are, and how a step is announced and timed.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
ROOT=$PWD
# CI starts from a fresh clone each time; its build products live outside of it and are found again.
if [ "${CI:-}" = true ]; then
  export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/aftersail/target}"
  export CARGO_TERM_COLOR=never NO_COLOR=1 CARGO_INCREMENTAL=0
  export AFTERSAIL_REQUIRE_POSTGRES=1 AFTERSAIL_REQUIRE_SHARED=1
fi
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
export AFTERSAIL_SHARED="${AFTERSAIL_SHARED:-$(cd .. && pwd)/shared}"
CACHE="$HOME/.cache/aftersail"
SCHEMATHESIS_VERSION=4.32.5
SCHEMATHESIS="$CACHE/schemathesis-$SCHEMATHESIS_VERSION/bin/schemathesis"
CHINESE_CALENDAR_VERSION=1.11.0
LUNAR_PYTHON_VERSION=1.4.8
HOLIDAYS_PYTHON="$CACHE/holidays-$CHINESE_CALENDAR_VERSION-$LUNAR_PYTHON_VERSION/bin/python"
LOGS="$CARGO_TARGET_DIR/test-logs"
mkdir -p "$CACHE" "$LOGS"

say() { printf '\n== %s\n' "$*"; }
fail() { printf '\n!! %s\n' "$*" >&2; exit 1; }

# step NAME CMD…: runs CMD, says how long it took, and ends the script with a clear last line when it fails.
step() {
  local name=$1 started=$SECONDS
  shift
  say "$name"
  if "$@"; then
    printf -- '-- %s: %s s\n' "$name" "$((SECONDS - started))"
  else
    local code=$?
    fail "$name failed after $((SECONDS - started)) s (exit code $code): $*"
  fi
}

# npm packages exactly as locked; nothing is fetched again while the lock file stays the same.
npm_ci() {
  local folder=$1 stamp
  stamp=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  [ -f "$folder/node_modules/.stamp-$stamp" ] && return 0
  # Browsers come from the operating system; a package must not try to fetch its own.
  # `npm ci` refuses a lock file that lacks tools built for other systems, which some registries do not keep for every
  # version; `npm install --no-save` installs the same locked versions and changes no file.
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error >"$LOGS/npm-ci.log" 2>&1 ||
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-save --prefix "$folder" --no-audit --no-fund --loglevel=error ||
    return 1
  touch "$folder/node_modules/.stamp-$stamp"
}

# The folder of PostgreSQL's server programs: Debian keeps them off the PATH.
postgres_bin() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
    [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && { echo "$dir"; return 0; }
  done
  dir=$(command -v initdb) && [ -x "$(dirname "$dir")/postgres" ] && { dirname "$dir"; return 0; }
  return 1
}

# A Chromium or Chrome to drive.
chromium_path() {
  local name
  for name in "${AFTERSAIL_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$name" ] && command -v "$name" && return 0
  done
  return 1
}
