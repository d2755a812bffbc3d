# shellcheck shell=bash
# Shared by every script: where caches live, which Rust is used, how steps speak.
# Sourced, never run. Settings here may be overridden from the environment.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
CACHE="${LUOCHUI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/luochui}"
mkdir -p "$CACHE"

# Tools and versions. wasm-bindgen's command must equal the crate in Cargo.toml to the last digit.
RUST_VERSION=1.96.0
CARGO_LEPTOS_VERSION=0.3.11
WASM_BINDGEN_VERSION=0.2.130
WASM_TARGET=wasm32-unknown-unknown

# Build products live outside the clone, so that a second clone rebuilds only the workspace's own crates.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
# cargo-leptos sets this in its dev builds; setting it everywhere keeps one fingerprint (see ARCHITECTURE.md, "Building").
export RUSTFLAGS="${RUSTFLAGS:---cfg erase_components}"
# a build machine's clone is new each time: what the compiler notes for the next change is gigabytes for nobody
if [ -n "${CI:-}" ]; then export CARGO_INCREMENTAL=0; fi
export SQLX_OFFLINE="${SQLX_OFFLINE:-true}"
export PATH="$CACHE/tools/bin:$ROOT/node_modules/.bin:$PATH"
export LEPTOS_TAILWIND_VERSION="${LEPTOS_TAILWIND_VERSION:-v4.3.5}"

# bootstrap decides once which Rust to use and writes it here.
# shellcheck disable=SC1091
if [ -f "$CACHE/rust.env" ]; then . "$CACHE/rust.env"; fi

say()  { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
die()  { printf '\n\033[31mcannot go on:\033[0m %s\n' "$*" >&2; exit 1; }

# timed "what is happening" command...   says what runs, how long it took, and keeps its output for a failure.
timed() {
  local what="$1"; shift
  local started=$SECONDS log
  log="$CACHE/log/$(printf '%s' "$what" | tr -cs 'A-Za-z0-9' '-').log"
  mkdir -p "$CACHE/log"
  say "$what"
  if "$@" >"$log" 2>&1; then
    note "done in $((SECONDS - started)) s"
  else
    local code=$?
    tail -n 25 "$log" >&2
    note "failed after $((SECONDS - started)) s; the whole output is in $log"
    return "$code"
  fi
}
have() { command -v "$1" >/dev/null 2>&1; }

# bounded seconds command...   not for ever, where the machine has a way to say so (macOS has none).
bounded() { if have timeout; then timeout "$@"; else shift; "$@"; fi; }

# The newest PostgreSQL binaries of this machine, or nothing.
postgres_bin() {
  local dir
  for dir in "${LUOCHUI_POSTGRES_BIN:-}" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
             /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && { printf '%s' "$dir"; return 0; }
  done
  have initdb && dirname "$(command -v initdb)"
}

# Where the server may keep its data: in the clone, unless root starts it and PostgreSQL's unprivileged user
# cannot get there (a clone under /root).
data_folder() {
  [ -n "${LUOCHUI_DATA:-}" ] && { printf '%s' "$LUOCHUI_DATA"; return 0; }
  local user=postgres
  if [ "$(id -u)" != 0 ]; then printf '%s/data' "$ROOT"; return 0; fi
  id "$user" >/dev/null 2>&1 || user=nobody
  if setpriv --reuid="$user" --clear-groups test -x "$ROOT" 2>/dev/null; then
    printf '%s/data' "$ROOT"
  else
    printf '/var/lib/luochui/%s-%s' "$(basename "$ROOT")" "$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)"
  fi
}

chromium_path() {
  local c
  for c in "${LUOCHUI_CHROMIUM:-}" chromium chromium-browser google-chrome "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    [ -n "$c" ] && have "$c" && { command -v "$c"; return 0; }
  done
  return 1
}
