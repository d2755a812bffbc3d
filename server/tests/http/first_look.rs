//! The first look of the seller's group: its stores read and take it without a script, others find nothing of it, and the order
//! says what it rests on.

use axum::http::StatusCode;
use bidding::FirstLook;
use kernel::{DealerId, LotId};
use platform_config::Service;
use platform_db::new_id;
use serde_json::{Value, json};

use crate::formats::{api, hear_of_car, unmarked};
use crate::receipts::changed_lot_between;
use crate::sold::put_in_outbox;
use crate::support::TestServer;

const HOUR: i64 = 3_600_000;
/// 92.5 % of the car's guide price of ¥90 000, up to the smallest unit.
const SHADOW: &str = "8330000";

fn json(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

/// A lot that opens in an hour, of a seller whose group yuanxing is a store of.
async fn lot_of_the_group(server: &TestServer) -> LotId {
    let rule = FirstLook { before_ms: 24 * HOUR, price_bp: 9_250 };
    let change = |sale: &mut auction::CreateSale| sale.fine.house.first_look = Some(rule);
    let lot = changed_lot_between(server, (HOUR, 2 * HOUR), Some(8_500_000), change).await;
    let store = server.person("yuanxing");
    let seat = store.dealer().unwrap();
    for (id, name) in [(DealerId(new_id()), "测试卖方有限公司"), (seat.dealer_id, &seat.dealer_name)]
    {
        let data = json!({ "dealer_id": id, "name": name, "status": "active", "group": "远行集团" });
        put_in_outbox(server, Service::Identity, ("DealerChanged", 1), (id.0, 1_000), data).await;
    }
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    lot
}

#[tokio::test]
async fn a_store_of_the_group_takes_the_car_and_its_order_says_how() {
    let server = TestServer::new().await;
    let lot = lot_of_the_group(&server).await;
    let path = format!("/auctions/lots/{lot}");
    let mut store = server.signed_in("yuanxing").await;
    let page = unmarked(&store.get(&path).await.body);
    for words in ["内部调拨优先", "按 ¥83,300 取得", "可按指导价的 92.5% 先取得", "/first-look\""]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("value=\"pre_bid\""), "who may take it may not bid: {page}");
    let hall = unmarked(&store.get("/auctions").await.body);
    assert!(hall.contains("内部调拨优先") && hall.contains("¥83,300"), "{hall}");
    let key = new_id().to_string();
    let wanted = [("key", key.as_str()), ("price_fen", SHADOW)];
    for _ in 0..2 {
        let taken = store.post(&format!("{path}/first-look"), &wanted).await;
        assert_eq!(taken.location(), format!("{path}?answer={key}#bid"), "{}", taken.body);
    }
    let page = unmarked(&store.get(&format!("{path}?answer={key}")).await.body);
    assert!(page.contains("卖方集团的门店在开拍前取得了本车") && !page.contains("/first-look\""), "{page}");
    let why = store.get(&format!("/my/bids/{key}")).await.body;
    assert!(why.contains("按内部调拨价 ¥83,300 取得") && why.contains("指导价乘以场次规定的比例"), "{why}");
    let mut other = server.signed_in("hengxin").await;
    let page = unmarked(&other.get(&path).await.body);
    assert!(page.contains("卖方集团的门店在开拍前取得了本车") && page.contains("¥83,300"), "{page}");

    server.state.bus.drain().await.unwrap();
    let mut clerk = server.signed_in("auctioneer").await;
    let office = unmarked(&clerk.get(&format!("/office/lots/{lot}")).await.body);
    assert!(office.contains("内部调拨") && office.contains("92.5%"), "{office}");
    let file = clerk.get("/office/orders.csv").await.body;
    assert!(file.contains("成交方式") && file.contains("内部调拨"), "{file}");
    let orders = store.get("/my/orders").await.body;
    let order = orders.split("href=\"/my/orders/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let order = store.get(&format!("/my/orders/{order}")).await.body;
    assert!(order.contains("内部调拨成交确认书") && order.contains("取得时间"), "{order}");
}

#[tokio::test]
async fn the_panel_of_a_store_says_why_it_takes_no_max() {
    let server = TestServer::new().await;
    let path = format!("/auctions/lots/{}", lot_of_the_group(&server).await);
    let panel = |page: String| page.split_once("id=\"bid\"").unwrap().1.to_owned();
    let store = panel(unmarked(&server.signed_in("yuanxing").await.get(&path).await.body));
    assert!(store.contains("本车由您所在的集团送拍，不能出价"), "{store}");
    assert!(!store.contains("现在可以先填委托价"), "{store}");
    assert!(
        store.contains("id=\"landed\""),
        "it may take the car, and reads what that costs at its door: {store}"
    );
    let other = panel(unmarked(&server.signed_in("hengxin").await.get(&path).await.body));
    assert!(other.contains("现在可以先填委托价") && !other.contains("您所在的集团"), "{other}");
}

#[tokio::test]
async fn a_program_of_a_store_reads_and_takes_it() {
    let server = TestServer::new().await;
    let lot = lot_of_the_group(&server).await;
    let path = format!("/api/v1/lots/{lot}");
    let (mut store, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let offer = json(&store.get(&path).await.body)["first_look"].clone();
    assert_eq!(offer["price_fen"].to_string(), SHADOW, "{offer}");
    let span = offer["until_ms"].as_i64().unwrap() - offer["from_ms"].as_i64().unwrap();
    assert_eq!(span, 24 * HOUR, "{offer}");
    assert_eq!(json(&store.get("/api/v1/lots").await.body)["lots"][0]["first_look"], offer);
    assert!(json(&other.get(&path).await.body)["first_look"].is_null(), "others are not told");

    let (take, wanted) = (format!("{path}/first-look"), json!({ "price_fen": 8_330_000 }));
    let refused = api(&mut other, &take, &new_id().to_string(), wanted.clone()).await;
    let told = (refused.status, json(&refused.body)["code"].clone());
    assert_eq!(told, (StatusCode::CONFLICT, json!("LOT_NOT_OPEN")), "as on any lot that is not open");
    let cheaper = json!({ "price_fen": 8_000_000 });
    let refused = api(&mut store, &take, &new_id().to_string(), cheaper).await;
    assert_eq!(
        (refused.status, json(&refused.body)["code"].clone()),
        (StatusCode::CONFLICT, json!("NOT_APPLICABLE"))
    );
    let key = new_id().to_string();
    for _ in 0..2 {
        let taken = api(&mut store, &take, &key, wanted.clone()).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
        let answer = json(&taken.body);
        assert_eq!((&answer["lot"]["outcome"], &answer["lot"]["leading"]), (&json!("sold"), &json!(true)));
        assert!(answer["receipt"]["hash"].is_string(), "{answer}");
    }
    assert!(json(&store.get(&path).await.body)["first_look"].is_null(), "there is nothing left to take");
}

#[tokio::test]
async fn others_find_nothing_of_it() {
    let server = TestServer::new().await;
    let lot = lot_of_the_group(&server).await;
    let path = format!("/auctions/lots/{lot}");
    let key = new_id().to_string();
    let wanted = [("key", key.as_str()), ("price_fen", SHADOW)];
    let mut other = server.signed_in("hengxin").await;
    assert!(!other.get("/auctions").await.body.contains("调拨"));
    let page = other.get(&path).await.body;
    assert!(!page.contains("调拨") && !page.contains("first-look"), "{page}");
    let refused = other.post(&format!("{path}/first-look"), &wanted).await;
    assert_eq!(refused.location(), format!("{path}?answer={key}#bid"));
    let page = other.get(&format!("{path}?answer={key}")).await.body;
    assert!(page.contains("LOT_NOT_OPEN") || page.contains("未开拍"), "{page}");
    assert!(!page.contains("调拨"), "{page}");
    let mut clerk = server.signed_in("auctioneer").await;
    let refused = clerk.post(&format!("{path}/first-look"), &wanted).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "staff take no cars");
    let office = clerk.get(&format!("/office/lots/{lot}")).await.body;
    assert!(office.contains("92.5%"), "staff read the rule: {office}");
}

#[tokio::test]
async fn the_form_of_a_sale_says_it_and_what_is_wrong_with_it() {
    let server = TestServer::new().await;
    let mut clerk = server.signed_in("auctioneer").await;
    let key = new_id().to_string();
    let fields = |hours: &'static str, price: &'static str| {
        [
            ("name", "集团专场"),
            ("format", "timed"),
            ("runs", "60"),
            ("stagger", "30"),
            ("window", "120"),
            ("cap", "60"),
            ("below_reserve", "full"),
            ("deposit", "0"),
            ("first_look", hours),
            ("first_look_price", price),
        ]
    };
    let post = |hours, price| [&[("key", key.as_str())][..], &fields(hours, price)[..]].concat();
    for (hours, price) in [("337", "90"), ("0", "90"), ("24", "9.99"), ("24", "")] {
        let refused = clerk.post("/office/sales/templates/new", &post(hours, price)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{hours} {price}");
    }
    let saved = clerk.post("/office/sales/templates/new", &post("48", "92.5")).await;
    assert_eq!(saved.location(), "/office/sales/templates?done=TEMPLATE_SAVED", "{}", saved.body);
    hear_of_car(&server, 0).await;
    let form = clerk.get(&format!("/office/sales/new?template={key}")).await.body;
    for (name, value) in [("first_look", "48"), ("first_look_price", "92.5")] {
        let field = form.split(&format!("name=\"{name}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(field.contains(&format!("value=\"{value}\"")), "{name}: {field}");
    }
}
