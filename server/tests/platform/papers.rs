//! The generated papers are those in the repository. `UPDATE=1` writes them anew.

use shian_server::tools::throwaway;

fn compare(name: &str, now: &str) {
    let path = format!("{}/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, now).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == now, "{path} is not what the code says now; run with UPDATE=1 and look at the difference");
}

#[tokio::test]
async fn the_api_document_is_the_one_in_the_repository() {
    let (app, _folder) = throwaway().await.unwrap();
    compare("openapi.json", &(app.openapi.to_pretty_json().unwrap() + "\n"));
}

#[tokio::test]
async fn the_matrix_of_who_may_do_what_is_the_one_in_the_repository() {
    let (app, _folder) = throwaway().await.unwrap();
    compare("access.md", &app.policy.matrix());
}
