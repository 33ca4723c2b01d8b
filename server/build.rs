//! Makes sure that the folders of the built screens exist, so that the server compiles before the web does.

fn main() {
    let web = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/apps");
    for app in ["regulator", "merchant", "public"] {
        let dist = web.join(app).join("dist");
        if let Err(error) = std::fs::create_dir_all(&dist) {
            println!("cargo::error=making {}: {error}", dist.display());
        }
        println!("cargo::rerun-if-changed={}", dist.display());
    }
}
