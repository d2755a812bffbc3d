//! Against a mail server that takes letters, and one that does everything that mail servers do instead.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use auction::{Letter, MailAnswer, MailPost as _};
use connector_mail::{Server, Smtp, Tls, WayError};
use kernel::UnixMs;
use platform_testkit::{MailServer, Mailing, SmtpStep};

const FROM: &str = "落槌 <news@auction.example.com>";
const LINK: &str = "https://auction.example.com/mail/unsubscribe?to=0191f2d4-aaaa-7bbb-8ccc-0123456789ab&what=outbid&sign=0123456789abcdef0123456789abcdef";

fn server(at: &MailServer, tls: Tls, sign_in: Option<(&str, &str)>) -> Server {
    let sign_in = sign_in.map(|(name, password)| (name.to_owned(), password.to_owned()));
    Server { tls, host: "127.0.0.1".to_owned(), port: at.port(), from: FROM.to_owned(), sign_in }
}

fn way(at: &MailServer) -> Smtp {
    Smtp::new(server(at, Tls::Never, None)).unwrap().with_patience(Duration::from_secs(2))
}

fn letter(to: &str) -> Letter {
    Letter {
        to: to.to_owned(),
        message_id: "0191f2d4@auction.example.com".to_owned(),
        // 2026-03-01 08:00 UTC
        written_at: UnixMs(1_772_352_000_000),
        subject: "出价被超过：大众 朗逸 2019款 自动豪华版 一手车 个人一手\r\nBcc: everybody@example.com"
            .to_owned(),
        text: "出价被超过\n\n.大众 朗逸\nhttps://auction.example.com/auctions/lots/1\n".to_owned(),
        html: "<p>大众 朗逸</p>".to_owned(),
        unsubscribe: Some(LINK.to_owned()),
    }
}

fn later(answer: MailAnswer) -> String {
    match answer {
        MailAnswer::Later(why) => why,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let post = MailServer::start().await.unwrap();
    let way = way(&post);
    assert_eq!(way.send(&letter("an@dealer.example")).await, MailAnswer::Taken);
    let mailed = post.mailed();
    assert_eq!(mailed.len(), 1);
    let mail = &mailed[0];
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("news@auction.example.com", "an@dealer.example"));
    let subject = mail.header("Subject");
    assert!(subject.starts_with("出价被超过：大众 朗逸") && subject.contains("Bcc:"), "{subject}");
    assert_eq!(mail.header("Bcc"), "", "no line of a title becomes a header");
    assert_eq!(mail.header("From"), "落槌 <news@auction.example.com>");
    assert_eq!(mail.header("Message-ID"), "<0191f2d4@auction.example.com>");
    assert_eq!(mail.header("Date"), "Sun, 01 Mar 2026 08:00:00 +0000");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("List-Unsubscribe"), format!("<{LINK}>"));
    assert_eq!(mail.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(mail.part("text/plain"), letter("").text.trim_end());
    assert_eq!(mail.part("text/html"), "<p>大众 朗逸</p>");
    assert!(mail.raw.is_ascii(), "no server has to know more than ASCII");
}

#[tokio::test]
async fn the_same_letter_again_is_the_same_to_the_box_and_takes_the_same_connection() {
    let post = MailServer::start().await.unwrap();
    let way = way(&post);
    for _ in 0..2 {
        assert_eq!(way.send(&letter("an@dealer.example")).await, MailAnswer::Taken);
    }
    let mailed = post.mailed();
    let id = |at: usize| (mailed[at].header("Message-ID"), mailed[at].header("Date"));
    assert_eq!(id(0), id(1));
    assert_eq!(post.callers(), 1);
    let plain = Letter { unsubscribe: None, ..letter("an@dealer.example") };
    assert_eq!(way.send(&plain).await, MailAnswer::Taken);
    assert_eq!(post.mailed()[2].header("List-Unsubscribe"), "");
}

#[tokio::test]
async fn who_has_the_password_is_let_in_and_who_has_not_waits() {
    let post = MailServer::start_for(Some(("news", "right"))).await.unwrap();
    let with = |password| Smtp::new(server(&post, Tls::Never, Some(("news", password)))).unwrap();
    assert_eq!(with("right").send(&letter("an@dealer.example")).await, MailAnswer::Taken);
    let why = later(with("guessed").send(&letter("an@dealer.example")).await);
    assert!(why.contains("535") && !why.contains("guessed") && post.mailed().len() == 1, "{why}");
    let why = later(way(&post).send(&letter("an@dealer.example")).await);
    assert!(why.contains("503"), "{why}");
    assert!(!format!("{:?}", server(&post, Tls::Never, Some(("news", "right")))).contains("right"));
}

#[tokio::test]
async fn whose_fault_a_refusal_is_depends_on_the_step() {
    let post = MailServer::start().await.unwrap();
    let way = way(&post);
    let letter = letter("an@dealer.example");
    for (step, says) in [
        (SmtpStep::Greeting, "554 5.3.2 no service"),
        (SmtpStep::Mail, "550 5.7.1 sender refused"),
        (SmtpStep::Mail, "421 4.3.2 busy"),
        (SmtpStep::Rcpt, "450 4.2.1 greylisted"),
        (SmtpStep::Rcpt, "550 5.7.1 relaying denied"),
        (SmtpStep::Rcpt, "530 5.7.0 sign in first"),
        (SmtpStep::Rcpt, "550 relay not permitted"),
        (SmtpStep::Rcpt, "550 5.4.5 no more today"),
        (SmtpStep::Rcpt, "550 Sender frequency limited"),
        (SmtpStep::Rcpt, "552 5.2.2 box is full"),
        (SmtpStep::Data, "550 5.7.26 no signature"),
        (SmtpStep::Data, "451 4.3.0 later"),
        (SmtpStep::Text, "452 4.3.1 full"),
    ] {
        post.answer(Mailing::Refuse(step, says));
        let why = later(way.send(&letter).await);
        assert!(why.contains(&says[..3]), "{says}: {why}");
    }
    for says in ["550 5.1.1 no such box", "553 no such name", "550 5.2.1 box is closed", "550 Unknown user"] {
        post.answer(Mailing::Refuse(SmtpStep::Rcpt, says));
        assert!(
            matches!(way.send(&letter).await, MailAnswer::NoSuchBox(why) if why.contains(&says[4..])),
            "{says}"
        );
    }
    for step in [SmtpStep::Data, SmtpStep::Text] {
        post.answer(Mailing::Refuse(step, "554 5.6.0 spam"));
        assert!(matches!(way.send(&letter).await, MailAnswer::Refused(_)), "{step:?}");
    }
    assert!(post.mailed().is_empty());
    post.answer(Mailing::Honestly);
    assert_eq!(way.send(&letter).await, MailAnswer::Taken);
}

#[tokio::test]
async fn a_server_that_hangs_or_hangs_up_is_asked_again_later() {
    let post = MailServer::start().await.unwrap();
    let way = way(&post).with_patience(Duration::from_millis(300));
    for step in [SmtpStep::Greeting, SmtpStep::Mail, SmtpStep::Rcpt, SmtpStep::Data, SmtpStep::Text] {
        post.answer(Mailing::HangUp(step));
        later(way.send(&letter("an@dealer.example")).await);
        post.answer(Mailing::Hang(step));
        let why = later(way.send(&letter("an@dealer.example")).await);
        assert!(why.contains("does not answer"), "{step:?}: {why}");
    }
    assert!(post.mailed().is_empty());
    post.answer(Mailing::TakeSilently);
    later(way.send(&letter("an@dealer.example")).await);
    assert_eq!(post.mailed().len(), 1, "it has it, and nobody was told");
    drop(post);
    later(way.send(&letter("an@dealer.example")).await);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let post = MailServer::start().await.unwrap();
    let way = way(&post);
    assert_eq!(way.send(&letter("an@dealer.example")).await, MailAnswer::Taken);
    post.hang_up_on_all();
    assert_eq!(way.send(&letter("an@dealer.example")).await, MailAnswer::Taken);
    assert_eq!(post.callers(), 2);
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_where_tls_is_asked_for() {
    let post = MailServer::start_for(Some(("news", "right"))).await.unwrap();
    for tls in [Tls::Upgraded, Tls::FromTheStart] {
        let way = Smtp::new(server(&post, tls, Some(("news", "right")))).unwrap();
        later(way.with_patience(Duration::from_secs(2)).send(&letter("an@dealer.example")).await);
    }
    assert!(!post.said().iter().any(|word| ["AUTH", "MAIL"].contains(&word.as_str())), "{:?}", post.said());
}

#[tokio::test]
async fn only_plain_addresses_are_any() {
    let post = MailServer::start().await.unwrap();
    let way = way(&post);
    for address in ["an@dealer.example", "an.zhang+cars@mail.dealer.example"] {
        assert!(way.reaches(address), "{address}");
    }
    let long = format!("{}@dealer.example", "x".repeat(250));
    for odd in [
        "an",
        "an@",
        "@dealer.example",
        "an@dealer",
        "安@dealer.example",
        "an@dealer.example>",
        &long,
        "",
        "\"an\"@dealer.example",
        "an@10.0.0.5",
        "an@[127.0.0.1]",
    ] {
        assert!(!way.reaches(odd), "{odd}");
    }
    let odd = way.send(&letter("an@dealer.example\r\nRCPT TO:<x@y.example>")).await;
    assert!(matches!(odd, MailAnswer::NoSuchBox(_)), "{odd:?}");
    assert_eq!(post.callers(), 0);
    assert_eq!(way.domain(), "auction.example.com");
    let nobody = Server { from: "nobody".to_owned(), ..server(&post, Tls::Never, None) };
    assert!(matches!(Smtp::new(nobody), Err(WayError::From(_))));
}
