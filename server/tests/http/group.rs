//! A person who acts for two stores of a group: two tabs, two browsers, open sockets, and what is taken back.

use app::i18n::t;
use auction::{SaleFormat, SisterPolicy};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bidding::ClientFrame;
use futures_util::{SinkExt as _, StreamExt as _};
use identity::{demo_dealer_id, demo_user_id};
use kernel::{DealerId, Fen, Lang, LotId, Principal};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::bid_news::bids;
use crate::formats::{everybody, lot_of, open_sale_with};
use crate::live_power::Screen;
use crate::live_revoked::closed;
use crate::receipts::{lot_with, open_lot};
use crate::support::{Browser, OURS, TestServer};

fn key() -> String {
    Uuid::now_v7().to_string()
}

/// The store where the person has the login, and the other one.
fn stores() -> (DealerId, DealerId) {
    (demo_dealer_id("jiahe"), demo_dealer_id("jiahe-sh"))
}

async fn choose(browser: &mut Browser, to: DealerId) {
    let fields = [("key", key()), ("to", to.to_string()), ("next", "/my".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(browser.post("/my/store", &fields).await.location(), "/my?done=STORE_CHOSEN");
}

/// What the page says for whom one acts.
async fn acting_for(browser: &mut Browser) -> String {
    let page = browser.get("/auctions/calendar").await.body;
    let from = page.split_once("data-testid=\"acting-store\">").unwrap().1;
    from.split('<').next().unwrap().to_owned()
}

async fn bid_for(browser: &mut Browser, lot_id: LotId, store: Option<DealerId>) -> (StatusCode, String) {
    let (key, store) = (key(), store.map(|store| store.to_string()));
    let mut fields = vec![("key", key.as_str()), ("max", "60000")];
    fields.extend(store.as_deref().map(|store| ("store", store)));
    let answer = browser.post(&format!("/auctions/lots/{lot_id}/bids"), &fields).await;
    (answer.status, answer.body)
}

async fn price(server: &TestServer, lot_id: LotId) -> Option<Fen> {
    let lot = server.state.services.auction.lot(&server.person("auctioneer"), lot_id).await.unwrap();
    lot.lot.lot.price_fen
}

async fn leads(server: &TestServer, who: &Principal, lot_id: LotId) -> bool {
    server.state.services.auction.lot(who, lot_id).await.unwrap().lot.mine.leading
}

#[tokio::test]
async fn a_form_of_the_tab_before_binds_neither_store() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let (own, other) = stores();
    let mut browser = server.signed_in("jiahe").await;
    let drawn = browser.get(&format!("/auctions/lots/{lot_id}")).await.body;
    assert!(drawn.contains(&format!("name=\"store\" value=\"{own}\"")), "{drawn}");
    assert!(drawn.contains(&format!("data-store=\"{own}\"")), "its socket says it as well");
    choose(&mut browser, other).await;
    assert_eq!(acting_for(&mut browser).await, "嘉禾名车上海店");

    // the first tab still stands there
    let (status, page) = bid_for(&mut browser, lot_id, Some(own)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        page.contains(&*t(Lang::Zh, "error.STORE_SWITCHED")) && page.contains("STORE_SWITCHED"),
        "{page}"
    );
    assert!(page.contains("嘉禾名车上海店"), "and for whom he acts now");
    let (status, page) = bid_for(&mut browser, lot_id, None).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("STORE_NOT_NAMED"), "{page}");
    assert_eq!(price(&server, lot_id).await, None, "nobody has bid");

    let (status, _) = bid_for(&mut browser, lot_id, Some(other)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (hangzhou, shanghai) = (server.person("jiahe"), server.person("jiahe2"));
    assert!(leads(&server, &shanghai, lot_id).await && !leads(&server, &hangzhou, lot_id).await);
    let page = server.signed_in("jiahe2").await.get("/my/bids").await.body;
    assert!(page.contains(&lot_id.to_string()), "the company is bound: its own people see it");
    choose(&mut browser, own).await;
    // by now the auction has heard which stores are one group
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    let (lot, warns) = (format!("/auctions/lots/{lot_id}"), "同集团的另一家门店正领先");
    assert!(browser.get(&lot).await.body.contains(warns), "before a bid is refused for it");
    assert!(!server.signed_in("jiahe2").await.get(&lot).await.body.contains(warns), "its own lead is none");
}

#[tokio::test]
async fn of_a_sisters_lead_only_who_is_refused_for_it_is_told() {
    let server = TestServer::new().await;
    let sealed = lot_of(open_sale_with(&server, 1, SaleFormat::SealedFirst, (everybody(), 0)).await, 0);
    let allowed = lot_with(&server, None, |sale| sale.audience.sisters = SisterPolicy::Allow).await;
    let (own, other) = stores();
    let mut browser = server.signed_in("jiahe").await;
    choose(&mut browser, other).await;
    for lot_id in [sealed, allowed] {
        assert_eq!(bid_for(&mut browser, lot_id, Some(other)).await.0, StatusCode::SEE_OTHER);
    }
    assert!(leads(&server, &server.person("jiahe2"), allowed).await);
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    choose(&mut browser, own).await;
    for lot_id in [sealed, allowed] {
        let page = browser.get(&format!("/auctions/lots/{lot_id}")).await.body;
        assert!(page.contains("id=\"bid\"") && !page.contains("同集团的另一家门店正领先"), "{page}");
    }
}

#[tokio::test]
async fn news_of_a_bid_for_another_store_names_it() {
    let server = TestServer::new().await;
    let (of_other, of_own) = (open_lot(&server).await, open_lot(&server).await);
    let (own, other) = stores();
    let mut browser = server.signed_in("jiahe").await;
    bid_for(&mut browser, of_own, Some(own)).await;
    choose(&mut browser, other).await;
    bid_for(&mut browser, of_other, Some(other)).await;
    let auction = &server.state.services.auction;
    auction.tell_news().await.unwrap();
    let mut rival = server.signed_in("hengxin").await;
    for lot_id in [of_own, of_other] {
        bids(&mut rival, lot_id, 62_000).await;
    }
    auction.tell_news().await.unwrap();
    // news are the person's, whichever store he acts for
    for acting in [other, own] {
        choose(&mut browser, acting).await;
        let page = browser.get("/my/alerts").await.body;
        assert_eq!(page.matches("data-kind=\"outbid\"").count(), 2, "{page}");
        assert_eq!(page.matches("代嘉禾名车上海店出价").count(), 1, "his own store is not named: {page}");
    }
}

#[tokio::test]
async fn two_browsers_act_for_two_stores() {
    let server = TestServer::new().await;
    let (own, other) = stores();
    let (mut phone, mut desk) = (server.signed_in("jiahe").await, server.signed_in("jiahe").await);
    choose(&mut phone, other).await;
    assert_eq!(acting_for(&mut phone).await, "嘉禾名车上海店");
    assert_eq!(acting_for(&mut desk).await, "嘉禾名车杭州店");
    assert!(phone.get("/my/company").await.body.contains("马申"), "the other store's people");
    assert!(!desk.get("/my/company").await.body.contains("马申"));
    let signed_in = desk.get("/settings").await.body;
    assert!(
        signed_in.contains("代表门店") && signed_in.contains("<td>嘉禾名车上海店</td>"),
        "for whom each acts: {signed_in}"
    );
    let foreign = [("key", key()), ("to", demo_dealer_id("hengxin").to_string())];
    let fields: Vec<(&str, &str)> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(phone.post("/my/store", &fields).await.status, StatusCode::NOT_FOUND);
    choose(&mut phone, own).await;
    assert_eq!(acting_for(&mut phone).await, "嘉禾名车杭州店");
    // who signs in again begins at his own store
    choose(&mut phone, other).await;
    let again = [("login", "jiahe"), ("password", crate::support::PASSWORD)];
    phone.post("/sign-in", &again).await;
    assert_eq!(acting_for(&mut phone).await, "嘉禾名车杭州店");
    let alone = server.signed_in("yuanxing").await.get("/auctions/calendar").await.body;
    assert!(!alone.contains("acting-store"), "for one store nothing is to be said");
    assert!(!server.signed_in("yuanxing").await.get("/settings").await.body.contains("代表门店"));
}

#[tokio::test]
async fn no_form_of_a_dealers_forgets_to_say_for_which_store() {
    let server = TestServer::new().await;
    let (who, mut browser) = (server.person("jiahe"), server.signed_in("jiahe").await);
    let personal = ["/sign-in", "/sign-out", "/settings", "/my/store", "/my/alerts", "/mail", "/proof"];
    let mut silent = Vec::new();
    for row in &server.table {
        let is_his = row.method != Method::GET && row.access.allows(Some(&who));
        if !is_his || personal.iter().any(|own| row.path.starts_with(own)) {
            continue;
        }
        let path: Vec<String> = row
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { key() } else { part.to_owned() })
            .collect();
        let is_api = row.path.starts_with("/api/");
        let kind = if is_api { "application/json" } else { "application/x-www-form-urlencoded" };
        let headers = [("content-type", kind), ("origin", OURS), ("sec-fetch-site", "same-origin")];
        let answer = browser.send(row.method.clone(), &path.join("/"), &headers, Body::from("key=1")).await;
        if !answer.body.contains("STORE_NOT_NAMED") || answer.status != StatusCode::CONFLICT {
            silent.push(format!("{} {} answers {}", row.method, row.path, answer.status));
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[tokio::test]
async fn a_form_drawn_for_whoever_was_signed_in_before_binds_nobody() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let mut browser = server.signed_in("yuanxing").await;
    let (status, _) = bid_for(&mut browser, lot_id, Some(demo_dealer_id("hengxin"))).await;
    assert_eq!((status, price(&server, lot_id).await), (StatusCode::CONFLICT, None));
    let (status, _) = bid_for(&mut browser, lot_id, None).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "with one store there is nothing to mistake");
}

#[tokio::test]
async fn an_open_socket_bids_no_more_for_the_store_before() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let (own, other) = stores();
    let mut browser = server.signed_in("jiahe").await;
    let drawn = format!("/ws/auction?store={own}");
    let mut screen = Screen::at(&server, &browser, &drawn).await.unwrap();
    let mut desk = Screen::at(&server, &server.signed_in("jiahe").await, &drawn).await.unwrap();
    for screen in [&mut screen, &mut desk] {
        assert!(matches!(screen.socket.next().await, Some(Ok(Message::Text(_)))));
    }
    choose(&mut browser, other).await;
    let max_fen = Fen(6_000_000);
    let bid =
        ClientFrame::PlaceMax { key: Uuid::now_v7(), lot_id, max_fen, confirmation: None, report_hash: None };
    // the server may have closed it by now
    drop(screen.socket.send(Message::text(bid.to_json())).await);
    assert_eq!(closed(&mut screen).await, 4001);
    assert_eq!(price(&server, lot_id).await, None, "nobody has bid");
    // the page of before may not come back under the other store, and says nothing for itself
    for refused in [drawn.as_str(), "/ws/auction"] {
        let answer = Screen::at(&server, &browser, refused).await;
        assert_eq!(answer.err(), Some(StatusCode::CONFLICT), "{refused}");
    }
    Screen::at(&server, &browser, &format!("/ws/auction?store={other}")).await.unwrap();
    // the other session's runs on
    for _ in 0..2 {
        assert!(matches!(desk.socket.next().await, Some(Ok(Message::Text(_)))));
    }
}

#[tokio::test]
async fn sales_give_and_take_back_on_the_persons_page() {
    let server = TestServer::new().await;
    let (_, other) = stores();
    let user_id = demo_user_id("jiahe");
    let path = format!("/office/users/{user_id}");
    let mut sales = server.signed_in("sales").await;
    let mut phone = server.signed_in("jiahe").await;
    choose(&mut phone, other).await;
    let mut screen = Screen::at(&server, &phone, &format!("/ws/auction?store={other}")).await.unwrap();
    assert!(matches!(screen.socket.next().await, Some(Ok(Message::Text(_)))));
    let store = other.to_string();
    let silent = [("form", "take_store"), ("key", &key()), ("store", &store), ("why", "")];
    assert_eq!(sales.post(&path, &silent).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let take = [("form", "take_store"), ("key", &key()), ("store", &store), ("why", "已调离")];
    assert_eq!(sales.post(&path, &take).await.location(), format!("{path}?done=STORE_TAKEN"));
    assert_eq!(closed(&mut screen).await, 1008);
    assert!(phone.get("/my").await.location().starts_with("/sign-in"), "signed out, and at no other store");
    let page = sales.get(&path).await.body;
    assert!(page.contains("已调离") && page.contains("收回门店授权"), "{page}");
    assert!(sales.get(&format!("/office/dealers/{other}")).await.body.contains("已调离"));

    let give = |to: &str| [("form", "give_store".to_owned()), ("key", key()), ("store", to.to_owned())];
    let foreign = give(&demo_dealer_id("hengxin").to_string());
    let fields: Vec<(&str, &str)> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = sales.post(&path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains(&*t(Lang::Zh, "error.STORE_OF_ANOTHER_GROUP")), "{}", refused.body);
    let again = give(&store);
    let fields: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(sales.post(&path, &fields).await.location(), format!("{path}?done=STORE_GIVEN"));
    let guests = sales.get(&format!("/office/dealers/{other}")).await.body;
    assert!(guests.contains("可代表本店的集团人员") && guests.contains("郑嘉禾"), "{guests}");
}

#[tokio::test]
async fn a_stores_owner_takes_back_and_gives_nothing() {
    let server = TestServer::new().await;
    let (own, _) = stores();
    let user_id = demo_user_id("jiahe").to_string();
    let mut owner = server.signed_in("jiahe2").await;
    assert!(owner.get("/my/company").await.body.contains("郑嘉禾"));
    // an owner of one store has no say over another
    let (store, id) = (own.to_string(), demo_user_id("jiahe2"));
    let give = [("form", "give_store"), ("key", &key()), ("store", &store)];
    let refused = owner.post(&format!("/my/company/users/{id}"), &give).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "its field `store` is another's: {}", refused.body);
    let take = [("form", "take_store"), ("key", &key()), ("user_id", &user_id), ("why", "不再授权")];
    assert_eq!(owner.post("/my/company", &take).await.location(), "/my/company?done=STORE_TAKEN");
    assert!(!owner.get("/my/company").await.body.contains("郑嘉禾"));
    let alone = server.signed_in("jiahe").await.get("/my").await.body;
    assert!(!alone.contains("acting-store"), "{alone}");
}

#[tokio::test]
async fn the_groups_page_has_a_line_for_each_store_and_their_sums() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let (_, other) = stores();
    let mut browser = server.signed_in("jiahe").await;
    choose(&mut browser, other).await;
    assert_eq!(bid_for(&mut browser, lot_id, Some(other)).await.0, StatusCode::SEE_OTHER);
    let page = browser.get("/my/group").await.body;
    let rows: Vec<&str> = page.split("<tr>").filter(|row| row.contains("</td>")).collect();
    let [hangzhou, shanghai, sums] = rows[..] else { panic!("{page}") };
    assert!(hangzhou.contains("嘉禾名车杭州店") && hangzhou.contains("action=\"/my/store\""), "{hangzhou}");
    assert!(shanghai.contains("嘉禾名车上海店") && shanghai.contains("当前"), "{shanghai}");
    let leads = |row: &str| row.matches("class=\"num\">1</td>").count();
    assert_eq!((leads(hangzhou), leads(shanghai), leads(sums)), (0, 1, 1), "{page}");
    let file = browser.get("/my/group.csv").await.body;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 3, "{file}");
    assert!(
        lines[0].contains("可用保证金") && lines[2].contains("嘉禾名车上海店,上海,正常,0,0,1,"),
        "{file}"
    );

    let alone = server.signed_in("yuanxing").await.get("/my/group.csv").await.body;
    assert_eq!((alone.lines().count(), alone.contains("嘉禾")), (2, false), "nobody else's: {alone}");
}
