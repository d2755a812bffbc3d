//! Compiles the crate again when a text changes: the texts are read by a macro, of which cargo knows nothing.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
