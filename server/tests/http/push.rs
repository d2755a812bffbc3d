//! `/my/alerts`: news in this browser, from the form that turns it on to what the browser reads.

use auction::SaleFormat;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::LotId;
use platform_db::new_id;
use platform_testkit::{PushService, Subscribed};
use serde_json::Value;
use tokio::sync::watch;

use crate::bid_news::bids;
use crate::formats::{everybody, lot_of, open_sale_with};
use crate::support::{Answer, Browser, TestServer};

/// A server that reaches this push service, and sends when it is told to.
async fn server_with(service: &PushService) -> TestServer {
    let server = TestServer::with(&[("LUOCHUI_PUSH", service.url())]).await;
    let (_, stopped) = watch::channel(true);
    let state = &server.state;
    server::push::start(&state.config, &state.services, &state.clock, stopped).await.unwrap();
    server
}

async fn turn_on(browser: &mut Browser, as_given: &Subscribed) -> Answer {
    let (p256dh, auth) = (URL_SAFE_NO_PAD.encode(&as_given.p256dh), URL_SAFE_NO_PAD.encode(&as_given.auth));
    let key = new_id().to_string();
    let form = [
        ("form", "device"),
        ("key", &*key),
        ("endpoint", &*as_given.endpoint),
        ("p256dh", &*p256dh),
        ("auth", &*auth),
    ];
    browser.post("/my/alerts", &form).await
}

async fn open_lot(server: &TestServer) -> LotId {
    lot_of(open_sale_with(server, 1, SaleFormat::Timed, (everybody(), 0)).await, 0)
}

/// Somebody outbids, and the news goes out.
async fn outbid(server: &TestServer, lot_id: LotId, (mine, other): (&mut Browser, &mut Browser), yuan: i64) {
    bids(mine, lot_id, yuan).await;
    bids(other, lot_id, yuan + 2_000).await;
    out(server).await;
}

async fn out(server: &TestServer) {
    let auction = &server.state.services.auction;
    auction.tell_news().await.unwrap();
    auction.push_out(auction.now()).await.unwrap();
}

#[tokio::test]
async fn a_browser_that_was_turned_on_reads_of_the_lost_lead_and_leads_to_the_lot() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let lot_id = open_lot(&server).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let key = server.state.services.auction.push_key().unwrap().to_owned();
    let page = mine.get("/my/alerts").await.body;
    assert!(page.contains(&format!("data-push=\"{key}\"")) && !page.contains("本设备"), "{page}");

    let mut phone = mine.clone().with_header("user-agent", "Mozilla/5.0 (Linux; Android 15) Chrome/140.0");
    let answer = turn_on(&mut phone, &service.subscribe()).await;
    assert_eq!(answer.location(), "/my/alerts?done=DEVICE_ADDED", "{}", answer.body);
    let page = phone.get("/my/alerts").await.body;
    for text in ["Chrome · Android", "本设备", "data-push-on hidden"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!mine.get("/my/alerts").await.body.contains("本设备"), "another browser is not that one");

    outbid(&server, lot_id, (&mut mine, &mut other), 60_000).await;
    assert_eq!(service.refused(), [""; 0]);
    let pushed = service.pushed();
    assert_eq!(pushed.len(), 1);
    let read: Value = serde_json::from_str(&pushed[0].text).unwrap();
    assert_eq!((read["title"].as_str(), read["lang"].as_str()), (Some("出价被超过"), Some("zh-CN")));
    assert_eq!(read["url"], format!("/auctions/lots/{lot_id}"));
    let lot = server.state.services.auction.lot(&server.person("yuanxing"), lot_id).await.unwrap().lot;
    assert_eq!(read["body"], lot.title, "of bids it says nothing");
    let parts: Vec<&String> = read.as_object().unwrap().keys().collect();
    assert_eq!(parts, ["at", "body", "lang", "tag", "title", "url"]);
    assert_eq!(pushed[0].contact, "http://127.0.0.1:3000");
}

#[tokio::test]
async fn who_chooses_english_is_told_in_english() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let lot_id = open_lot(&server).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    turn_on(&mut mine, &service.subscribe()).await;
    mine.post("/settings/appearance", &[("lang", "en")]).await;
    server.state.bus.drain().await.unwrap();
    outbid(&server, lot_id, (&mut mine, &mut other), 60_000).await;
    let read: Value = serde_json::from_str(&service.pushed()[0].text).unwrap();
    assert_eq!((read["title"].as_str(), read["lang"].as_str()), (Some("Outbid"), Some("en")));
}

#[tokio::test]
async fn signing_out_turns_the_browser_off_and_another_one_stays_on() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let lot_id = open_lot(&server).await;
    let mut desk = server.signed_in("yuanxing").await;
    let (mut phone, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let (at_desk, in_phone) = (service.subscribe(), service.subscribe());
    turn_on(&mut desk, &at_desk).await;
    turn_on(&mut phone, &in_phone).await;
    assert!(phone.cookies.contains_key("device"));
    phone.post("/sign-out", &[]).await;
    assert!(!phone.cookies.contains_key("device"));
    server.state.bus.drain().await.unwrap();
    outbid(&server, lot_id, (&mut desk, &mut other), 60_000).await;
    let reached =
        |service: &PushService| service.pushed().into_iter().map(|one| one.endpoint).collect::<Vec<_>>();
    assert_eq!(reached(&service), [at_desk.endpoint.as_str()]);

    // and everywhere else at once
    let mut phone = server.signed_in("yuanxing").await;
    turn_on(&mut phone, &in_phone).await;
    phone.post("/settings/sessions/end", &[]).await;
    server.state.bus.drain().await.unwrap();
    let page = phone.get("/my/alerts").await.body;
    assert_eq!(page.matches("value=\"forget_device\"").count(), 1, "{page}");
    assert!(page.contains("本设备"));
}

#[tokio::test]
async fn signing_out_turns_the_browser_off_also_after_the_session_ran_out() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let (mut desk, mut phone) = (server.signed_in("yuanxing").await, server.signed_in("yuanxing").await);
    turn_on(&mut phone, &service.subscribe()).await;
    let devices = async |browser: &mut Browser| {
        browser.get("/my/alerts").await.body.matches("value=\"forget_device\"").count()
    };
    assert_eq!(devices(&mut desk).await, 1);
    // what is left of the phone is the name under which it is told news
    phone.cookies.retain(|name, _| name == "device");
    let answer = phone.post("/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in?done=SIGNED_OUT");
    assert!(!phone.cookies.contains_key("device"));
    assert_eq!(devices(&mut desk).await, 0);
}

#[tokio::test]
async fn a_browser_whose_address_changes_stands_in_the_list_once() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let mut mine = server.signed_in("yuanxing").await;
    turn_on(&mut mine, &service.subscribe()).await;
    let first = mine.cookies["device"].clone();
    turn_on(&mut mine, &service.subscribe()).await;
    assert_ne!(mine.cookies["device"], first);
    let page = mine.get("/my/alerts").await.body;
    assert_eq!(page.matches("value=\"forget_device\"").count(), 1, "{page}");
}

#[tokio::test]
async fn only_ones_own_browsers_can_be_turned_off_and_only_real_ones_on() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let browser = service.subscribe();
    for odd in [
        Subscribed { endpoint: "https://169.254.169.254/latest".into(), ..browser.clone() },
        Subscribed { endpoint: "http://push.example.com/x".into(), ..browser.clone() },
        Subscribed { p256dh: vec![4; 65], ..browser.clone() },
        Subscribed { auth: Vec::new(), ..browser.clone() },
    ] {
        let answer = turn_on(&mut mine, &odd).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("PUSH_ADDRESS_REFUSED") && !answer.body.contains(&odd.endpoint));
    }
    turn_on(&mut mine, &browser).await;
    let id = mine.cookies["device"].clone();
    let off = [("form", "forget_device"), ("id", &*id)];
    assert_eq!(other.post("/my/alerts", &off).await.status, StatusCode::NOT_FOUND);
    let nonsense = [("form", "forget_device"), ("id", "1")];
    assert_eq!(mine.post("/my/alerts", &nonsense).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        assert_eq!(mine.post("/my/alerts", &off).await.location(), "/my/alerts?done=DEVICE_REMOVED");
    }
    assert!(!mine.get("/my/alerts").await.body.contains("forget_device"));
    let mut staff = server.signed_in("sales").await;
    assert_eq!(turn_on(&mut staff, &service.subscribe()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_car_is_muted_from_its_news_and_a_topic_kept_at_the_bell() {
    let service = PushService::start().await.unwrap();
    let server = server_with(&service).await;
    let lot_id = open_lot(&server).await;
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    turn_on(&mut mine, &service.subscribe()).await;
    outbid(&server, lot_id, (&mut mine, &mut other), 60_000).await;
    assert_eq!(service.pushed().len(), 1);
    let title =
        server.state.services.auction.lot(&server.person("yuanxing"), lot_id).await.unwrap().lot.title;
    let page = mine.get("/my/alerts").await.body;
    assert!(page.contains("静音此车"));
    for name in [format!("静音此车：{title}"), "关闭 ".to_owned()] {
        assert!(page.contains(&format!("aria-label=\"{name}")), "{name}: {page}");
    }
    let lot = lot_id.to_string();
    let muted = mine.post("/my/alerts", &[("form", "mute"), ("lot", &lot)]).await;
    assert_eq!(muted.location(), "/my/alerts?done=LOT_MUTED");
    let page = mine.get("/my/alerts").await.body;
    assert!(
        page.contains(&format!("aria-label=\"恢复通知：{title}\"")) && !page.contains("静音此车"),
        "{page}"
    );
    outbid(&server, lot_id, (&mut mine, &mut other), 70_000).await;
    assert_eq!(service.pushed().len(), 1);
    let back = mine.post("/my/alerts", &[("form", "unmute"), ("lot", &lot)]).await;
    assert_eq!(back.location(), "/my/alerts?done=LOT_UNMUTED");
    let unknown = new_id().to_string();
    let nowhere = mine.post("/my/alerts", &[("form", "mute"), ("lot", &unknown)]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);

    let chosen = [
        ("form", "choice"),
        ("has_pushed", "on"),
        ("topics", "outbid"),
        ("topics", "ending"),
        ("pushed", "ending"),
    ];
    assert_eq!(mine.post("/my/alerts", &chosen).await.location(), "/my/alerts?done=ALERTS_CHOSEN");
    assert_eq!(mine.get("/my/alerts").await.body.matches(" checked").count(), 3);
}

#[tokio::test]
async fn where_nothing_may_leave_nothing_can_be_turned_on() {
    let service = PushService::start().await.unwrap();
    let server = TestServer::with(&[("LUOCHUI_PUSH", "no")]).await;
    let (_, stopped) = watch::channel(true);
    let state = &server.state;
    assert!(
        server::push::start(&state.config, &state.services, &state.clock, stopped).await.unwrap().is_none()
    );
    let mut mine = server.signed_in("yuanxing").await;
    let page = mine.get("/my/alerts").await;
    assert!(!page.body.contains("push.js"));
    assert!(page.header("content-security-policy").contains("worker-src 'self'"));
    let answer = turn_on(&mut mine, &service.subscribe()).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("PUSH_OFF"));
}
