# shellcheck shell=bash
# Building what runs: the server and what it serves to browsers. Sourced after common.sh.

# How long it takes is said before it starts, so that nobody stops it for dead.
expected_time() {
  if [ -d "$CARGO_TARGET_DIR/$1" ]; then echo "a minute or two when little has changed"; else echo "six to twelve minutes the first time"; fi
}

# build_server dev|release   leaves target/run/<profile>/server with its assets in target/site.
# The build folder is shared by all clones, so the result is linked into this one: another clone's build then
# cannot exchange the program, or the file of asset names beside it, under a running server.
build_server() {
  local profile="$1" folder flag=()
  if [ "$profile" = release ]; then folder=release flag=(--release); else folder=debug; fi
  say "Building, $profile profile ($(expected_time "$folder"))"
  local started=$SECONDS
  cargo leptos build "${flag[@]}" >&2 || die "the build failed; what the compiler said stands above."
  note "built in $((SECONDS - started)) s"
  place_server "$folder" "$profile"
}

# place_server build-folder name
place_server() {
  local to="$ROOT/target/run/$2" file
  mkdir -p "$to"
  for file in server hash.txt; do
    rm -f "$to/$file"
    [ ! -e "$CARGO_TARGET_DIR/$1/$file" ] || cp -l "$CARGO_TARGET_DIR/$1/$file" "$to/$file" 2>/dev/null || cp "$CARGO_TARGET_DIR/$1/$file" "$to/$file"
  done
}
