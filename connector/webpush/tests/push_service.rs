//! Against a push service that checks what it is sent as a real one does, and reads it as the browser would.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use auction::{PushAddress, PushAnswer, PushMessage, PushPost as _, Urgency};
use connector_webpush::{VapidKey, WebPush};
use kernel::UnixMs;
use platform_db::{Clock, ManualClock, SystemClock};
use platform_testkit::{PushService, Pushing, Subscribed};

const CONTACT: &str = "https://auction.example.com";

fn way_by(of: &PushService, clock: Arc<dyn Clock>) -> WebPush {
    let key = VapidKey::of(&VapidKey::fresh()).unwrap();
    WebPush::new(key, CONTACT, Some(of.url()), clock).unwrap()
}

fn way(of: &PushService) -> WebPush {
    way_by(of, Arc::new(SystemClock))
}

fn address(of: &Subscribed) -> PushAddress {
    PushAddress { endpoint: of.endpoint.clone(), p256dh: of.p256dh.clone(), auth: of.auth.clone() }
}

fn message(text: &str) -> PushMessage {
    PushMessage {
        text: text.to_owned(),
        ttl_s: 90,
        urgency: Urgency::High,
        topic: Some("a-lot_1".to_owned()),
    }
}

fn later(answer: PushAnswer) -> (Option<i64>, String) {
    match answer {
        PushAnswer::Later { after_ms, why } => (after_ms, why),
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_reaches_the_browser_as_it_was_written() {
    let service = PushService::start().await.unwrap();
    let (phone, desk) = (service.subscribe(), service.subscribe());
    let way = way(&service);
    assert!(way.reaches(&address(&phone)));
    let text = "{\"title\":\"出价被超过\"}";
    assert_eq!(way.send(&address(&phone), &message(text)).await, PushAnswer::Taken);
    let plain = PushMessage { topic: None, urgency: Urgency::Low, ..message("") };
    assert_eq!(way.send(&address(&desk), &plain).await, PushAnswer::Taken);
    assert_eq!(service.refused(), [""; 0]);
    let pushed = service.pushed();
    let seen: Vec<_> = pushed.iter().map(|one| (one.endpoint.as_str(), one.text.as_str())).collect();
    assert_eq!(seen, [(phone.endpoint.as_str(), text), (desk.endpoint.as_str(), "")]);
    assert_eq!(pushed[0].contact, CONTACT);
    let header = |at: usize, name: &str| pushed[at].headers.get(name).cloned().unwrap_or_default();
    assert_eq!(
        (header(0, "ttl"), header(0, "urgency"), header(0, "topic")),
        ("90".into(), "high".into(), "a-lot_1".into())
    );
    assert_eq!((header(1, "urgency"), header(1, "topic")), ("low".into(), String::new()));
}

#[tokio::test]
async fn nothing_of_it_can_be_read_on_the_way_or_by_another_browser() {
    let service = PushService::start().await.unwrap();
    let (phone, other) = (service.subscribe(), service.subscribe());
    let way = way(&service);
    let mixed = PushAddress { endpoint: phone.endpoint.clone(), ..address(&other) };
    let answer = way.send(&mixed, &message("secret")).await;
    assert!(matches!(answer, PushAnswer::Refused(_)), "{answer:?}");
    assert_eq!(service.refused(), ["the browser cannot read it"]);
    assert!(service.pushed().is_empty());
}

#[tokio::test]
async fn a_token_is_for_now_only() {
    let service = PushService::start().await.unwrap();
    let phone = service.subscribe();
    let now = SystemClock.now();
    for at in [now.plus_ms(-13 * 3_600_000), now.plus_ms(13 * 3_600_000)] {
        let way = way_by(&service, ManualClock::at(at));
        assert!(matches!(way.send(&address(&phone), &message("x")).await, PushAnswer::Refused(_)));
    }
    assert_eq!(service.refused(), ["run out, or good for too long"; 2]);
    let way = way_by(&service, ManualClock::at(UnixMs(now.0)));
    assert_eq!(way.send(&address(&phone), &message("x")).await, PushAnswer::Taken);
}

#[tokio::test]
async fn what_the_service_answers_is_told_apart() {
    let service = PushService::start().await.unwrap();
    let phone = address(&service.subscribe());
    let way = way(&service).with_patience(Duration::from_secs(2));
    service.answer(Pushing::With(429, Some(120)));
    assert_eq!(later(way.send(&phone, &message("x")).await).0, Some(120_000));
    service.answer(Pushing::With(500, None));
    assert_eq!(
        later(way.send(&phone, &message("x")).await),
        (None, "the push service answers 500".to_owned())
    );
    service.answer(Pushing::Never);
    assert!(later(way.send(&phone, &message("x")).await).1.contains("does not answer"));
    for gone in [404, 410] {
        service.answer(Pushing::With(gone, None));
        assert_eq!(way.send(&phone, &message("x")).await, PushAnswer::Gone);
    }
    service.answer(Pushing::With(307, None));
    assert!(
        matches!(way.send(&phone, &message("x")).await, PushAnswer::Refused(_)),
        "no redirect is followed"
    );
    service.answer(Pushing::Honestly);
    assert_eq!(way.send(&phone, &message("x")).await, PushAnswer::Taken);
    service.forget(&phone.endpoint);
    assert_eq!(way.send(&phone, &message("x")).await, PushAnswer::Gone);
    assert_eq!(service.asked(), 8);
    drop(service);
    assert_eq!(later(way.send(&phone, &message("x")).await).0, None, "nobody is there");
}

#[tokio::test]
async fn only_push_services_and_whole_keys_are_addresses() {
    let service = PushService::start().await.unwrap();
    let phone = address(&service.subscribe());
    let key = VapidKey::of(&VapidKey::fresh()).unwrap();
    let strict = WebPush::new(key, CONTACT, None, Arc::new(SystemClock)).unwrap();
    assert!(!strict.reaches(&phone), "this machine only where the settings say so");
    assert!(matches!(strict.send(&phone, &message("x")).await, PushAnswer::Refused(_)));
    let https = PushAddress { endpoint: "https://web.push.apple.com/QGuQ".to_owned(), ..phone.clone() };
    assert!(strict.reaches(&https));
    let way = way(&service);
    let port_more = format!("{}0/send/x", service.url());
    for endpoint in
        ["http://web.push.apple.com/Q", "https://10.0.0.1/Q", "https://localhost/Q", "x", &port_more]
    {
        assert!(!way.reaches(&PushAddress { endpoint: endpoint.to_owned(), ..phone.clone() }), "{endpoint}");
    }
    let long = format!("https://web.push.apple.com/{}", "x".repeat(1_000));
    let mut off_curve = phone.p256dh.clone();
    off_curve[64] ^= 1;
    for bad in [
        PushAddress { endpoint: long, ..phone.clone() },
        PushAddress { p256dh: off_curve, ..phone.clone() },
        PushAddress { p256dh: phone.p256dh[..33].to_vec(), ..phone.clone() },
        PushAddress { auth: vec![0; 15], ..phone.clone() },
    ] {
        assert!(!way.reaches(&bad));
    }
    assert!(
        matches!(way.send(&phone, &message(&"x".repeat(4_000))).await, PushAnswer::Refused(_)),
        "too long"
    );
    assert_eq!(service.asked(), 0);
}
