//! Checkpoints: signed by who may, read and proven by anybody.

use axum::http::StatusCode;
use proof::{Evidence, Hash, Inclusion, PublicKey, SignedCheckpoint, Signer, is_beginning};
use serde_json::Value;

use crate::office_vehicles::upload;
use crate::receipts::{bid, lot_ending_in, open_lot, said, until_closed};
use crate::support::{Browser, TestServer};

fn key() -> PublicKey {
    Signer::from_seed(&[7; 32]).public()
}

async fn sign(server: &TestServer) -> StatusCode {
    server.signed_in("auctioneer").await.post("/proof/checkpoints", &[]).await.status
}

async fn json(browser: &mut Browser, path: &str) -> Value {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn a_checkpoint_is_signed_by_who_may_and_read_by_anybody() {
    let server = TestServer::new().await;
    let mut stranger = server.browser();
    assert!(stranger.get("/proof/checkpoints").await.body.contains("还没有存证"));
    assert_eq!(stranger.get("/proof/checkpoints/newest").await.status, StatusCode::NOT_FOUND);
    assert_eq!(sign(&server).await, StatusCode::CONFLICT, "nothing to sign");
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    assert_eq!(
        server.signed_in("yuanxing").await.post("/proof/checkpoints", &[]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(sign(&server).await, StatusCode::SEE_OTHER);

    let note = stranger.get("/proof/checkpoints/1").await;
    assert!(note.header("content-type").starts_with("text/plain"), "as other tools read it");
    let signed = SignedCheckpoint::parse(&note.body).unwrap();
    assert!(signed.is_signed_by(&key()));
    assert_eq!(signed.checkpoint().size, 1);
    let newest = json(&mut stranger, "/proof/checkpoints/newest").await;
    assert_eq!((newest["n"].as_i64(), newest["note"].as_str()), (Some(1), Some(note.body.as_str())));
    let page = stranger.get("/proof/checkpoints").await.body;
    assert!(
        page.contains(&signed.checkpoint().root.to_string()) && page.contains(&signed.checkpoint().origin)
    );
    assert!(page.contains("/proof/checkpoints/1\""), "the signed text is linked");
    for path in ["/proof/checkpoints/2", "/proof/checkpoints/x", "/proof/checkpoints/1/since/2"] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn one_s_own_checkpoint_is_found_by_what_one_knows_or_by_the_file() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    sign(&server).await;
    bid(&server, "hengxin", lot_id, 70_000).await;
    sign(&server).await;
    let mut stranger = server.browser();
    let note = stranger.get("/proof/checkpoints/1").await.body;
    let mut signed = SignedCheckpoint::parse(&note).unwrap();
    let root = signed.checkpoint().root.to_string();
    let in_note = note.lines().nth(2).unwrap().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let one = format!("<code class=\"text-xs\">{root}</code>");
    for q in ["1", &root, &root[..8], &in_note] {
        let page = stranger.get(&format!("/proof/checkpoints?q={q}")).await.body;
        assert!(page.contains(&one), "{q}: {page}");
        assert_eq!(page.matches("/since/").count(), 1, "{q}: the newest continues it, and only it is shown");
        assert!(page.contains("/proof/checkpoints/2/since/1"), "{q}");
    }
    let today = (platform_db::to_sql(server.state.clock.now()).to_offset(time::macros::offset!(+8))).date();
    assert!(stranger.get(&format!("/proof/checkpoints?q={today}")).await.body.contains(&one));
    for q in ["7", "2020-01-01", "ffffffffff", "x"] {
        assert!(stranger.get(&format!("/proof/checkpoints?q={q}")).await.body.contains("没有找到"), "{q}");
    }
    // with a witness's line, and as the proof that a witness gets
    signed.cosign("witness.example.com", &Signer::from_seed(&[9; 32]), 1).unwrap();
    let proof = stranger.get("/proof/checkpoints/2/since/1").await.body;
    let other = note.replace(&note.lines().next().unwrap().to_owned(), "another/log");
    for (file, found) in [
        (note.as_str(), "?q=1&done=CHECKPOINT_FOUND"),
        (&signed.to_string(), "?q=1&done=CHECKPOINT_FOUND"),
        (&proof, "?q=2&done=CHECKPOINT_FOUND"),
        (&other, "?problem=CHECKPOINT_UNKNOWN"),
        ("no note", "?problem=NOT_A_CHECKPOINT"),
        ("", "?problem=NOT_A_CHECKPOINT"),
    ] {
        let sent = upload(&mut stranger, "/proof/checkpoints/find", &[], ("note", "1.note", file.as_bytes()));
        assert_eq!(sent.await.location(), format!("/proof/checkpoints{found}"), "{file}");
    }
    let page = stranger.get("/proof/checkpoints?problem=CHECKPOINT_UNKNOWN").await.body;
    assert!(page.contains("我们没有签过这份存证"), "{page}");
}

#[tokio::test]
async fn the_command_signs_with_its_own_key_which_everybody_finds() {
    let server = TestServer::new().await;
    open_lot(&server).await;
    server::checkpoint::run(&server.state.config).await.unwrap();
    let mut stranger = server.browser();
    let note = stranger.get("/proof/checkpoints/1").await.body;
    let signed = SignedCheckpoint::parse(&note).unwrap();
    assert!(!signed.is_signed_by(&key()), "not the running server's");
    let keys = json(&mut stranger, "/proof/keys.json").await;
    let listed = keys.as_array().unwrap().iter().map(|key| key["public_key"].as_str().unwrap());
    let mut listed = listed.map(|key| PublicKey::from_base64(key).unwrap());
    assert!(listed.any(|key| signed.is_signed_by(&key)), "{keys}");
}

#[tokio::test]
async fn a_refused_bid_is_proven_to_be_in_the_log_for_ever() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    let low = bid(&server, "hengxin", lot_id, 50_000).await;
    let mut rival = server.signed_in("hengxin").await;
    let receipt = json(&mut rival, &format!("/my/bids/{low}/receipt.json")).await;
    let hash = receipt["hash"].as_str().unwrap().to_owned();
    let mut stranger = server.browser();
    let leaf = format!("/proof/leaves/{hash}");
    assert_eq!(stranger.get(&leaf).await.status, StatusCode::NOT_FOUND, "not signed yet");
    sign(&server).await;
    let inclusion: Inclusion = serde_json::from_value(json(&mut stranger, &leaf).await).unwrap();
    assert!(inclusion.holds(&[key()]));
    assert_eq!(inclusion.leaf, Hash::from_hex(&hash).unwrap());

    bid(&server, "hengxin", lot_id, 70_000).await;
    sign(&server).await;
    let proof = json(&mut stranger, "/proof/checkpoints/2/since/1").await;
    let at = |name: &str| {
        let signed = SignedCheckpoint::parse(proof[name].as_str().unwrap()).unwrap();
        (signed.checkpoint().size, signed.checkpoint().root)
    };
    let path: Vec<Hash> = serde_json::from_value(proof["path"].clone()).unwrap();
    assert!(is_beginning(at("first"), at("second"), &path));
    let earlier = json(&mut stranger, &format!("/proof/checkpoints/1/leaves/{hash}")).await;
    assert_ne!(earlier["path"], json(&mut stranger, &leaf).await["path"]);
    assert_eq!(stranger.get("/proof/leaves/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn all_evidence_of_a_bid_is_one_file_for_its_company() {
    let server = TestServer::new().await;
    let lot_id = lot_ending_in(&server, 1_500).await;
    let taken = bid(&server, "yuanxing", lot_id, 60_000).await;
    until_closed(&server, lot_id).await;
    sign(&server).await;
    let mut company = server.signed_in("yuanxing").await;
    let address = format!("/my/bids/{taken}/evidence.json");
    assert!(company.get(&format!("/my/bids/{taken}")).await.body.contains(&address), "one click");
    let answer = company.get(&address).await;
    assert!(answer.header("content-disposition").contains("evidence-"));
    let evidence: Evidence = serde_json::from_str(&answer.body).unwrap();
    let verdict = evidence.check(&[key()]);
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.in_log, verdict.in_checkpoint), (Some(true), Some(true)));
    assert!(!answer.body.contains("恒信") && !answer.body.contains("远行"), "no names");
    assert_eq!(server.signed_in("hengxin").await.get(&address).await.status, StatusCode::NOT_FOUND);
    let mut stranger = server.browser();
    let shown = stranger.post("/proof", &[("receipt", &answer.body)]).await;
    assert!(said(&shown.body).contains("回执有效"), "the form takes the whole file too");
}

/// What the command would be told.
#[derive(clap::Parser)]
struct Outside<T: clap::Args> {
    #[command(flatten)]
    what: T,
}

pub fn told<T: clap::Args>(words: &[&str]) -> T {
    <Outside<T> as clap::Parser>::parse_from(["server"].iter().chain(words)).what
}

/// A witness at home: a folder, and what the log shows him.
pub struct Home(tempfile::TempDir);

impl Home {
    pub fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    pub fn keep(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn witness(&self, log: &str, file: &str) -> Result<(), String> {
        let (key, seen) = (self.path("witness.key"), self.path("seen.note"));
        let words = ["--name", "witness.example", "--key", &key, "--log", log, "--seen", &seen, file];
        server::witness::run(&told(&words)).map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn a_witness_outside_signs_what_continues_and_finds_a_rewritten_history() {
    let server = TestServer::new().await;
    let (home, mut stranger) = (Home::new(), server.browser());
    let lot_id = open_lot(&server).await;
    sign(&server).await;
    let page = stranger.get("/proof/checkpoints").await.body;
    assert!(page.contains("尚无"), "nobody has witnessed it yet");
    let origin = SignedCheckpoint::parse(&stranger.get("/proof/checkpoints/1").await.body).unwrap();
    let origin = origin.checkpoint().origin.clone();
    let log = proof::note_key(&origin, &key());
    let first = home.keep("1.note", &stranger.get("/proof/checkpoints/1").await.body);
    home.witness(&log, &first).unwrap();

    bid(&server, "yuanxing", lot_id, 60_000).await;
    sign(&server).await;
    let second = home.keep("2.note", &stranger.get("/proof/checkpoints/2").await.body);
    let bare = home.witness(&log, &second).unwrap_err();
    assert!(bare.contains("NOT SIGNED"), "without a proof: {bare}");
    let since = stranger.get("/proof/checkpoints/2/since/1").await.body;
    home.witness(&log, &home.keep("since.json", &since)).unwrap();
    let seen = SignedCheckpoint::parse(&std::fs::read_to_string(home.path("seen.note")).unwrap()).unwrap();
    assert_eq!(seen.checkpoint().size, 2);
    assert!(home.witness(&log, &home.keep("since.json", &since)).is_err(), "it begins before what was seen");

    // the operator signs another history of the same length and more
    let forged = proof::Checkpoint { origin, size: 3, root: Hash::of(&[b"another history"]) };
    let forged = SignedCheckpoint::sign(forged, &Signer::from_seed(&[7; 32])).to_string();
    let mut proof: Value = serde_json::from_str(&since).unwrap();
    proof["first"] = proof["second"].clone();
    proof["second"] = Value::String(forged);
    let split = home.witness(&log, &home.keep("split.json", &proof.to_string())).unwrap_err();
    assert!(split.contains("history was rewritten"), "{split}");
}

#[tokio::test]
async fn a_witness_s_line_is_handed_on_and_checked_by_anybody() {
    let server = TestServer::new().await;
    let (home, mut stranger) = (Home::new(), server.browser());
    open_lot(&server).await;
    sign(&server).await;
    let bare = stranger.get("/proof/checkpoints/1").await.body;
    let witness = Signer::from_seed(&[5; 32]);
    let name = proof::NoteKey::witness("witness.example", witness.public()).unwrap().to_string();
    let mut note = SignedCheckpoint::parse(&bare).unwrap();
    let log = proof::note_key(&note.checkpoint().origin, &key());
    let (config, unsigned) = (&server.state.config, home.keep("bare.note", &bare));
    let refused = server::checkpoint::countersigned(config, &told(&["--witness", &name, &unsigned])).await;
    assert!(refused.unwrap_err().to_string().contains("has not signed"));
    note.cosign("witness.example", &witness, 1_795_392_000).unwrap();
    let cosigned = home.keep("cosigned.note", &note.to_string());
    for _ in 0..2 {
        server::checkpoint::countersigned(config, &told(&["--witness", &name, &cosigned])).await.unwrap();
    }
    let shown = stranger.get("/proof/checkpoints/1").await.body;
    assert_eq!(shown.matches("— witness.example ").count(), 1, "{shown}");
    assert!(stranger.get("/proof/checkpoints").await.body.contains("witness.example"));
    let verify = |file: &str, more: &[&str]| {
        let words: Vec<&str> = ["--log", &log, file].into_iter().chain(more.iter().copied()).collect();
        server::witness::verify(&told(&words)).map_err(|error| error.to_string())
    };
    verify(&home.keep("shown.note", &shown), &["--witness", &name]).unwrap();
    assert!(verify(&unsigned, &["--witness", &name]).is_err(), "no witness");
    verify(&unsigned, &["--witness", &name, "--need", "0"]).unwrap();
    let stranger_key =
        proof::NoteKey::witness("other.example", Signer::from_seed(&[6; 32]).public()).unwrap();
    assert!(verify(&home.path("shown.note"), &["--witness", &stranger_key.to_string()]).is_err());
    // a note of nobody's
    let other = SignedCheckpoint::sign(
        proof::Checkpoint { origin: "luochui/other".into(), size: 1, root: Hash::of(&[b"x"]) },
        &witness,
    );
    let other = home.keep("other.note", &other.to_string());
    let unknown = server::checkpoint::countersigned(config, &told(&["--witness", &name, &other])).await;
    assert!(unknown.unwrap_err().to_string().contains("none of our checkpoints"));
}
