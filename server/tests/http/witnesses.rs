//! Witnesses who are asked over HTTP: by any log, as C2SP defines it; and by ours, with nobody carrying files.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use proof::{Checkpoint, Hash, NoteKey, SignedCheckpoint, Signer, Submission, Tree};
use server::witness_desk::{Desk, router};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::checkpoints::Home;
use crate::receipts::{bid, open_lot};
use crate::support::TestServer;

const NAME: &str = "witness.example";

fn witness() -> Signer {
    Signer::from_seed(&[5; 32])
}

fn key() -> NoteKey {
    NoteKey::witness(NAME, witness().public()).unwrap()
}

fn desk(home: &Home, origin: &str) -> Router {
    let log = proof::note_key(origin, &Signer::from_seed(&[7; 32]).public()).parse().unwrap();
    router(Desk { name: NAME.to_owned(), signer: witness(), log, seen: home.path("seen.note").into() })
}

/// A log of so many leaves, signed by its key or by another.
fn checkpoint(origin: &str, leaves: u8, seed: u8) -> SignedCheckpoint {
    let leaves: Vec<Hash> = (0..leaves).map(|leaf| Hash::of(&[&[leaf]])).collect();
    let of =
        Checkpoint { origin: origin.to_owned(), size: leaves.len() as u64, root: Tree::over(&leaves).root() };
    SignedCheckpoint::sign(of, &Signer::from_seed(&[seed; 32]))
}

async fn post(desk: &Router, body: String) -> (StatusCode, String, String) {
    let request = Request::post("/add-checkpoint").body(Body::from(body)).unwrap();
    let answer = desk.clone().oneshot(request).await.unwrap();
    let (status, kind) = (answer.status(), answer.headers().get("content-type").cloned());
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_witness_answers_as_the_protocol_says() {
    let (home, origin) = (Home::new(), "luochui/test");
    let desk = desk(&home, origin);
    let submit = |old, path: Vec<Hash>, checkpoint: SignedCheckpoint| {
        post(&desk, Submission { old, path, checkpoint }.to_string())
    };
    assert_eq!(submit(0, vec![], checkpoint("luochui/other", 1, 7)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(submit(0, vec![], checkpoint(origin, 1, 8)).await.0, StatusCode::FORBIDDEN);
    assert_eq!(submit(3, vec![], checkpoint(origin, 2, 7)).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(post(&desk, "hello".to_owned()).await.0, StatusCode::BAD_REQUEST);
    let unseen = submit(1, vec![], checkpoint(origin, 2, 7)).await;
    assert_eq!(unseen, (StatusCode::CONFLICT, "text/x.tlog.size".to_owned(), "0\n".to_owned()));

    let one = checkpoint(origin, 1, 7);
    let (status, _, line) = submit(0, vec![], one.clone()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(one.with_lines(&line).unwrap().cosigned_by(&key()).is_some(), "{line}");
    assert_eq!(submit(0, vec![], checkpoint(origin, 2, 7)).await.2, "1\n", "he saw one leaf");
    let wrong = vec![Hash::of(&[b"another history"])];
    assert_eq!(submit(1, wrong, checkpoint(origin, 2, 7)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let second = vec![Tree::over(&[Hash::of(&[&[1]])]).root()];
    assert_eq!(submit(1, second, checkpoint(origin, 2, 7)).await.0, StatusCode::OK);
    assert_eq!(submit(2, vec![], checkpoint(origin, 2, 7)).await.0, StatusCode::OK, "the same once more");
    let of = Checkpoint { origin: origin.to_owned(), size: 2, root: Hash::of(&[b"x"]) };
    let split = SignedCheckpoint::sign(of, &Signer::from_seed(&[7; 32]));
    assert_eq!(submit(2, vec![], split).await.0, StatusCode::CONFLICT, "of the same size, and another");
    let seen = SignedCheckpoint::parse(&std::fs::read_to_string(home.path("seen.note")).unwrap()).unwrap();
    assert_eq!(seen.checkpoint(), checkpoint(origin, 2, 7).checkpoint());
}

#[tokio::test]
async fn witnesses_of_the_settings_sign_by_themselves() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let list = format!("{}@http://{}", key(), listener.local_addr().unwrap());
    let server = TestServer::with(&[("LUOCHUI_WITNESSES", &list)]).await;
    let (origin, _) = server.state.services.auction.note_keys().await.unwrap();
    let home = Home::new();
    let desk = desk(&home, &origin);
    let standing = tokio::spawn(async move { axum::serve(listener, desk).await });
    let lot_id = open_lot(&server).await;
    let mut stranger = server.browser();
    for n in 1..=2 {
        bid(&server, "yuanxing", lot_id, 60_000 + n * 2_000).await;
        server.signed_in("auctioneer").await.post("/proof/checkpoints", &[]).await;
        let (stop, stopped) = watch::channel(false);
        let asked = server::witnesses::asked(&server.state.config).unwrap();
        let task = server.state.services.auction.ask_witnesses(asked, stopped);
        let begun = server.state.clock.now();
        loop {
            let note = stranger.get(&format!("/proof/checkpoints/{n}")).await.body;
            if SignedCheckpoint::parse(&note).unwrap().cosigned_by(&key()).is_some() {
                break;
            }
            assert!(server.state.clock.now().since(begun) < 30_000, "{note}");
        }
        stop.send_replace(true);
        task.await.unwrap();
    }
    assert!(stranger.get("/proof/checkpoints").await.body.contains(NAME));
    standing.abort();
}

#[tokio::test]
async fn who_may_sign_reads_which_witness_does_not_and_why() {
    let away = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let list = format!("{}@http://{away}", key());
    let server = TestServer::with(&[("LUOCHUI_WITNESSES", &list)]).await;
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    let mut auctioneer = server.signed_in("auctioneer").await;
    auctioneer.post("/proof/checkpoints", &[]).await;
    let (stop, stopped) = watch::channel(false);
    let asked = server::witnesses::asked(&server.state.config).unwrap();
    let task = server.state.services.auction.ask_witnesses(asked, stopped);
    let begun = server.state.clock.now();
    let told = loop {
        let page = auctioneer.get("/proof/checkpoints").await.body;
        if page.contains("未签名的见证人") {
            break page;
        }
        assert!(server.state.clock.now().since(begun) < 30_000, "{page}");
    };
    stop.send_replace(true);
    task.await.unwrap();
    assert!(told.contains(NAME) && told.contains("下次询问"), "{told}");
    assert!(!server.browser().get("/proof/checkpoints").await.body.contains("未签名的见证人"));
}

#[tokio::test]
async fn a_log_s_key_is_no_witness_s() {
    let log = proof::note_key("luochui/test", &witness().public());
    for key in [log.as_str(), "w+00000000+AAAA"] {
        let list = format!("{key}@http://127.0.0.1:1");
        let config = platform_config::Config::from_pairs([("LUOCHUI_WITNESSES", list.as_str())]).unwrap();
        assert!(server::witnesses::asked(&config).err().unwrap().to_string().contains("is no witness's key"));
    }
}
