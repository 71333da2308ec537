//! The pages may not be built yet: `cargo check` must work in a fresh clone all the same.

fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
    let dist = std::path::Path::new("../web/dist");
    if !dist.exists()
        && let Err(error) = std::fs::create_dir_all(dist)
    {
        println!("cargo:warning=../web/dist cannot be created: {error}");
    }
}
