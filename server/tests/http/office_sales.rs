//! `/office/sales/{id}/change`, and a lot taken out of its sale.

use auction::{Audience, BelowReserveMode, CreateSale, SaleFormat};
use axum::http::StatusCode;
use kernel::{Fen, LotId, SaleId, event_id_for};
use platform_db::new_id;

use crate::formats::{hear_of_car, tell_of_car};
use crate::support::TestServer;

/// A sale of so many cars that opens in an hour.
async fn scheduled_sale(server: &TestServer, count: usize) -> (SaleId, Vec<LotId>) {
    let mut vehicle_ids = Vec::new();
    for index in 0..count {
        vehicle_ids.push(hear_of_car(server, index).await);
    }
    let auction = &server.state.services.auction;
    let opens_at = auction.now().plus_ms(3_600_000);
    let sale = CreateSale {
        id: SaleId(new_id()),
        times: auction::SaleTimes {
            name: "周日专场".into(),
            opens_at,
            first_end_at: opens_at.plus_ms(3_600_000),
            stagger_ms: 30_000,
            window_ms: 120_000,
            cap_ms: 3_600_000,
        },
        below_reserve: BelowReserveMode::Full,
        deposit_bp: 0,
        gap_fen: Fen::ZERO,
        vehicle_ids,
        format: SaleFormat::Timed,
        buy_now_percent: None,
        audience: Audience::default(),
        follow_on: None,
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    let id = auction.create_sale(&server.person("auctioneer"), sale).await.unwrap();
    (id, (0..count).map(|index| LotId(event_id_for(id.0, &format!("lot:{index}")))).collect())
}

/// What the bidding panel says of how things stand.
fn in_panel(page: &str) -> &str {
    page.split_once("bid-standing__hint\">").unwrap().1.split("</span>").next().unwrap()
}

#[tokio::test]
async fn a_sale_is_changed_and_called_off_without_a_script() {
    let server = TestServer::new().await;
    let (sale, lots) = scheduled_sale(&server, 2).await;
    let (path, change) = (format!("/office/sales/{sale}"), format!("/office/sales/{sale}/change"));
    let mut dealer = server.signed_in("yuanxing").await;
    let key = new_id().to_string();
    dealer.post(&format!("/auctions/lots/{}/watch", lots[1]), &[("watched", "on")]).await;
    let mut clerk = server.signed_in("auctioneer").await;
    assert!(clerk.get(&path).await.body.contains(&format!("href=\"{change}\"")), "the way there");
    let page = clerk.get(&change).await;
    assert!(page.body.contains("value=\"周日专场\"") && page.body.contains("取消整场"), "{}", page.body);
    let fields = |opens: &'static str| {
        [
            ("form", "change"),
            ("key", &*key),
            ("seen", "1"),
            ("name", "周一夜场"),
            ("opens_at", opens),
            ("first_end_at", "2098-01-02T21:00"),
            ("stagger", "60"),
            ("window", "120"),
            ("cap", "60"),
            ("reason", "场地调整"),
        ]
    };
    let wrong = clerk.post(&change, &fields("2098-01-02T22:00")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"周一夜场\""), "what was typed stays: {}", wrong.body);
    for _ in 0..2 {
        let changed = clerk.post(&change, &fields("2098-01-02T20:00")).await;
        assert_eq!(changed.location(), format!("{path}?done=SALE_CHANGED"), "{}", changed.body);
    }
    let moved = dealer.get(&format!("/auctions/lots/{}", lots[1])).await.body;
    let hint = "<span class=\"bid-standing__hint\">本场改期，原因：场地调整。";
    assert!(moved.contains(hint), "the panel says why: {moved}");
    let told = server.state.services.auction.lot(&server.person("yuanxing"), lots[1]).await.unwrap();
    assert_eq!(told.lot.lot.moved_for.as_deref(), Some("场地调整"), "and what open pages are told");
    let page = clerk.get(&path).await.body;
    assert!(page.contains("周一夜场") && page.contains("变更记录") && page.contains("场地调整"), "{page}");
    let news = dealer.get("/my/alerts").await.body;
    assert!(news.contains("场次变更") && news.contains("现定开拍 2098-01-02 20:00"), "{news}");

    let late = clerk
        .post(
            &change,
            &[
                &[("form", "change"), ("key", new_id().to_string().as_str())],
                &fields("2098-01-02T20:00")[2..],
            ]
            .concat(),
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "who saw an older version");
    assert!(late.body.contains(&format!("href=\"{change}\" data-testid=\"anew\"")), "the way: {}", late.body);
    let key = new_id().to_string();
    let no_reason = clerk.post(&change, &[("form", "call_off"), ("key", &key), ("reason", "")]).await;
    assert_eq!(no_reason.status, StatusCode::UNPROCESSABLE_ENTITY);
    let called_off = clerk.post(&change, &[("form", "call_off"), ("key", &key), ("reason", "天气")]).await;
    assert_eq!(called_off.location(), format!("{path}?done=SALE_CALLED_OFF"), "{}", called_off.body);
    let page = clerk.get(&path).await.body;
    assert!(
        page.contains("已取消") && page.contains("天气") && !page.contains(&format!("href=\"{change}\""))
    );
    assert!(clerk.get(&change).await.body.contains("场次已取消。"), "nothing left to change");
    let lot = dealer.get(&format!("/auctions/lots/{}", lots[0])).await.body;
    assert!(lot.contains("本场已取消") && lot.contains("原因：天气"), "{lot}");
    assert!(in_panel(&lot).contains("原因：天气"), "where the eyes are on a phone: {lot}");
    assert!(dealer.get("/my/alerts").await.body.contains("场次取消"));
}

#[tokio::test]
async fn a_lot_is_withdrawn_on_its_page_and_only_by_who_runs_sales() {
    let server = TestServer::new().await;
    let (_, lots) = scheduled_sale(&server, 2).await;
    let path = format!("/office/lots/{}", lots[0]);
    let action = format!("{path}/withdraw");
    let key = new_id().to_string();
    let fields = |reason: &'static str| [("key", &*key), ("reason", reason)];
    let mut sales = server.signed_in("sales").await;
    assert_eq!(sales.post(&action, &fields("证件")).await.status, StatusCode::FORBIDDEN);
    assert!(!sales.get(&path).await.body.contains(&action), "no button for who may not");
    let mut clerk = server.signed_in("auctioneer").await;
    assert!(clerk.get(&path).await.body.contains(&action));
    let without = clerk.post(&action, &fields(" ")).await;
    assert_eq!(without.location(), format!("{path}?problem=REASON_NEEDED"));
    for _ in 0..2 {
        let done = clerk.post(&action, &fields("证件不全")).await;
        assert_eq!(done.location(), format!("{path}?done=LOT_WITHDRAWN"), "{}", done.body);
    }
    let page = clerk.get(&path).await.body;
    assert!(page.contains("撤拍") && page.contains("证件不全") && !page.contains(&action), "{page}");
    let mut dealer = server.signed_in("yuanxing").await;
    let lot = dealer.get(&format!("/auctions/lots/{}", lots[0])).await.body;
    assert!(lot.contains("本车已撤拍") && in_panel(&lot).contains("原因：证件不全"), "{lot}");
    let open = clerk.post(&action, &[("key", new_id().to_string().as_str()), ("reason", "再次")]).await;
    assert_eq!(open.location(), format!("{path}?problem=LOT_WITHDRAWN"));
}

#[tokio::test]
async fn what_becomes_of_unsold_cars_is_decided_on_the_sales_page() {
    let server = TestServer::new().await;
    let (sale, _) = scheduled_sale(&server, 1).await;
    let (path, action) = (format!("/office/sales/{sale}"), format!("/office/sales/{sale}/follow-on"));
    let mut clerk = server.signed_in("auctioneer").await;
    let page = clerk.get(&path).await.body;
    assert!(page.contains("流拍后续") && page.contains("/office/sales/templates/new"), "{page}");
    let template = new_id().to_string();
    let rules = [
        ("key", &*template),
        ("name", "24 小时一口价"),
        ("format", "timed"),
        ("runs", "1440"),
        ("stagger", "0"),
        ("window", "120"),
        ("cap", "60"),
        ("below_reserve", "full"),
        ("buy_now", "110"),
        ("deposit", "10"),
        ("gap", ""),
        ("sisters", "block"),
        ("next_template", ""),
        ("next_wait", "24"),
    ];
    let saved = clerk.post("/office/sales/templates/new", &rules).await;
    assert_eq!(saved.location(), "/office/sales/templates?done=TEMPLATE_SAVED", "{}", saved.body);

    let key = new_id().to_string();
    let fields = |wait: &'static str| [("key", &*key), ("next_template", &*template), ("next_wait", wait)];
    for wait in ["169", "soon"] {
        let wrong = clerk.post(&action, &fields(wait)).await;
        assert_eq!(wrong.location(), format!("{path}?problem=OUT_OF_RANGE#follow-on"));
    }
    for _ in 0..2 {
        let set = clerk.post(&action, &fields("12")).await;
        assert_eq!(set.location(), format!("{path}?done=FOLLOW_ON_SET#follow-on"), "{}", set.body);
    }
    let page = clerk.get(&path).await.body;
    assert!(page.contains("结果全部确定 12 小时后，流拍车按模板「24 小时一口价」自动重新上拍。"), "{page}");
    assert!(page.contains("value=\"12\"") && page.contains("12 小时后按「24 小时一口价」重新上拍"), "{page}");
    let mut sales = server.signed_in("sales").await;
    assert_eq!(sales.post(&action, &fields("12")).await.status, StatusCode::FORBIDDEN);
    let page = sales.get(&path).await.body;
    assert!(page.contains("自动重新上拍") && !page.contains(&action), "it is told, and not asked: {page}");
}

#[tokio::test]
async fn the_page_of_a_new_sale_says_how_many_cars_are_on_their_way() {
    let server = TestServer::new().await;
    let mut clerk = server.signed_in("auctioneer").await;
    for index in 0..2 {
        tell_of_car(&server, index).await;
    }
    let page = clerk.get("/office/sales/new").await;
    assert!(page.body.contains("还有约 2 台已定价车辆正在送往拍卖"), "{}", page.body);
    assert!(page.headers.contains_key("refresh"), "nothing is typed that would be lost");
    server.state.bus.drain().await.unwrap();
    let there = clerk.get("/office/sales/new").await;
    assert!(!there.body.contains("正在送往拍卖") && !there.headers.contains_key("refresh"));
    tell_of_car(&server, 2).await;
    let form = clerk.get("/office/sales/new").await;
    assert!(form.body.contains("还有约 1 台") && form.body.contains("已填内容保留"), "{}", form.body);
    assert!(!form.headers.contains_key("refresh"), "a form is not taken away from who fills it in");
}

#[tokio::test]
async fn a_sales_fine_print_is_changed_without_a_script_until_somebody_gave_a_max() {
    let server = TestServer::new().await;
    let (sale, lots) = scheduled_sale(&server, 1).await;
    let (path, change) = (format!("/office/sales/{sale}"), format!("/office/sales/{sale}/change"));
    let lot = format!("/auctions/lots/{}", lots[0]);
    let mut dealer = server.signed_in("yuanxing").await;
    dealer.post(&format!("{lot}/watch"), &[("watched", "on")]).await;
    let mut clerk = server.signed_in("auctioneer").await;
    let page = clerk.get(&change).await.body;
    assert!(page.contains("修改更多规则") && page.contains("name=\"resume_left\""), "{page}");
    let key = new_id().to_string();
    let fields = |minutes: &'static str| {
        [
            ("form", "terms"),
            ("key", &*key),
            ("seen", "1"),
            ("tick", "50"),
            ("resume_left", minutes),
            ("small_raise", "refused"),
            ("reason", "试行"),
        ]
    };
    let wrong = clerk.post(&change, &fields("0")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("超出允许范围"), "{}", wrong.body);
    // the form beside it was not sent, and keeps what the sale has; so does this one when that is refused
    let ends = value_of(&page, "first_end_at");
    assert!(!ends.is_empty());
    assert_eq!(value_of(&wrong.body, "first_end_at"), ends);
    let other = [("form", "change"), ("key", &*key), ("seen", "1"), ("first_end_at", "2"), ("window", "77")];
    let other = clerk.post(&change, &other).await.body;
    assert_eq!(value_of(&other, "window"), "77", "what was typed");
    assert_eq!(value_of(&other, "resume_left"), value_of(&page, "resume_left"));
    for _ in 0..2 {
        let changed = clerk.post(&change, &fields("30")).await;
        assert_eq!(changed.location(), format!("{path}?done=SALE_TERMS_CHANGED"), "{}", changed.body);
    }
    let page = clerk.get(&path).await.body;
    for line in [
        "修改了更多规则",
        "最小单位：¥100 → ¥50",
        "暂停后至少还有：10 分钟 → 30 分钟",
        "不接受",
        "原因：试行",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let terms = dealer.get(&lot).await.body;
    for line in ["暂停后恢复时，至少还有 30 分钟", "领先者自己加价，每次至少一个加价幅度", "¥50 的整数倍"]
    {
        assert!(terms.contains(line), "{line}: {terms}");
    }
    assert!(dealer.get("/my/alerts").await.body.contains("场次规则有修改"));
    let mut sales = server.signed_in("sales").await;
    assert_eq!(sales.post(&change, &fields("30")).await.status, StatusCode::FORBIDDEN);
}

/// The value of a field of that name.
fn value_of(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!(" name=\"{name}\"")).unwrap();
    let (tag, _) = rest.split_once('>').unwrap();
    let value = tag.split_once(" value=\"").map(|(_, value)| value.split_once('"').unwrap().0);
    value.unwrap_or_default().to_owned()
}
