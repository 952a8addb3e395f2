//! The migrations are compiled in: a changed one is a reason to compile anew.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
