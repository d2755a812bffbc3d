//! `/my/searches`, `/my/alerts`, `/my/board`, `/my/company`, and the landed cost of a lot: the dealers' tools.

use auction::{BelowReserveMode, CreateSale, SaleFormat};
use axum::http::StatusCode;
use kernel::{Fen, LotId, SaleId, VehicleId, event_id_for};
use platform_db::new_id;
use serde_json::json;

use crate::bid_news::bids;
use crate::formats::{everybody, lot_of, open_sale_with};
use crate::sold;
use crate::support::{Browser, TestServer};

/// A sale of one priced car that is open for an hour: start ¥50,000, no reserve, in 杭州.
pub async fn open_lot(server: &TestServer) -> LotId {
    let vehicle_id = new_id();
    let car = json!({
        "vehicle_id": vehicle_id, "vin": "LSVAM4187C2184841", "title": "大众 途观L", "make": "大众", "model": "途观",
        "model_year": 2021, "mileage_km": 30_000, "colour": "白", "city": "杭州", "grade": "B", "fuel": "汽油",
        "photo_ids": [], "guide_fen": 9_000_000, "start_fen": 5_000_000, "reserve_fen": null,
        "report_hash": "ab".repeat(32), "seller_name": "卖方"
    });
    sold::tell_vehicle(server, vehicle_id, &car).await;
    let auction = &server.state.services.auction;
    let now = auction.now();
    let sale = CreateSale {
        id: SaleId(new_id()),
        times: auction::SaleTimes {
            name: "周日场".into(),
            opens_at: now.plus_ms(-1_000),
            first_end_at: now.plus_ms(3_600_000),
            stagger_ms: 0,
            window_ms: 1_000,
            cap_ms: 60_000,
        },
        below_reserve: BelowReserveMode::Full,
        deposit_bp: 0,
        gap_fen: Fen::ZERO,
        vehicle_ids: vec![VehicleId(vehicle_id)],
        format: auction::SaleFormat::Timed,
        buy_now_percent: None,
        audience: auction::Audience::default(),
        follow_on: None,
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    let id = auction.create_sale(&server.person("auctioneer"), sale).await.unwrap();
    auction.sweep().await.unwrap();
    LotId(event_id_for(id.0, "lot:0"))
}

/// A hidden field of the first form that has it.
fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    page.split_once(&mark).and_then(|(_, rest)| rest.split_once('"')).unwrap().0.to_owned()
}

async fn unread(browser: &mut Browser) -> bool {
    browser.get("/my/alerts").await.body.contains("class=\"bell__count\"")
}

#[tokio::test]
async fn a_saved_search_tells_of_a_new_car_once_and_is_read() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    let address = "/my/searches?make=%E5%A4%A7%E4%BC%97&price_to=6&reserve=none&fuel=%E6%B1%BD%E6%B2%B9";
    let page = dealer.get(address).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("大众 · 汽油 · 6 万元以内 · 无保留价"), "{}", page.body);
    let key = hidden(&page.body, "key");
    let refused = dealer.post(address, &[("form", "keep"), ("key", &key), ("name", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        let kept = dealer.post(address, &[("form", "keep"), ("key", &key), ("name", "便宜大众")]).await;
        assert_eq!(kept.location(), "/my/searches?done=SEARCH_KEPT");
    }
    let list = dealer.get("/my/searches").await.body;
    assert!(list.contains("便宜大众") && list.contains("/auctions?make=%E5%A4%A7%E4%BC%97"), "{list}");
    assert!(!unread(&mut dealer).await);

    let lot = open_lot(&server).await;
    server.state.services.auction.tell_news().await.unwrap();
    let news = dealer.get("/my/alerts").await.body;
    assert!(news.contains("class=\"bell__count\"") && news.contains("符合筛选“便宜大众”"), "{news}");
    assert!(news.contains(&format!("/auctions/lots/{lot}")));
    let until = server.state.clock.now().0.to_string();
    let read = dealer.post("/my/alerts?view=unread", &[("form", "read"), ("until", &until)]).await;
    assert_eq!(read.location(), "/my/alerts?view=unread", "back to the page as it was");
    assert!(!unread(&mut dealer).await);

    let mut other = server.signed_in("hengxin").await;
    assert!(!other.get("/my/searches").await.body.contains("便宜大众"));
    let id = hidden(&dealer.get("/my/searches").await.body, "id");
    for form in ["remove", "mute"] {
        let answer = other.post("/my/searches", &[("form", form), ("id", &id)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "another's search is not there");
    }
    let removed = dealer.post("/my/searches", &[("form", "remove"), ("id", &id)]).await;
    assert_eq!(removed.location(), "/my/searches?done=SEARCH_REMOVED");
    assert!(!dealer.get("/my/searches").await.body.contains("便宜大众"));
}

#[tokio::test]
async fn what_one_wants_to_hear_of_is_kept() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    let chosen = [("form", "choice"), ("topics", "outbid"), ("topics", "no such topic")];
    let answer = dealer.post("/my/alerts", &chosen).await;
    assert_eq!(answer.location(), "/my/alerts?done=ALERTS_CHOSEN");
    let page = dealer.get("/my/alerts").await.body;
    assert_eq!(page.matches(" checked").count(), 1, "{page}");
    assert_eq!(dealer.post("/my/alerts", &[("form", "x")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_landed_cost_of_a_bid_is_the_one_that_was_typed() {
    let server = TestServer::new().await;
    let lot = open_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let page = format!("/auctions/lots/{lot}");
    let before = dealer.get(&page).await.body;
    assert!(before.contains("还没有设定这座城市的运费") && before.contains("¥51,350"), "{before}");
    assert!(before.contains("<dd data-testid=\"landed-next\">¥51,350"), "beside the bid itself: {before}");
    let stated = [
        ("form", "delivery"),
        ("key", "0192f000-0000-7000-8000-00000000000a"),
        ("city", "杭州"),
        ("transport", "1,500"),
        ("transfer", "800"),
    ];
    for _ in 0..2 {
        let answer = dealer.post("/my/company", &stated).await;
        assert_eq!(answer.location(), "/my/company?done=DELIVERY_STATED#delivery");
    }
    assert!(dealer.get("/my/company").await.body.contains("¥1,500"));
    let asked = dealer.get(&format!("{page}?door=60000")).await.body;
    // 55,900 + 838.50 + 600 + 800 + 1,500 = 59,638.50; 56,200 + 843 + 600 + 800 + 1,500 = 59,943; with 100 more 60,044.50
    assert!(asked.contains("最高可委托 ¥56,200，到手 ¥59,943；再加 ¥100 就要 ¥60,044.50"), "{asked}");
    let form = asked.split_once("landed__bid").unwrap().1;
    let (key, amount) = (hidden(form, "key"), hidden(form, "quick_fen"));
    let bid = dealer.post(&format!("{page}/bids"), &[("key", &key), ("quick_fen", &amount)]).await;
    assert_eq!(bid.location(), format!("{page}?answer={key}#bid"));
    let mine = server.state.services.auction.lot(&server.person("yuanxing"), lot).await.unwrap();
    assert_eq!(mine.lot.mine.max_fen, Some(Fen(5_620_000)));
    let after = dealer.get(&page).await.body;
    assert!(after.contains("¥59,943"), "the max has its column");
    assert!(after.contains("data-columns=\"now next mine\""), "{after}");
    assert!(before.contains("data-columns=\"next\""), "the other columns wait for their prices");

    let lower = dealer.get(&format!("{page}?door=40000")).await.body;
    assert!(lower.contains("低于此刻") && !lower.contains("landed__bid"), "no max below the price: {lower}");

    for (door, words) in [("100", "没有可出的价"), ("10000", "低于此刻"), ("many", "金额")] {
        let mut other = server.signed_in("hengxin").await;
        let answer = other.get(&format!("{page}?door={door}")).await.body;
        assert!(answer.contains(words) && !answer.contains("landed__bid"), "{door}: {answer}");
        assert!(!answer.contains("¥59,943") && !answer.contains("¥1,500"), "another's costs are his own");
    }
}

#[tokio::test]
async fn the_board_bids_and_says_what_became_of_it() {
    let server = TestServer::new().await;
    let lot = open_lot(&server).await;
    let (mut dealer, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    assert!(dealer.get("/my/board").await.body.contains("看板上还没有车"));
    dealer.post(&format!("/auctions/lots/{lot}/watch"), &[("watched", "on")]).await;
    let board = dealer.get("/my/board").await.body;
    assert!(board.contains("途观") && board.contains("出价 ¥50,000"), "{board}");
    let id = lot.to_string();
    let fields = |key: &str, amount: &'static str| {
        [("key", key.to_owned()), ("lot_id", id.clone()), ("quick_fen", amount.to_owned())]
    };
    let send = async |browser: &mut Browser, amount: &'static str| {
        let key = new_id().to_string();
        let fields = fields(&key, amount);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.post("/my/board/bids", &fields).await;
        assert_eq!(answer.location(), format!("/my/board?answer={key}&lot={id}#lot-{id}"));
        browser.get(answer.location()).await.body
    };
    let max_line = |page: &str| {
        page.split_once("data-live=\"max-line\"").unwrap().1.split('>').next().unwrap().contains("hidden")
    };
    assert!(max_line(&board), "there is no max yet, and a place for it: {board}");
    let accepted = send(&mut dealer, "5000000").await;
    assert!(!max_line(&accepted), "{accepted}");
    assert!(accepted.contains("出价成功") && accepted.contains("您是最高价"), "{accepted}");
    let card = accepted.split_once(&format!("id=\"lot-{id}\"")).unwrap().1;
    assert!(card.contains("出价成功"), "what became of it stands on its card: {accepted}");
    let raise =
        card.split_once("data-live=\"form\"").unwrap().1.split_once("data-live=\"confirm\"").unwrap().0;
    assert!(
        raise.contains("提高到") && !raise.contains("button--primary"),
        "nobody is urged to raise: {raise}"
    );
    assert!(board.contains("button--primary board-bid__button"), "who does not lead is: {board}");
    assert!(send(&mut other, "5000000").await.contains("低于最低可出价"));
    assert!(
        send(&mut other, "90000000").await.contains("玖拾万元整"),
        "an unusual amount is asked again in words"
    );
    assert!(send(&mut other, "5100000").await.contains("出价成功"));
    assert!(dealer.get("/my/board").await.body.contains("出价不是最高"));
    server.state.services.auction.tell_news().await.unwrap();
    assert!(dealer.get("/my/alerts").await.body.contains("出价被超过"));
    assert_eq!(dealer.get("/my/alerts/unread").await.body, "1", "what a page that stays open asks for");
    assert!(other.get("/my/board").await.body.contains("途观"), "who bids has the car on his board");
    let key = new_id().to_string();
    let second = [("key", key.as_str()), ("lot_id", &id), ("page", "2"), ("quick_fen", "5200000")];
    let back = dealer.post("/my/board/bids", &second).await;
    assert_eq!(back.location(), format!("/my/board?answer={key}&lot={id}&page=2#lot-{id}"));
    let odd = dealer.post("/my/board/bids", &[("key", "x"), ("lot_id", &id)]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nothing = dealer.post("/my/board/bids", &[("key", &new_id().to_string()), ("lot_id", &id)]).await;
    assert_eq!(nothing.location(), format!("/my/board?problem=AMOUNT_NEEDED&lot={id}#lot-{id}"));
}

#[tokio::test]
async fn the_hall_filters_by_what_the_car_is_and_by_its_reserve() {
    let server = TestServer::new().await;
    open_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    for (query, is_there) in [
        ("fuel=%E6%B1%BD%E6%B2%B9", true),
        ("fuel=%E7%BA%AF%E7%94%B5", false),
        ("grade=B", true),
        ("grade=A", false),
        ("reserve=none", true),
        ("reserve=met", false),
        ("reserve=not_met", false),
        ("price_from=5", true),
        ("price_from=5.01", false),
        ("price_to=4.99", false),
    ] {
        let page = dealer.get(&format!("/auctions?{query}")).await.body;
        assert_eq!(page.contains("lot-card"), is_there, "{query}");
        let file = dealer.get(&format!("/auctions/export.csv?{query}")).await.body;
        assert_eq!(file.contains("途观"), is_there, "the file holds what is filtered: {query}");
    }
}

#[tokio::test]
async fn my_bids_are_searched_filtered_and_exported_as_they_stand() {
    let server = TestServer::new().await;
    let lot = open_lot(&server).await;
    let (mut dealer, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let bids = format!("/auctions/lots/{lot}/bids");
    let keys = [(); 3].map(|()| new_id().to_string());
    let mut asked = Vec::new();
    for (key, is_his, fen) in
        [(&keys[0], true, "5000000"), (&keys[1], false, "5100000"), (&keys[2], true, "5000000")]
    {
        let browser = if is_his { &mut dealer } else { &mut other };
        let form = [("key", key.as_str()), ("quick_fen", fen)];
        asked.push(browser.post(&bids, &form).await.location().to_owned());
    }
    assert!(asked.iter().all(|at| at.contains("?answer=")), "{asked:?}");
    for (query, is_there) in [
        ("", true),
        ("q=%E9%80%94%E8%A7%82", true),
        ("q=LSVAM4187C2184841", true),
        ("q=%E5%A5%94%E9%A9%B0", false),
        ("outcome=outbid", true),
        ("outcome=leading", false),
        ("outcome=won", false),
        ("outcome=lost", false),
    ] {
        let page = dealer.get(&format!("/my/bids?{query}")).await.body;
        assert_eq!(page.contains("lot-card__title"), is_there, "{query}");
        let file = dealer.get(&format!("/my/bids/lots.csv?{query}")).await.body;
        assert_eq!(file.lines().count(), if is_there { 2 } else { 1 }, "{query}: {file}");
    }
    let leading = other.get("/my/bids?outcome=leading").await.body;
    assert!(leading.contains("其他车商看到的您：2 号"), "{leading}");
    for (query, lines) in [("", 3), ("result=accepted", 2), ("result=refused", 2), ("result=refused&q=x", 1)]
    {
        let file = dealer.get(&format!("/my/bids/export.csv?view=bids&{query}")).await.body;
        assert_eq!(file.lines().count(), lines, "{query}: {file}");
        let page = dealer.get(&format!("/my/bids?view=bids&{query}")).await.body;
        assert_eq!(page.matches("row-link").count(), lines - 1, "{query}");
    }
    assert!(dealer.get("/my/bids?view=bids&before=1&q=%25").await.body.contains("没有符合条件的记录"));
}

#[tokio::test]
async fn the_figures_of_the_start_page_lead_to_what_they_count() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    let sealed = lot_of(open_sale_with(&server, 1, SaleFormat::SealedFirst, (everybody(), 0)).await, 0);
    let (led, lost) = (open_lot(&server).await, open_lot(&server).await);
    for lot_id in [sealed, led, lost] {
        bids(&mut dealer, lot_id, 60_000).await;
    }
    bids(&mut server.signed_in("hengxin").await, lost, 62_000).await;
    let home = dealer.get("/my").await.body;
    for (outcome, lot_id) in [("outbid", lost), ("leading", led)] {
        let list = format!("/my/bids?outcome={outcome}");
        let tile = home.split_once(&format!("href=\"{list}\"")).unwrap().1.split_once("</a>").unwrap().0;
        assert!(tile.contains(">1<"), "{outcome}: {tile}");
        let page = dealer.get(&list).await.body;
        let found = [sealed, led, lost].map(|each| page.contains(&format!("/auctions/lots/{each}\"")));
        assert_eq!(found, [sealed, led, lost].map(|each| each == lot_id), "{outcome}: {page}");
    }
}

#[tokio::test]
async fn calendar_and_negotiations_can_be_reached_from_where_dealers_start() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    for (start, place) in [("/auctions", "/auctions/calendar"), ("/my", "/my/negotiations")] {
        let page = dealer.get(start).await.body;
        let main = page.split_once("<main").unwrap().1;
        // the navigation has no room for it on a phone, so the page itself leads there
        assert!(main.contains(&format!("href=\"{place}\"")), "{start} leads to {place}");
        assert!(page.matches(&format!("href=\"{place}\"")).count() > 1, "so does the navigation");
    }
}

#[tokio::test]
async fn the_hall_is_as_one_left_it_and_everything_is_one_link_away() {
    let server = TestServer::new().await;
    open_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let first = dealer.get("/auctions").await;
    assert_eq!(first.status, StatusCode::OK, "nothing is remembered yet");
    let address = "/auctions?make=%E5%A4%A7%E4%BC%97&sort=mileage";
    let filtered = dealer.get(&format!("{address}&page=1")).await;
    assert_eq!(filtered.status, StatusCode::OK);
    assert_eq!(dealer.get("/auctions").await.location(), address, "as he left it, from the first page");
    assert_eq!(
        server.signed_in("hengxin").await.get("/auctions").await.status,
        StatusCode::OK,
        "each his own"
    );
    // one sale's cars are a visit
    let visit = format!("/auctions?sale={}", new_id());
    assert_eq!(dealer.get(&visit).await.status, StatusCode::OK);
    assert_eq!(dealer.get("/auctions").await.location(), address);
    // the last chip leads to everything, and that is remembered too
    let one = dealer.get("/auctions?make=%E5%A4%A7%E4%BC%97").await.body;
    assert!(one.contains("href=\"/auctions?q=\""), "{one}");
    let all = dealer.get("/auctions?q=").await;
    assert!(all.body.contains("大众 途观L"));
    assert_eq!(dealer.get("/auctions").await.status, StatusCode::OK, "everything, without a detour");
    assert_eq!(server.signed_in("auctioneer").await.get("/auctions").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_place_that_one_buys_for_is_kept_and_counts() {
    let server = TestServer::new().await;
    let lot = open_lot(&server).await;
    let page = format!("/auctions/lots/{lot}");
    let mut dealer = server.signed_in("yuanxing").await;
    assert!(!dealer.get(&page).await.body.contains("delivery-door"), "nothing to choose from");
    for (key, door, transport) in [("b", "", "1,000"), ("c", "成都", "3,000")] {
        let key = format!("0192f000-0000-7000-8000-00000000000{key}");
        let stated = [("form", "delivery"), ("key", &*key), ("door", door), ("transport", transport)];
        let answer = dealer.post("/my/company", &stated).await;
        assert_eq!(answer.location(), "/my/company?done=DELIVERY_STATED#delivery");
    }
    assert!(dealer.get(&page).await.body.contains("¥52,350"), "51,350 and the usual thousand");
    let chosen = dealer.post(&format!("{page}/door"), &[("door", "成都")]).await;
    assert_eq!(chosen.location(), format!("{page}#landed"));
    let there = dealer.get(&page).await.body;
    assert!(there.contains("¥54,350") && there.contains("<option value=\"成都\" selected"), "{there}");
    let odd = dealer.post(&format!("{page}/door"), &[("door", "上海")]).await;
    assert_eq!(odd.status, StatusCode::CONFLICT);
    let mut rival = server.signed_in("hengxin").await;
    assert!(!rival.get(&page).await.body.contains("delivery-door"), "each company its own");
}

#[tokio::test]
async fn a_car_is_watched_from_the_hall_and_found_there_without_a_script() {
    let server = TestServer::new().await;
    let (watched, other) = (open_lot(&server).await, open_lot(&server).await);
    let mut dealer = server.signed_in("yuanxing").await;
    let card = |page: &str, lot: LotId| page.split_once(&format!("id=\"lot-{lot}\"")).unwrap().1.to_owned();
    let hall = "/auctions?make=%E5%A4%A7%E4%BC%97";
    let page = dealer.get(hall).await.body;
    let button = format!("form=\"watch-list\" name=\"on\" value=\"{watched}\"");
    assert!(card(&page, watched).contains(&button), "{page}");
    let (key, id) = (hidden(&page, "key"), watched.to_string());
    let back = ("back", hidden(&page, "back"));
    let press = |name: &'static str| [("key", &*key), ("back", &*back.1), (name, &*id)];
    for _ in 0..2 {
        let answer = dealer.post("/auctions/watch", &press("on")).await;
        assert_eq!(answer.location(), format!("{hall}#lot-{watched}"));
    }
    let page = dealer.get("/auctions?watched=1").await.body;
    assert!(card(&page, watched).contains(&format!("name=\"off\" value=\"{watched}\"")), "{page}");
    assert!(!page.contains(&format!("id=\"lot-{other}\"")), "only what is watched");
    assert!(page.contains("移除筛选：只看关注"), "{page}");
    let file = dealer.get("/auctions/export.csv?watched=1").await.body;
    assert_eq!(file.lines().count(), 2, "{file}");
    dealer.post("/auctions/watch", &press("off")).await;
    let page = dealer.get("/auctions?watched=1").await.body;
    assert!(!page.contains("class=\"lot-card\"") && page.contains("没有符合条件的车辆"), "{page}");
    // nowhere else than back to us, and not to what one may not see
    let away = dealer.post("/auctions/watch", &[("key", &key), ("back", "//evil.com"), ("on", &id)]).await;
    assert_eq!(away.location(), format!("/auctions#lot-{watched}"));
    let unknown = new_id().to_string();
    let nothing = dealer.post("/auctions/watch", &[("key", &key), ("on", &unknown)]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}
