# shellcheck shell=bash
# Building what runs: the server and what it serves to browsers. Sourced after common.sh.

# How long it takes is said before it starts, so that nobody stops it for dead.
expected_time() {
  if [ -d "$CARGO_TARGET_DIR/$1" ]; then echo "a minute or two when little has changed"; else echo "six to twelve minutes the first time"; fi
}

# build_verifier   leaves the second wasm file and its script in public/verifier, from where cargo-leptos, which makes one wasm
# only, takes them into every site, and compresses them with it. Always optimised: it is small, and hashing a long log is
# what it is for. The hash of both stands in their names, so that browsers may keep them for ever.
build_verifier() {
  local to="$ROOT/public/verifier" work hash
  work="$(mktemp -d)"
  cargo build -p verifier --target "$WASM_TARGET" --profile wasm-release --quiet >&2 &&
    wasm-bindgen --target web --no-typescript --out-dir "$work" --out-name verifier \
      "$CARGO_TARGET_DIR/$WASM_TARGET/wasm-release/verifier.wasm" &&
    wasm-opt -Os --enable-bulk-memory --enable-nontrapping-float-to-int -o "$work/verifier.wasm" "$work/verifier_bg.wasm" ||
    { rm -rf "$work"; return 1; }
  hash="$(cat "$work/verifier.wasm" "$work/verifier.js" | cksum | tr ' ' '-')"
  rm -rf "$to"
  mkdir -p "$to"
  mv "$work/verifier.wasm" "$to/verifier.$hash.wasm"
  mv "$work/verifier.js" "$to/verifier.$hash.js"
  rm -rf "$work"
}

# build_server dev|release   leaves target/run/<profile>: the server and, beside it, what it serves to browsers.
# The build folder is shared by all clones, and each build empties target/site first; so the results are copied, and
# no later build can exchange them under a running server.
build_server() {
  local profile="$1" folder flags=()
  if [ "$profile" = release ]; then folder=release flags=(--release --precompress); else folder=debug; fi
  say "Building, $profile profile ($(expected_time "$folder"))"
  local started=$SECONDS
  build_verifier || die "the verifier could not be built; what the compiler said stands above."
  cargo leptos build ${flags[@]+"${flags[@]}"} >&2 || die "the build failed; what the compiler said stands above."
  note "built in $((SECONDS - started)) s"
  place_site "$folder" "$profile"
  place_server "$folder" "$profile"
}

# place_server build-folder name
place_server() {
  local to="$ROOT/target/run/$2"
  mkdir -p "$to"
  rm -f "$to/server"
  # a link costs nothing; across file systems it is a copy
  cp -l "$CARGO_TARGET_DIR/$1/server" "$to/server" 2>/dev/null || cp "$CARGO_TARGET_DIR/$1/server" "$to/server"
}

# place_site build-folder name
place_site() {
  local to="$ROOT/target/run/$2"
  mkdir -p "$to"
  rm -rf "$to/site" "$to/site.new" "$to/hash.txt"
  cp -R "$ROOT/target/site" "$to/site.new"
  mv "$to/site.new" "$to/site"
  # the names that the server writes into its pages
  cp "$CARGO_TARGET_DIR/$1/hash.txt" "$to/hash.txt"
}
