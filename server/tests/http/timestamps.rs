//! A checkpoint's time from outside: asked for by the settings' authority, handed on to anybody, checked without us.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use platform_testkit::{Answering, Making, TimeAuthority};
use proof::{Evidence, SignedCheckpoint, Signer};
use tokio::sync::watch;

use crate::checkpoints::{Home, told};
use crate::receipts::{bid, open_lot};
use crate::support::TestServer;

async fn with_authority() -> (TestServer, TimeAuthority) {
    let authority = TimeAuthority::start(Making::default()).await.unwrap();
    let roots = authority.roots().display().to_string();
    let settings = [("LUOCHUI_TIMESTAMP_URL", authority.url()), ("LUOCHUI_TIMESTAMP_ROOTS", &roots)];
    (TestServer::with(&settings).await, authority)
}

async fn sign(server: &TestServer) {
    let made = server.signed_in("auctioneer").await.post("/proof/checkpoints", &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
}

async fn bytes(server: &TestServer, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(server.router.clone(), request).await.unwrap();
    (answer.status(), to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec())
}

/// The server's own task, until this page is so.
async fn until(server: &TestServer, path: &str, is_so: impl Fn(StatusCode, &str) -> bool) {
    let (stop, stopped) = watch::channel(false);
    let authority =
        server::timestamps::authority(&server.state.config, &server.state.clock).unwrap().unwrap();
    let task = server.state.services.auction.stamp_checkpoints(authority, stopped);
    let (mut admin, begun) = (server.signed_in("admin").await, server.state.clock.now());
    loop {
        let page = admin.get(path).await;
        if is_so(page.status, &page.body) {
            break;
        }
        assert!(server.state.clock.now().since(begun) < 30_000, "{path}: {}", page.body);
    }
    stop.send_replace(true);
    task.await.unwrap();
}

#[tokio::test]
async fn a_checkpoint_s_time_is_there_for_anybody_and_holds_without_us() {
    let (server, authority) = with_authority().await;
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    let low = bid(&server, "hengxin", lot_id, 50_000).await;
    sign(&server).await;
    let mut stranger = server.browser();
    assert_eq!(stranger.get("/proof/checkpoints/1/timestamp.tsr").await.status, StatusCode::NOT_FOUND);
    until(&server, "/proof/checkpoints/1/timestamp.tsr", |status, _| status == StatusCode::OK).await;
    let page = stranger.get("/proof/checkpoints").await.body;
    assert!(page.contains("Time of the tests") && page.contains("/proof/checkpoints/1/timestamp.tsr"));
    let answer = stranger.get("/proof/checkpoints/1/timestamp.tsr").await;
    assert_eq!(answer.header("content-type"), "application/timestamp-reply");

    // the command line, with nothing but what was downloaded
    let home = Home::new();
    let note = stranger.get("/proof/checkpoints/1").await.body;
    let (_, reply) = bytes(&server, "/proof/checkpoints/1/timestamp.tsr").await;
    std::fs::write(home.path("1.tsr"), &reply).unwrap();
    let signed = SignedCheckpoint::parse(&note).unwrap();
    let log = proof::note_key(&signed.checkpoint().origin, &Signer::from_seed(&[7; 32]).public());
    let (note_file, tsr, roots) =
        (home.keep("1.note", &note), home.path("1.tsr"), authority.roots().display().to_string());
    let verify = |note: &str, tsr: &str, roots: &str| {
        let words = ["--log", &log, "--timestamp", tsr, "--roots", roots, note];
        server::witness::verify(&told(&words)).map_err(|error| error.to_string())
    };
    verify(&note_file, &tsr, &roots).unwrap();
    let other = TimeAuthority::start(Making::default()).await.unwrap();
    let strange = verify(&note_file, &tsr, &other.roots().display().to_string()).unwrap_err();
    assert!(strange.contains("not to be trusted"), "{strange}");
    std::fs::write(home.path("other.tsr"), authority.reply_for("another text").unwrap()).unwrap();
    assert!(verify(&note_file, &home.path("other.tsr"), &roots).unwrap_err().contains("another text"));

    // and the file with all evidence
    let mut company = server.signed_in("hengxin").await;
    let file = company.get(&format!("/my/bids/{low}/evidence.json")).await.body;
    let evidence: Evidence = serde_json::from_str(&file).unwrap();
    assert_eq!(evidence.timestamp.as_ref().unwrap().reply().unwrap(), reply);
    let check = |file: &str, roots: &str| {
        let what = told(&[home.keep("evidence.json", file).as_str(), "--roots", roots]);
        server::verify_receipt::run(&what).map_err(|error| error.to_string())
    };
    check(&file, &roots).unwrap();
    assert!(check(&file, &other.roots().display().to_string()).is_err(), "whose word it is not");
    let mut bare = evidence.clone();
    bare.timestamp = None;
    assert!(check(&serde_json::to_string(&bare).unwrap(), &roots).is_err(), "who gives roots wants a time");
}

#[tokio::test]
async fn while_the_authority_is_away_staff_read_why_and_nobody_else() {
    let (server, authority) = with_authority().await;
    open_lot(&server).await;
    sign(&server).await;
    authority.answer(Answering::Unavailable);
    until(&server, "/proof/checkpoints", |_, page| page.contains("the authority answers 503")).await;
    let page = server.browser().get("/proof/checkpoints").await.body;
    assert!(page.contains("等待时间戳机构") && !page.contains("503"), "{page}");
    assert_eq!(authority.asked(), 1);
}

#[tokio::test]
async fn roots_that_cannot_be_read_stop_the_server() {
    let (server, _authority) = with_authority().await;
    let mut config = (*server.state.config).clone();
    let mut said = |file: std::path::PathBuf| {
        config.timestamps.as_mut().unwrap().roots = file;
        server::timestamps::authority(&config, &server.state.clock).map(|_| ()).unwrap_err().to_string()
    };
    let home = Home::new();
    assert!(said(home.path("nothing.pem").into()).contains("cannot be read"));
    assert!(
        said(home.keep("empty.pem", "no certificate").into()).contains("is no file of root certificates")
    );
}
