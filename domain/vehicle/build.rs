//! A new migration file must rebuild the crate that embeds them.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations/vehicle");
}
