//! Against a real authority: what openssl signs is taken, and everything that is not as it should be is named.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use auction::{TimeAuthority as _, TimeStamp};
use connector_timestamp::{HttpAuthority, Roots, RootsError, StampFault, check};
use platform_db::{Clock, ManualClock, SystemClock};
use platform_testkit::{Answering, Making, TimeAuthority};

const TEXT: &str = "luochui/test\n3\nAAAA\n";

async fn made(making: Making) -> TimeAuthority {
    TimeAuthority::start(making).await.unwrap()
}

fn roots(of: &TimeAuthority) -> Roots {
    Roots::from_pem(&std::fs::read(of.roots()).unwrap()).unwrap()
}

fn client(of: &TimeAuthority, roots: Roots, clock: Arc<dyn Clock>) -> HttpAuthority {
    HttpAuthority::new(of.url(), roots, clock).unwrap()
}

async fn stamped(of: &TimeAuthority) -> Result<TimeStamp, String> {
    client(of, roots(of), Arc::new(SystemClock)).stamp(TEXT).await
}

#[tokio::test]
async fn an_honest_answer_tells_the_time_and_who_says_so() {
    let kinds = [
        Making::default(),
        Making { key: "rsa:2048", digest: "sha512", names_by: "sha1", digits: 3, ..Making::default() },
        Making { key: "rsa:3072", names_by: "sha512", digits: 6, ..Making::default() },
    ];
    for making in kinds {
        let authority = made(making).await;
        let before = SystemClock.now();
        let stamp = stamped(&authority).await.unwrap();
        assert_eq!(stamp.authority, "Time of the tests", "{making:?}");
        assert!(stamp.at.since(before).abs() < 60_000, "{making:?}: {:?}", stamp.at);
        let kept = check(&stamp.reply, TEXT, &roots(&authority)).unwrap();
        assert_eq!(
            (kept.at, kept.authority),
            (stamp.at, stamp.authority),
            "what is kept can be checked again"
        );
        // and by others' tools
        std::fs::write(authority.path("kept.tsr"), &stamp.reply).unwrap();
        std::fs::write(authority.path("kept.txt"), TEXT).unwrap();
        let words = ["ts", "-verify", "-in", "kept.tsr", "-data", "kept.txt", "-CAfile", "root.pem"];
        authority.openssl(&words).unwrap();
    }
}

#[tokio::test]
async fn an_answer_to_another_question_or_for_another_text_is_none() {
    let authority = made(Making::default()).await;
    authority.answer(Answering::With(authority.reply_for(TEXT).unwrap()));
    assert!(stamped(&authority).await.unwrap_err().contains("does not answer this question"), "a replay");
    let other = authority.reply_for("another text").unwrap();
    authority.answer(Answering::With(other.clone()));
    assert!(stamped(&authority).await.unwrap_err().contains("another text"));
    assert_eq!(check(&other, TEXT, &roots(&authority)), Err(StampFault::OtherText));
    assert!(check(&other, "another text", &roots(&authority)).is_ok());
}

#[tokio::test]
async fn a_certificate_has_to_lead_to_a_root_be_valid_and_be_for_time_stamps() {
    let (authority, other) = (made(Making::default()).await, made(Making::default()).await);
    let strange = client(&authority, roots(&other), Arc::new(SystemClock)).stamp(TEXT).await;
    assert!(strange.unwrap_err().contains("not to be trusted"), "another root of the same name");
    let expired = made(Making { days: -1, ..Making::default() }).await;
    let refused = stamped(&expired).await.unwrap_err();
    assert!(refused.contains("not to be trusted"), "{refused}");

    // openssl's authority refuses to sign with such certificates; the same messages can be made by hand
    for (usage, is_good) in [
        ("critical, timeStamping", true),
        ("timeStamping", false),
        ("critical, timeStamping, clientAuth", false),
        ("critical, clientAuth", false),
    ] {
        let authority = made(Making { usage, ..Making::default() }).await;
        let by_hand = by_hand(&authority, &["-cades"]);
        let checked = check(&by_hand, TEXT, &roots(&authority));
        match is_good {
            true => assert!(checked.is_ok(), "{usage}: {checked:?}"),
            false => assert!(matches!(checked, Err(StampFault::NotTrusted(_))), "{usage}: {checked:?}"),
        }
    }
}

#[tokio::test]
async fn a_signature_has_to_name_its_certificate_and_cover_every_byte() {
    let authority = made(Making::default()).await;
    let unnamed = by_hand(&authority, &[]);
    let fault = check(&unnamed, TEXT, &roots(&authority)).unwrap_err();
    assert_eq!(fault, StampFault::NotSigned("it does not name its certificate"));
    let good = authority.reply_for(TEXT).unwrap();
    let roots = roots(&authority);
    let found = check(&good, TEXT, &roots).unwrap();
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        // what is not signed (the status, an unread field) may differ; never what it says
        if let Ok(read) = check(&changed, TEXT, &roots) {
            assert_eq!(read, found, "byte {at}");
        }
        assert!(check(&good[..at], TEXT, &roots).is_err(), "cut at {at}");
    }
    // a GeneralizedTime of 15 characters: another year
    let time = good.windows(2).position(|two| two == [0x18, 0x0f]).unwrap();
    let mut other = good.clone();
    other[time + 5] ^= 1;
    assert_eq!(check(&other, TEXT, &roots), Err(StampFault::NotSigned("it is not about this time stamp")));
}

#[tokio::test]
async fn an_authority_that_refuses_errs_or_is_away_is_quoted() {
    let picky = made(Making { takes: "sha512", ..Making::default() }).await;
    let refused = stamped(&picky).await.unwrap_err();
    assert!(refused.contains("refused, with status 2"), "{refused}");
    let authority = made(Making::default()).await;
    for (answering, said) in [
        (Answering::With(b"<html>sign in to this network</html>".to_vec()), "not readable"),
        (Answering::With(Vec::new()), "not readable"),
        (Answering::With(vec![0x30; 100_000]), "too long"),
        (Answering::Unavailable, "503"),
    ] {
        authority.answer(answering);
        let fault = stamped(&authority).await.unwrap_err();
        assert!(fault.contains(said), "{fault}");
    }
    authority.answer(Answering::Never);
    let impatient = client(&authority, roots(&authority), Arc::new(SystemClock));
    let slow = impatient.with_patience(Duration::from_millis(50)).stamp(TEXT).await;
    assert!(slow.unwrap_err().contains("does not answer"));
    let (url, roots) = (authority.url().to_owned(), roots(&authority));
    drop(authority);
    let gone = HttpAuthority::new(&url, roots, Arc::new(SystemClock)).unwrap().stamp(TEXT).await;
    assert!(gone.unwrap_err().contains("does not answer"));
}

#[tokio::test]
async fn a_time_far_from_ours_is_not_taken() {
    let authority = made(Making::default()).await;
    for (off_ms, is_taken) in
        [(-9 * 60_000, true), (9 * 60_000, true), (-11 * 60_000, false), (11 * 60_000, false)]
    {
        let clock = ManualClock::at(SystemClock.now().plus_ms(off_ms));
        let stamp = client(&authority, roots(&authority), clock).stamp(TEXT).await;
        assert_eq!(stamp.is_ok(), is_taken, "{off_ms}: {stamp:?}");
    }
}

#[test]
fn a_file_without_roots_is_none() {
    assert_eq!(Roots::from_pem(b"").unwrap_err(), RootsError::Empty);
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(Roots::from_pem(broken).unwrap_err(), RootsError::Broken);
}

/// A time stamp signed with `openssl cms` instead of by the authority.
fn by_hand(authority: &TimeAuthority, more: &[&str]) -> Vec<u8> {
    // the words of a time stamp, from one that another authority's certificate would sign
    let run = |words: &[&str]| authority.openssl(words).unwrap();
    std::fs::write(authority.path("hand.txt"), TEXT).unwrap();
    run(&["ts", "-query", "-data", "hand.txt", "-sha256", "-out", "hand.tsq"]);
    let curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"];
    let new = ["req", "-x509", "-config", "openssl.cnf", "-newkey", "ec", "-nodes", "-keyout", "lent.key"];
    let what = ["-out", "lent.pem", "-addext", "extendedKeyUsage=critical,timeStamping"];
    run(&[&new[..], &curve, &what].concat());
    let asked = ["ts", "-reply", "-config", "openssl.cnf", "-section", "tsa", "-queryfile", "hand.tsq"];
    let with = ["-signer", "lent.pem", "-inkey", "lent.key", "-token_out", "-out", "lent.der"];
    run(&[&asked[..], &with].concat());
    run(&[
        "cms",
        "-verify",
        "-noverify",
        "-inform",
        "DER",
        "-in",
        "lent.der",
        "-certfile",
        "lent.pem",
        "-out",
        "info.der",
    ]);
    let sign = ["cms", "-sign", "-binary", "-nodetach", "-econtent_type", "1.2.840.113549.1.9.16.1.4"];
    let by =
        ["-signer", "tsa.pem", "-inkey", "tsa.key", "-md", "sha256", "-in", "info.der", "-outform", "DER"];
    run(&[&sign[..], &by, &["-out", "hand.der"], more].concat());
    run(&[
        "ts",
        "-reply",
        "-config",
        "openssl.cnf",
        "-section",
        "tsa",
        "-in",
        "hand.der",
        "-token_in",
        "-out",
        "hand.tsr",
    ]);
    std::fs::read(authority.path("hand.tsr")).unwrap()
}
