//! The formats through the routes: forms, JSON API, pages; and what nobody may read before its time.

use auction::{Audience, BelowReserveMode, CreateSale, DutchPlan, SaleFormat};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bidding::{LaneTimes, LotStatus};
use kernel::{Fen, LotId, SaleId, VehicleId, event_id_for};
use platform_config::Service;
use platform_db::new_id;
use serde_json::{Value, json};

use crate::receipts::{bid, lot_with};
use crate::sold::put_in_outbox;
use crate::support::{Answer, Browser, TestServer};

/// A sale of cars (guide ¥90 000, start ¥50 000) that the auction has heard of, in this format, open now.
pub async fn open_sale(server: &TestServer, count: usize, format: SaleFormat, audience: Audience) -> SaleId {
    open_sale_with(server, count, format, (audience, 0)).await
}

/// The same, whose bids hold so much of a deposit.
pub async fn open_sale_with(
    server: &TestServer,
    count: usize,
    format: SaleFormat,
    (audience, deposit_bp): (Audience, u32),
) -> SaleId {
    let mut vehicle_ids = Vec::new();
    for index in 0..count {
        vehicle_ids.push(hear_of_car(server, index).await);
    }
    let auction = &server.state.services.auction;
    let now = auction.now();
    let sale = CreateSale {
        id: SaleId(new_id()),
        times: auction::SaleTimes {
            name: "周日专场".into(),
            opens_at: now.plus_ms(-1_000),
            first_end_at: now.plus_ms(3_600_000),
            stagger_ms: 0,
            window_ms: 12_000,
            cap_ms: 60_000,
        },
        below_reserve: BelowReserveMode::Full,
        deposit_bp,
        gap_fen: Fen::ZERO,
        vehicle_ids,
        format,
        buy_now_percent: format.is_english().then_some(110),
        audience,
        follow_on: None,
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    let sale_id = auction.create_sale(&server.person("auctioneer"), sale).await.unwrap();
    auction.sweep().await.unwrap();
    sale_id
}

pub async fn hear_of_car(server: &TestServer, index: usize) -> VehicleId {
    let id = tell_of_car(server, index).await;
    server.state.bus.drain().await.unwrap();
    id
}

/// Prices a car that the auction has not heard of yet.
pub async fn tell_of_car(server: &TestServer, index: usize) -> VehicleId {
    let id = VehicleId(new_id());
    let data = json!({
        "vehicle_id": id, "vin": format!("LUOCHUI00000000{index:02}"), "title": format!("测试车 {index}"),
        "make": "测试", "model": "一号", "model_year": 2021, "mileage_km": 30_000, "colour": "白", "city": "杭州",
        "grade": "B", "photo_ids": [], "guide_fen": 9_000_000, "start_fen": 5_000_000, "reserve_fen": null,
        "report_hash": "ab".repeat(32), "seller_name": "测试卖方"
    });
    put_in_outbox(server, Service::Vehicle, ("VehiclePriced", 1), (id.0, 1), data).await;
    id
}

pub fn lot_of(sale_id: SaleId, index: usize) -> LotId {
    LotId(event_id_for(sale_id.0, &format!("lot:{index}")))
}

pub fn everybody() -> Audience {
    Audience::default()
}

/// A page without the marks between the texts of an island.
pub fn unmarked(body: &str) -> String {
    body.replace("<!>", "")
}

pub async fn api(browser: &mut Browser, path: &str, key: &str, body: Value) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
        ("sec-fetch-site", "same-origin"),
        ("origin", crate::support::OURS),
    ];
    browser.send(Method::POST, path, &headers, Body::from(body.to_string())).await
}

#[tokio::test]
async fn the_deposit_is_told_in_the_words_of_each_format() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    let plan = DutchPlan { start_percent: 110, steps: 7, step_ms: 1_800_000 };
    for (format, words) in [
        (SaleFormat::Timed, "领先占用委托价的 10%"),
        (SaleFormat::SealedFirst, "报价占用其金额的 10%，未中标在揭标时释放"),
        (SaleFormat::Dutch(plan), "接受现价即占用成交价的 10%"),
    ] {
        let lot = lot_of(open_sale_with(&server, 1, format, (everybody(), 1_000)).await, 0);
        let page = dealer.get(&format!("/auctions/lots/{lot}")).await.body;
        assert!(page.contains(words), "{words}: {page}");
        assert_eq!(page.contains("领先占用"), format.is_english(), "only where somebody leads");
    }
}

#[tokio::test]
async fn a_lot_is_bought_by_form_and_its_page_says_so() {
    let server = TestServer::new().await;
    let lot = lot_of(open_sale(&server, 1, SaleFormat::Timed, everybody()).await, 0);
    let mut dealer = server.signed_in("yuanxing").await;
    let path = format!("/auctions/lots/{lot}");
    let page = dealer.get(&path).await;
    assert!(page.body.contains("一口价") && page.body.contains("¥99,000"), "{}", page.body);
    let key = new_id().to_string();
    let fields = [("key", key.as_str()), ("price_fen", "9900000")];
    let bought = dealer.post(&format!("{path}/buy-now"), &fields).await;
    assert_eq!(bought.location(), format!("{path}?answer={key}#bid"));
    let again = dealer.post(&format!("{path}/buy-now"), &fields).await;
    assert_eq!(again.location(), bought.location(), "a double click is one purchase");
    let mut rival = server.signed_in("hengxin").await;
    let late_key = new_id().to_string();
    let late = rival.post(&format!("{path}/buy-now"), &[("key", &late_key), ("price_fen", "9900000")]).await;
    assert!(rival.get(late.location().trim_end_matches("#bid")).await.body.contains("CLOSED"));
    let page = rival.get(&path).await;
    assert!(!page.body.contains("/buy-now"), "what is sold is not offered");
}

#[tokio::test]
async fn a_dutch_lot_shows_its_timetable_and_is_taken_by_api() {
    let server = TestServer::new().await;
    let plan = DutchPlan { start_percent: 110, steps: 7, step_ms: 1_800_000 };
    let lot = lot_of(open_sale(&server, 1, SaleFormat::Dutch(plan), everybody()).await, 0);
    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get(&format!("/auctions/lots/{lot}")).await;
    for text in ["降价时间表", "¥99,000", "¥92,000", "¥50,000"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert_eq!(page.header("refresh"), "", "with a script the panel follows the price");
    let refresh = r#"<noscript><meta http-equiv="refresh" content="60""#;
    assert!(page.body.contains(refresh), "without one it is drawn again: {}", page.body);
    let panel = unmarked(&page.body);
    for text in ["按 ¥99,000 接受", "name=\"step\" value=\"0\"", "name=\"price_fen\" value=\"9900000\""] {
        assert!(panel.contains(text), "the form takes what is shown: {text}: {panel}");
    }
    assert!(page.body.contains("id=\"replay\" hidden"), "what is live cannot be seen again: {}", page.body);
    let hall = unmarked(&dealer.get("/auctions?q=").await.body);
    for text in ["data-falling=\"9900000 700000 1800000 5000000\"", ":00 后降价</span>", "¥99,000"] {
        assert!(hall.contains(text), "its card follows the price: {text}: {hall}");
    }
    let path = format!("/api/v1/lots/{lot}");
    let shown: Value = serde_json::from_str(&dealer.get(&path).await.body).unwrap();
    assert_eq!(
        (&shown["format"], &shown["dutch"]["step_fen"]),
        (&"dutch".into(), &700_000.into()),
        "{shown}"
    );
    let step = |step: i64, price: i64| json!({ "step": step, "price_fen": price });
    let key = new_id().to_string();
    let early = api(&mut dealer, &format!("{path}/accept"), &new_id().to_string(), step(1, 9_200_000)).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", early.body);
    let taken = api(&mut dealer, &format!("{path}/accept"), &key, step(0, 9_900_000)).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
    let mut rival = server.signed_in("hengxin").await;
    let late = api(&mut rival, &format!("{path}/accept"), &new_id().to_string(), step(0, 9_900_000)).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let key = new_id().to_string();
    let fields = [("key", key.as_str()), ("step", "0"), ("price_fen", "9900000")];
    let told = rival.post(&format!("/auctions/lots/{lot}/accept"), &fields).await;
    let page = unmarked(&rival.get(told.location().trim_end_matches("#bid")).await.body);
    let panel = page.split_once("id=\"bid\"").unwrap().1;
    assert!(panel.contains("<span>已被其他车商买下。</span>"), "why it came too late: {panel}");
    assert!(panel.contains("已被其他车商买下</strong>"), "and how it stands: {panel}");
    assert!(!panel.contains("UTC"), "{panel}");
    assert!(!page.contains("id=\"replay\" hidden"), "it can be seen again: {page}");
    let mine = dealer.get("/my/bids").await.body;
    assert!(mine.contains("我接受的价格") && !mine.contains("我的委托价"), "nobody has a max here: {mine}");
    let landed = dealer.get(&format!("/auctions/lots/{lot}")).await.body;
    assert!(landed.contains("data-columns=\"now\""), "one price, one column: {landed}");
    let hall = dealer.get("/auctions?status=closed").await.body;
    assert!(
        !hall.contains(" 后降价</span>") && !hall.contains("data-until"),
        "no countdown when it is over: {hall}"
    );
}

/// Every page, file and answer in which a lot of the sale could show, for this person.
async fn walk(browser: &mut Browser, sale_id: SaleId, staff: bool) -> Vec<(String, String)> {
    let lot = lot_of(sale_id, 0);
    let mut paths = vec![
        format!("/auctions/lots/{lot}"),
        format!("/auctions?sale={sale_id}"),
        "/auctions/calendar".to_owned(),
        "/auctions/export.csv".to_owned(),
        format!("/auctions/lots/{lot}/log.json"),
        format!("/auctions/lots/{lot}/replay"),
        "/proof/checkpoints".to_owned(),
        "/api/v1/lots".to_owned(),
        format!("/api/v1/lots/{lot}"),
    ];
    if staff {
        let office = ["/office/sales", "/office/sales?view=calendar"].map(str::to_owned);
        paths = office
            .into_iter()
            .chain([format!("/office/sales/{sale_id}"), format!("/office/lots/{lot}")])
            .collect();
    }
    let mut found = Vec::new();
    for path in paths {
        let answer = browser.get(&path).await;
        assert!(
            answer.status.is_success() || answer.status == StatusCode::CONFLICT,
            "{path}: {}",
            answer.status
        );
        found.push((path, answer.body));
    }
    found
}

#[tokio::test]
async fn no_output_tells_a_sealed_offer_before_the_close() {
    let server = TestServer::new().await;
    let sale_id = open_sale(&server, 1, SaleFormat::SealedFirst, everybody()).await;
    let lot = lot_of(sale_id, 0);
    let (mut bidder, mut rival) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let path = format!("/auctions/lots/{lot}");
    for yuan in ["61300", "64,700", "62100"] {
        let key = new_id().to_string();
        let sent = bidder.post(&format!("{path}/bids"), &[("key", &key), ("max", yuan)]).await;
        assert!(sent.location().contains("?answer="), "{}", sent.location());
        let told = bidder.get(sent.location().trim_end_matches("#bid")).await;
        let panel = unmarked(&told.body);
        assert!(panel.contains("已收到，截止前可以修改</strong>"), "{panel}");
        assert!(panel.contains("已报价</strong>"), "{panel}");
    }
    assert!(bidder.get(&path).await.body.contains("¥62,100"), "one's own is shown");
    assert!(bidder.get("/my/bids").await.body.contains("¥62,100"));
    let hall = format!("/auctions?sale={sale_id}");
    let cards = (bidder.get(&hall).await.body, rival.get(&hall).await.body);
    assert!(cards.0.contains("data-look=\"offered\"") && cards.0.contains("¥62,100"), "{}", cards.0);
    assert!(cards.1.contains("data-look=\"not-bid\"") && !cards.1.contains("data-look=\"offered\""));
    let board = bidder.get("/my/board").await.body;
    assert!(board.contains("去车辆页出价"), "the board has no button that would replace the offer: {board}");
    assert!(!board.contains("name=\"quick_fen\""), "{board}");
    let mut clerk = server.signed_in("auctioneer").await;
    let seen =
        walk(&mut rival, sale_id, false).await.into_iter().chain(walk(&mut clerk, sale_id, true).await);
    for (path, body) in seen {
        for secret in
            ["61300", "61,300", "6130000", "64700", "64,700", "6470000", "62100", "62,100", "6210000", "远行"]
        {
            assert!(!body.contains(secret), "{path} tells {secret}");
        }
    }
    for (path, body) in walk(&mut bidder, sale_id, false).await {
        // the last is the filter's own choice of words
        let said = [
            "reserve-light",
            "data-light=\"not-met\"",
            "data-light=\"none\"",
            "not_met",
            ",未达保留价",
            ",无保留价",
        ];
        for words in said.into_iter().filter(|_| !path.starts_with("/proof")) {
            let body = body.replace("value=\"not_met\"", "");
            assert!(!body.contains(words), "{path} speaks of the reserve: {words}");
        }
    }
    for light in ["none", "met", "not_met"] {
        let found = bidder.get(&format!("/auctions?sale={sale_id}&reserve={light}")).await.body;
        assert!(!found.contains(&lot.to_string()), "a search finds no secret: {light}");
    }
    let lot: Value = serde_json::from_str(&rival.get(&format!("/api/v1/lots/{lot}")).await.body).unwrap();
    assert_eq!(lot["lot"]["reserve"], "secret");
    assert_eq!((&lot["lot"]["bidders"], &lot["lot"]["seq"]), (&0.into(), &1.into()));
}

#[tokio::test]
async fn a_sale_by_invitation_is_not_found_by_anybody_else() {
    let server = TestServer::new().await;
    let mut sales = server.signed_in("sales").await;
    let dealer_id = server.person("yuanxing").dealer().unwrap().dealer_id;
    let page = sales.get(&format!("/office/dealers/{dealer_id}")).await;
    assert!(page.body.contains("所属集团"));
    let key = new_id().to_string();
    let joined = [
        ("form", "facts"),
        ("key", key.as_str()),
        ("name", "远行二手车"),
        ("city", "杭州"),
        ("group", "永达集团"),
    ];
    let changed = sales.post(&format!("/office/dealers/{dealer_id}"), &joined).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    let audience = Audience { groups: vec!["永达集团".into()], ..Audience::default() };
    let sale_id = open_sale(&server, 1, SaleFormat::Timed, audience).await;
    let lot = lot_of(sale_id, 0);
    let (mut guest, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    for path in [format!("/auctions/lots/{lot}"), format!("/api/v1/lots/{lot}")] {
        assert_eq!(guest.get(&path).await.status, StatusCode::OK, "{path}");
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/auctions", "/auctions/calendar", "/auctions/export.csv", "/api/v1/lots"] {
        let name = if path == "/auctions/calendar" { "周日专场" } else { "测试车" };
        assert!(guest.get(path).await.body.contains(name), "{path}");
        assert!(!other.get(path).await.body.contains(name), "{path}");
    }
    assert_eq!(other.get(&format!("/auctions/lots/{lot}/log.json")).await.status, StatusCode::NOT_FOUND);
    let (path, key) = (format!("/api/v1/lots/{lot}/bids"), new_id().to_string());
    let bid = api(&mut other, &path, &key, json!({ "max_fen": 6_000_000 })).await;
    assert_eq!((bid.status, bid.body.contains("NOT_INVITED")), (StatusCode::FORBIDDEN, true), "{}", bid.body);
}

#[tokio::test]
async fn an_auctioneer_runs_a_lane_and_a_clerk_takes_bids_from_the_floor() {
    let server = TestServer::new().await;
    let lane = SaleFormat::Lane(LaneTimes { lot_ms: 3_600_000 });
    let sale_id = open_sale(&server, 2, lane, everybody()).await;
    let (first, second) = (lot_of(sale_id, 0), lot_of(sale_id, 1));
    let mut clerk = server.signed_in("auctioneer").await;
    let console = format!("/office/sales/{sale_id}/lane");
    let page = clerk.get(&console).await;
    assert!(page.body.contains("请注意") && page.body.contains("测试车 0"), "{}", page.body);

    what_runs_is_listed_first(&mut clerk, &console).await;
    let floor = format!("/office/sales/{sale_id}/floor");
    let dealer = server.person("yuanxing").dealer().unwrap().dealer_id.to_string();
    let keys: [String; 5] = std::array::from_fn(|_| new_id().to_string());
    let fields =
        [("form", "paddle"), ("paddle", "12"), ("dealer_id", dealer.as_str()), ("key", keys[0].as_str())];
    let given = clerk.post(&floor, &fields).await;
    assert_eq!(given.location(), format!("{floor}?done=PADDLE_GIVEN"), "{}", given.body);
    let lot_id = first.to_string();
    let asks = clerk.get(&format!("{console}?ask=pass")).await;
    assert!(asks.body.contains("将不成交而结束"), "{}", asks.body);
    assert_eq!(asks.header("refresh"), "", "a question stands still");
    let bid = [
        ("form", "bid"),
        ("paddle", "12"),
        ("max", "60000"),
        ("lot_id", lot_id.as_str()),
        ("key", keys[1].as_str()),
    ];
    assert_eq!(clerk.post(&floor, &bid).await.location(), format!("{floor}?done=FLOOR_BID_TAKEN"));
    let low = [
        ("form", "bid"),
        ("paddle", "99"),
        ("max", "90000"),
        ("lot_id", lot_id.as_str()),
        ("key", keys[2].as_str()),
    ];
    let refused = clerk.post(&floor, &low).await;
    assert!(refused.body.contains("本场没有这个拍牌号"), "{}", refused.body);

    let sale = sale_id.to_string();
    let call = [("call", "last_call"), ("lane", sale.as_str()), ("key", keys[3].as_str())];
    let called = clerk.post(&format!("/office/lots/{first}/call"), &call).await;
    assert_eq!(called.location(), format!("{console}?done=LOT_CALLED"));
    let told = clerk.get(called.location()).await;
    assert!(told.body.contains("已喊价") && told.body.contains("喊价：最后一次"), "the log says which call");
    assert_eq!(told.header("refresh"), format!("4; url={console}"), "what was done is told once");
    assert!(clerk.get("/office/sales").await.body.contains(&console), "the list leads to the console");
    let mut watcher = server.signed_in("hengxin").await;
    let page = watcher.get(&format!("/auctions/lanes/{sale_id}")).await;
    assert!(
        page.body.contains("最后一次！") && page.body.contains("测试车 1"),
        "the run list: {}",
        page.body
    );
    assert_eq!(page.header("refresh"), "", "with a script nothing is drawn again while somebody types");
    assert!(page.body.contains("<noscript><meta http-equiv=\"refresh\""), "{}", page.body);
    a_paused_lane_shows_no_end(&mut clerk, &mut watcher, (sale_id, first)).await;
    // a lot without a reserve and with a bid is as good as sold
    let led = clerk.get(&console).await.body;
    assert!(!led.contains("?ask=pass") && led.contains("这台车只能成交，不能跳过"), "{led}");
    let pass = [("lane", sale.as_str()), ("key", keys[4].as_str())];
    let passed = clerk.post(&format!("/office/lots/{first}/pass"), &pass).await;
    assert_eq!(passed.location(), format!("{console}?problem=NOT_APPLICABLE"));
    a_refusal_moves_no_button(&clerk.get(passed.location()).await.body);
    assert_eq!(watcher.get(&console).await.status, StatusCode::FORBIDDEN);
    let scheduled = watcher.get(&format!("/api/v1/lots/{second}")).await;
    assert!(scheduled.body.contains("\"status\":\"scheduled\""));
}

async fn what_runs_is_listed_first(clerk: &mut Browser, console: &str) {
    let home = clerk.get("/office").await.body;
    let first_work = home.split_once("class=\"work\"").unwrap().1.split_once("href=\"").unwrap().1;
    assert!(first_work.starts_with(&format!("{console}\"")), "what runs cannot wait: {first_work}");
}

fn a_refusal_moves_no_button(console: &str) {
    let (buttons, refusal) = (console.find("lane-buttons").unwrap(), console.find("banner--bad").unwrap());
    assert!(buttons < refusal, "{console}");
}

#[tokio::test]
async fn the_hammer_below_the_reserve_says_that_it_leads_to_a_negotiation() {
    let server = TestServer::new().await;
    let (sale_id, lane) = (SaleId(new_id()), SaleFormat::Lane(LaneTimes { lot_ms: 3_600_000 }));
    let lot = lot_with(&server, Some(8_800_000), |sale| (sale.id, sale.format) = (sale_id, lane)).await;
    bid(&server, "yuanxing", lot, 60_000).await;
    let mut clerk = server.signed_in("auctioneer").await;
    let console = format!("/office/sales/{sale_id}/lane");
    let runs = clerk.get(&console).await.body;
    assert!(runs.contains("每 2 秒自动刷新") && runs.contains("luochui-focus"), "{runs}");
    let early = clerk.get(&format!("{console}?ask=hammer")).await.body;
    assert!(!early.contains("lane-asked\""), "the hammer follows the last call: {early}");
    last_call(&mut clerk, sale_id, lot).await;
    let asks = clerk.get(&format!("{console}?ask=hammer")).await.body;
    assert!(asks.contains("落槌后不直接成交，转入议价"), "{asks}");
    assert!(asks.contains("现在不自动重载") && !asks.contains("每 2 秒自动刷新"), "{asks}");
    for followed in ["id=\"lane-facts\"", "id=\"lane-asked\"", "id=\"lane-lines\""] {
        assert!(asks.contains(followed), "what is decided on keeps up: {followed}");
    }
    let floor = clerk.get(&format!("/office/sales/{sale_id}/floor")).await.body;
    for followed in [format!("id=\"floor-now\" data-stage=\"{lot} open false\""), "id=\"floor-end\"".into()] {
        assert!(floor.contains(&followed), "{followed}: {floor}");
    }
    let watched = server.signed_in("hengxin").await.get(&format!("/auctions/lanes/{sale_id}")).await.body;
    assert!(watched.contains(&format!("id=\"run-list\" data-block=\"{lot}\"")), "{watched}");
    bid(&server, "hengxin", lot, 90_000).await;
    let silenced = clerk.get(&format!("{console}?ask=hammer")).await.body;
    assert!(!silenced.contains("id=\"lane-asked\""), "who bids takes the call back: {silenced}");
    last_call(&mut clerk, sale_id, lot).await;
    let met = clerk.get(&format!("{console}?ask=hammer")).await.body;
    assert!(met.contains("立即落槌") && !met.contains("转入议价"), "{met}");
}

async fn last_call(clerk: &mut Browser, sale_id: SaleId, lot: LotId) {
    let (lane, key) = (sale_id.to_string(), new_id().to_string());
    let call = [("call", "last_call"), ("lane", &*lane), ("key", &*key)];
    let called = clerk.post(&format!("/office/lots/{lot}/call"), &call).await;
    assert!(called.location().ends_with("?done=LOT_CALLED"), "{}", called.location());
}

/// A pause stands on the dealers' pages instead of the end that was planned, until it is over.
async fn a_paused_lane_shows_no_end(
    clerk: &mut Browser,
    watcher: &mut Browser,
    (sale_id, lot): (SaleId, LotId),
) {
    let (lane, sale) = (format!("/auctions/lanes/{sale_id}"), sale_id.to_string());
    let no_end = "竞价已暂停<!></strong><span class=\"bid-clock__at\"> <!>";
    let hint = "<span class=\"bid-standing__hint\">竞价已暂停，计时停止；恢复后接着剩余时间走";
    for (verb, paused) in [("pause", true), ("resume", false)] {
        let key = new_id().to_string();
        let fields = [("lane", sale.as_str()), ("key", key.as_str())];
        let told = clerk.post(&format!("/office/lots/{lot}/{verb}"), &fields).await;
        assert!(told.location().contains("done="), "{verb}: {}", told.location());
        let page = watcher.get(&lane).await;
        assert_eq!(page.body.contains(no_end), paused, "{verb}: {}", page.body);
        assert_eq!(page.body.contains(hint), paused, "its rule is told: {verb}");
        assert_eq!(page.body.contains("正在拍卖"), !paused, "the run list says so as well: {verb}");
    }
}

#[tokio::test]
async fn a_clerk_without_a_network_writes_down_the_floor_and_merges_it() {
    let server = TestServer::new().await;
    let lane = SaleFormat::Lane(LaneTimes { lot_ms: 3_600_000 });
    let sale_id = open_sale(&server, 1, lane, everybody()).await;
    let lot = lot_of(sale_id, 0);
    let (mut clerk, mut web) = (server.signed_in("auctioneer").await, server.signed_in("hengxin").await);
    let (floor, sale, lot_id) =
        (format!("/office/sales/{sale_id}/floor"), sale_id.to_string(), lot.to_string());
    let keys: [String; 6] = std::array::from_fn(|_| new_id().to_string());
    let dealer = server.person("yuanxing").dealer().unwrap().dealer_id.to_string();
    let paddle = [("form", "paddle"), ("paddle", "12"), ("dealer_id", &dealer), ("key", &keys[0])];
    assert_eq!(clerk.post(&floor, &paddle).await.location(), format!("{floor}?done=PADDLE_GIVEN"));
    assert!(clerk.get(&floor).await.body.contains("线上出价暂停"), "the switch says what it does");
    let switch = [("desk", sale.as_str()), ("key", &keys[1])];
    let switched = clerk.post(&format!("/office/lots/{lot}/offline"), &switch).await;
    assert_eq!(switched.location(), format!("{floor}?done=LANE_OFFLINE"));

    let watched = web.get(&format!("/auctions/lanes/{sale_id}")).await;
    assert!(watched.body.contains("现场断网，拍卖师正在离线记录举牌"), "{}", watched.body);
    let bid = [("key", keys[2].as_str()), ("max", "60000")];
    let refused = web.post(&format!("/auctions/lots/{lot}/bids"), &bid).await;
    let told = web.get(refused.location()).await;
    assert!(told.body.contains("线上出价暂停；恢复后请再出价"), "{}", told.body);
    assert_eq!(web.post(&format!("/office/lots/{lot}/online"), &switch).await.status, StatusCode::FORBIDDEN);

    let record = keys[3].clone();
    let merge = |lines: &'static str| {
        [("form", "merge"), ("lot_id", &*lot_id), ("record", &*record), ("lines", lines), ("key", &*keys[4])]
    };
    let unread = clerk.post(&floor, &merge("12 60000\n十二号 六万二")).await;
    assert!(unread.body.contains("第 2 行看不懂"), "{}", unread.body);
    for kept in ["12 60000\n", record.as_str()] {
        assert!(unread.body.contains(kept), "{kept}: {}", unread.body);
    }
    let unknown = clerk.post(&floor, &merge("12 60000\n13 61000")).await;
    assert!(unknown.body.contains("本场没有这些拍牌号：#13"), "{}", unknown.body);
    let lines = "12 60000\n12 6.2万\n12 61000";
    for _ in 0..2 {
        let merged = clerk.post(&floor, &merge(lines)).await;
        assert_eq!(
            merged.location(),
            format!("{floor}?done=FLOOR_MERGED&merged={record}"),
            "{}",
            merged.body
        );
    }
    let page = clerk.get(&format!("{floor}?done=FLOOR_MERGED&merged={record}")).await;
    for shown in ["离线记录已合并", "合并结果", "有效", "¥62,000"] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let detail = server.state.services.auction.lot(&server.person("auctioneer"), lot).await.unwrap();
    let bids = detail.log.iter().filter(|line| line.command == "place_max" && line.code.is_none());
    assert_eq!(bids.count(), 3, "a leader lowers his max, and nothing is bid twice");
    assert_eq!(detail.lot.lot.status, LotStatus::Open);
}

#[tokio::test]
async fn a_template_makes_a_sale_and_unsold_cars_go_into_a_new_one() {
    let server = TestServer::new().await;
    let mut clerk = server.signed_in("auctioneer").await;
    let form = |key: String, name: &str| {
        [
            ("key", key),
            ("name", name.to_owned()),
            ("format", "flash".to_owned()),
            ("runs", "45".to_owned()),
            ("stagger", "30".to_owned()),
            ("window", "60".to_owned()),
            ("cap", "60".to_owned()),
            ("below_reserve", "full".to_owned()),
            ("buy_now", String::new()),
            ("deposit", "5".to_owned()),
            ("gap", "2,300".to_owned()),
            ("group", "永达集团".to_owned()),
            ("sisters", "merge".to_owned()),
        ]
    };
    let fields = form(new_id().to_string(), "工作日快拍");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let saved = clerk.post("/office/sales/templates/new", &fields).await;
    assert_eq!(saved.location(), "/office/sales/templates?done=TEMPLATE_SAVED", "{}", saved.body);
    let list = clerk.get("/office/sales/templates").await;
    let start = list.body.find("/office/sales/new?template=").unwrap();
    let make = list.body[start..].split('"').next().unwrap().to_owned();
    let lane = SaleFormat::Lane(LaneTimes { lot_ms: 3_600_000 });
    let sale_id = open_sale(&server, 1, lane, everybody()).await;
    let lot = lot_of(sale_id, 0);
    let key = new_id().to_string();
    let passed = clerk.post(&format!("/office/lots/{lot}/pass"), &[("key", &key)]).await;
    assert_eq!(passed.location(), format!("/office/lots/{lot}?done=LOT_PASSED"));
    let page = clerk.get(&format!("/office/sales/{sale_id}")).await;
    assert!(page.body.contains("申请二拍") && page.body.contains("工作日快拍"), "{}", page.body);
    let vehicle =
        server.state.services.auction.lot(&server.person("auctioneer"), lot).await.unwrap().lot.vehicle_id;
    let again = clerk.get(&format!("{make}&vehicle_id={vehicle}")).await;
    assert!(again.body.contains("value=\"flash\" selected"), "{}", again.body);
    for kept in ["value=\"5\"", "value=\"2300", "value=\"merge\" selected"] {
        assert!(again.body.contains(kept), "{kept}: {}", again.body);
    }
    assert!(again.body.contains(&format!("value=\"{vehicle}\" checked")), "the car is chosen");
    let key = new_id().to_string();
    let vehicle = vehicle.to_string();
    let sale = [
        ("key", key.as_str()),
        ("name", "二拍"),
        ("format", "sealed_second"),
        ("opens_at", "2026-01-01T09:00"),
        ("first_end_at", "2099-01-01T09:00"),
        ("stagger", "30"),
        ("below_reserve", "full"),
        ("deposit", "10"),
        ("vehicle_id", vehicle.as_str()),
    ];
    let made = clerk.post("/office/sales/new", &sale).await;
    assert_eq!(made.location(), format!("/office/sales/{key}?done=SALE_CREATED"), "{}", made.body);
    assert!(clerk.get(&format!("/office/sales/{key}")).await.body.contains("暗拍（二价）"));
    let twice = clerk
        .post("/office/sales/new", &[&sale[1..], &[("key", new_id().to_string().as_str())]].concat())
        .await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "a car is on offer in one place: {}", twice.body);
}
