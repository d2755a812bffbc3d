//! `/office/dealers`, `/office/users` and `/my/company`: the forms.

use axum::http::StatusCode;
use identity::demo_dealer_id;
use uuid::Uuid;

use crate::receipts::open_lot;
use crate::support::{Browser, PASSWORD, TestServer};

fn key() -> String {
    Uuid::now_v7().to_string()
}

#[tokio::test]
async fn a_company_is_registered_once_however_often_the_button_is_pressed() {
    let server = TestServer::new().await;
    let mut sales = server.signed_in("sales").await;
    let id = key();
    let fields = [("key", id.as_str()), ("name", "顺达汽车"), ("city", "南京"), ("phone", "025-84567890")];
    for _ in 0..2 {
        let answer = sales.post("/office/dealers/new", &fields).await;
        let there = format!("/office/dealers/{id}?done=DEALER_REGISTERED");
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, there.as_str()));
    }
    let again = sales.post("/office/dealers/new", &[("key", &key()), fields[1], fields[2], fields[3]]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("顺达汽车") && again.body.contains("南京"), "what was typed is kept");
    let page = sales.get(&format!("/office/dealers/{id}")).await;
    assert!(page.body.contains("顺达汽车") && !page.body.contains("84567890"), "the number is masked");
}

#[tokio::test]
async fn suspending_asks_for_a_reason_and_shows_it() {
    let server = TestServer::new().await;
    let mut sales = server.signed_in("sales").await;
    let path = format!("/office/dealers/{}", demo_dealer_id("yuanxing"));
    let silent = sales.post(&path, &[("form", "suspend"), ("key", &key()), ("why", "")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("form", "suspend"), ("key", &key()), ("why", "逾期未付款")];
    assert!(sales.post(&path, &fields).await.location().ends_with("?done=DEALER_SUSPENDED"));
    let page = sales.get(&path).await.body;
    assert!(page.contains("逾期未付款") && page.contains("苏晓"), "the trail says why and who");
    let list = sales.get("/office/dealers?status=suspended").await.body;
    assert!(list.contains("远行二手车") && !list.contains("恒信车业"));
}

#[tokio::test]
async fn a_dealer_without_verified_papers_looks_and_cannot_bid() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let mut sales = server.signed_in("sales").await;
    let path = format!("/office/dealers/{}", demo_dealer_id("yuanxing"));
    assert!(sales.get(&path).await.body.contains("已认证"), "the demo's dealers are verified");
    let silent = sales.post(&path, &[("form", "papers_missing"), ("key", &key()), ("why", "")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("form", "papers_missing"), ("key", &key()), ("why", "营业执照过期")];
    assert!(sales.post(&path, &fields).await.location().ends_with("?done=PAPERS_WITHDRAWN"));
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();

    let mut dealer = server.signed_in("yuanxing").await;
    assert!(dealer.get("/my/company").await.body.contains("尚未完成认证"));
    let (lot, bid) = (format!("/auctions/lots/{lot_id}"), key());
    dealer.post(&format!("{lot}/bids"), &[("key", &bid), ("max", "60000")]).await;
    let page = dealer.get(&format!("{lot}?answer={bid}")).await;
    assert!(page.body.contains("KYC_MISSING") || page.body.contains("还没有完成认证"), "{}", page.body);

    let fields = [("form", "papers_verified"), ("key", &key()), ("why", "")];
    assert!(sales.post(&path, &fields).await.location().ends_with("?done=PAPERS_VERIFIED"));
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    let bid = key();
    dealer.post(&format!("{lot}/bids"), &[("key", &bid), ("max", "60000")]).await;
    assert!(dealer.get(&format!("{lot}?answer={bid}")).await.body.contains("您是最高价"));
}

/// What the dealer reads on the lot's page after a bid.
async fn answer_to_a_bid(dealer: &mut Browser, lot: &str) -> String {
    let bid = key();
    dealer.post(&format!("{lot}/bids"), &[("key", &bid), ("max", "60000")]).await;
    dealer.get(&format!("{lot}?answer={bid}")).await.body
}

#[tokio::test]
async fn a_second_strike_suspends_until_another_person_lifts_one() {
    let server = TestServer::new().await;
    let lot = format!("/auctions/lots/{}", open_lot(&server).await);
    let (mut sales, mut finance) = (server.signed_in("sales").await, server.signed_in("finance").await);
    let path = format!("/office/dealers/{}", demo_dealer_id("yuanxing"));
    let silent = [("form", "strike"), ("key", &key()), ("reason", "unpaid"), ("note", "")];
    assert_eq!(sales.post(&path, &silent).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ids = [key(), key()];
    for (id, number) in ids.iter().zip(["1", "2"]) {
        let strike = [("form", "strike"), ("key", id), ("reason", "unpaid"), ("note", "尾款逾期三日")];
        let asked = sales.post(&path, &strike).await;
        assert_eq!(asked.status, StatusCode::CONFLICT, "nothing is given without a look at what follows");
        assert!(asked.body.contains(&format!("name=\"confirmed\" value=\"{number}\"")), "{}", asked.body);
        assert_eq!(asked.body.contains("立即暂停竞拍 30 天，至"), number == "2", "{}", asked.body);
        let back = sales.post(&path, &[&strike[..], &[("back", "on")]].concat()).await;
        assert_eq!(back.status, StatusCode::OK);
        let form = back.body.split_once("记一次违约").unwrap().1;
        assert!(
            form.contains("value=\"尾款逾期三日\"") && form.contains("value=\"unpaid\" selected"),
            "{form}"
        );
        let strike = [&strike[..], &[("confirmed", number)]].concat();
        assert!(sales.post(&path, &strike).await.location().ends_with("?done=STRIKE_GIVEN"));
    }
    for page in [path.as_str(), "/office/dealers"] {
        assert!(sales.get(page).await.body.contains("暂停至 "), "{page}");
    }
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    let mut dealer = server.signed_in("yuanxing").await;
    let refused = answer_to_a_bid(&mut dealer, &lot).await;
    // once among the texts of the island, and once filled in
    let told = (refused.matches("因违约记录，您的公司在 ").count(), refused.matches("%{until}").count());
    assert_eq!(told, (2, 1), "{refused}");
    let company = dealer.get("/my/company").await.body;
    assert!(company.contains("因违约记录，暂停竞拍至") && !company.contains("尾款逾期三日"), "{company}");
    let news = dealer.get("/my/alerts").await.body;
    assert!(news.contains("贵公司暂停竞拍至") && !news.contains("尾款逾期三日"), "{news}");

    let lift = |key: &str| {
        let fields = [("form", "lift_strike"), ("strike_id", &ids[1]), ("why", "银行延误"), ("key", key)];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let fields = lift(&key());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let own = sales.post(&path, &fields).await;
    assert!(own.status == StatusCode::FORBIDDEN && own.body.contains("须由另一人撤销"), "{}", own.body);
    assert!(own.body.contains("tabindex=\"-1\" autofocus"), "the page opens where it says so: {}", own.body);
    let fields = lift(&key());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert!(finance.post(&path, &fields).await.location().ends_with("?done=STRIKE_LIFTED"));
    assert!(sales.get(&path).await.body.contains("银行延误"), "it stays in the record");
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    assert!(answer_to_a_bid(&mut dealer, &lot).await.contains("您是最高价"));
}

#[tokio::test]
async fn whose_bids_are_voided_by_a_bar_is_told_that_and_until_when() {
    let server = TestServer::new().await;
    let lot = format!("/auctions/lots/{}", open_lot(&server).await);
    let mut dealer = server.signed_in("yuanxing").await;
    assert!(answer_to_a_bid(&mut dealer, &lot).await.contains("您是最高价"));
    let mut sales = server.signed_in("sales").await;
    let path = format!("/office/dealers/{}", demo_dealer_id("yuanxing"));
    for number in ["1", "2"] {
        let id = key();
        let strike =
            [("form", "strike"), ("key", id.as_str()), ("reason", "unpaid"), ("note", "尾款逾期三日")];
        let strike = [&strike[..], &[("confirmed", number)]].concat();
        assert!(sales.post(&path, &strike).await.location().ends_with("?done=STRIKE_GIVEN"));
    }
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    server.state.services.auction.sweep().await.unwrap();
    let page = dealer.get(&lot).await.body;
    let panel = page.split_once("bid-standing__word\">").unwrap().1;
    let (word, hint) = panel.split_once("</strong>").unwrap();
    let hint = hint.split_once("bid-standing__hint\">").unwrap().1.split("</span>").next().unwrap();
    assert!(word.starts_with("您的出价已作废"), "not: outbid: {word}");
    assert!(hint.starts_with("公司账户受限至 ") && hint.contains("出价已作废"), "{hint}");
    let home = dealer.get("/my").await.body;
    assert!(!home.contains("途观"), "there is nothing to bid again on: {home}");
    let mut other = server.signed_in("hengxin").await;
    assert!(!other.get(&lot).await.body.contains("公司账户受限至"), "nobody else reads it");
}

#[tokio::test]
async fn exports_hold_exactly_what_is_filtered() {
    let server = TestServer::new().await;
    let mut sales = server.signed_in("sales").await;
    let answer = sales.get("/office/dealers.csv?q=%E6%81%92%E4%BF%A1").await;
    assert!(answer.header("content-type").starts_with("text/csv"));
    assert!(answer.body.contains("恒信车业") && !answer.body.contains("远行二手车"));
    assert!(answer.body.contains("139****6688"));
    let people = sales.get("/office/users.csv?seat=dealer").await.body;
    assert!(people.contains("hengxin2") && !people.contains("finance"));
}

#[tokio::test]
async fn an_owner_keeps_the_companys_users_and_no_others() {
    let server = TestServer::new().await;
    let mut owner = server.signed_in("yuanxing").await;
    let id = key();
    let fields = [
        ("form", "user"),
        ("key", id.as_str()),
        ("login", "xiaochen"),
        ("display_name", "小陈"),
        ("password", PASSWORD),
    ];
    assert_eq!(owner.post("/my/company", &fields).await.location(), "/my/company?done=USER_REGISTERED");
    assert!(owner.get("/my/company").await.body.contains("小陈"));
    let path = format!("/my/company/users/{id}");
    let off = owner.post(&path, &[("form", "deactivate"), ("key", &key())]).await;
    assert_eq!(off.location(), format!("{path}?done=USER_DEACTIVATED"));

    let stranger = server.person("hengxin").user_id;
    let theirs = format!("/my/company/users/{stranger}");
    assert_eq!(owner.get(&theirs).await.status, StatusCode::NOT_FOUND);
    let change = owner.post(&theirs, &[("form", "deactivate"), ("key", &key())]).await;
    assert_eq!(change.status, StatusCode::NOT_FOUND);
    let mut member = server.signed_in("yuanxing2").await;
    let fields = [("key", key()), ("login", "friend".into()), ("display_name", "朋友".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(member.post("/my/company", &fields).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn admins_register_and_change_colleagues() {
    let server = TestServer::new().await;
    let mut admin = server.signed_in("admin").await;
    let id = key();
    let none = [("key", id.as_str()), ("login", "li.na"), ("display_name", "李娜"), ("password", PASSWORD)];
    assert_eq!(admin.post("/office/users/new", &none).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [none[0], none[1], none[2], none[3], ("roles", "finance"), ("roles", "pricing")];
    let answer = admin.post("/office/users/new", &fields).await;
    assert_eq!(answer.location(), format!("/office/users/{id}?done=USER_REGISTERED"));
    let path = format!("/office/users/{id}");
    let facts = [
        ("form", "facts"),
        ("key", &key()),
        ("display_name", "李娜娜"),
        ("has_roles", "yes"),
        ("roles", "sales"),
        ("why", "转岗"),
    ];
    assert_eq!(admin.post(&path, &facts).await.location(), format!("{path}?done=USER_CHANGED"));
    let page = admin.get(&path).await.body;
    assert!(page.contains("李娜娜") && page.contains("转岗"));
    let mut sales = server.signed_in("sales").await;
    let facts = [("form", "facts"), ("key", &key()), ("display_name", "谁"), ("why", "")];
    assert_eq!(sales.post(&path, &facts).await.status, StatusCode::FORBIDDEN);
}
