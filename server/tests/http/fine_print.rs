//! The seldom changed numbers: from the form of a template over the sale to the bid that is refused by them.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use kernel::LotId;
use platform_db::new_id;
use serde_json::{Value, json};

use crate::formats::{hear_of_car, lot_of, unmarked};
use crate::support::{Browser, OURS, TestServer};

/// A sale template of coarse amounts, with these fields instead.
fn fields<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("key", key),
        ("name", "整车专场"),
        ("format", "timed"),
        ("runs", "60"),
        ("stagger", "30"),
        ("window", "120"),
        ("cap", "60"),
        ("below_reserve", "full"),
        ("buy_now", "110"),
        ("deposit", "0"),
        ("gap", ""),
        ("ladder", "0 500\n100000 1000"),
        ("tick", "500"),
        ("double_after", ""),
        ("confirm_percent", "110"),
        ("confirm_steps", "12"),
        ("buy_now_end", "90"),
        ("offer_hours", "2"),
        ("reply_hours", "5"),
        ("counters", "4"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    kept.chain(more.iter().copied()).collect()
}

/// What a bid by a program is answered.
async fn bid(dealer: &mut Browser, lot: LotId, yuan: i64) -> (StatusCode, Value) {
    let key = new_id().to_string();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("origin", OURS),
    ];
    let body = Body::from(json!({ "max_fen": yuan * 100 }).to_string());
    let answer = dealer.send(Method::POST, &format!("/api/v1/lots/{lot}/bids"), &headers, body).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

#[tokio::test]
async fn a_templates_numbers_are_the_sales_and_a_bid_goes_by_them() {
    let server = TestServer::new().await;
    let mut clerk = server.signed_in("auctioneer").await;
    let key = new_id().to_string();
    let saved = clerk.post("/office/sales/templates/new", &fields(&key, &[])).await;
    assert_eq!(saved.location(), "/office/sales/templates?done=TEMPLATE_SAVED", "{}", saved.body);
    let vehicle = hear_of_car(&server, 0).await.to_string();
    let form = clerk.get(&format!("/office/sales/new?template={key}")).await.body;
    assert!(form.contains("<details open class=\"disclosure\""), "not the usual: it stands open: {form}");
    for (name, value) in
        [("reply_hours", "5"), ("tick", "500"), ("double_after", ""), ("confirm_percent", "110")]
    {
        let field = form.split(&format!("name=\"{name}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(field.contains(&format!("value=\"{value}\"")), "{name}: {field}");
    }

    let sale = new_id();
    let key = sale.to_string();
    let times =
        [("opens_at", "2026-01-01T09:00"), ("first_end_at", "2099-01-01T09:00"), ("vehicle_id", &*vehicle)];
    let made = clerk.post("/office/sales/new", &fields(&key, &times)).await;
    assert_eq!(made.location(), format!("/office/sales/{key}?done=SALE_CREATED"), "{}", made.body);
    let page = clerk.get(&format!("/office/sales/{key}")).await.body;
    assert!(page.contains("金额须为 ¥500 的整数倍") && !page.contains("延时满"), "{page}");
    assert!(
        page.contains("卖方 2 个工作小时内（最长一天）先答复，之后每次 5 小时，双方各可还价 4 次"),
        "{page}"
    );
    server.state.services.auction.sweep().await.unwrap();

    let lot = lot_of(kernel::SaleId(sale), 0);
    let mut dealer = server.signed_in("yuanxing").await;
    let page = unmarked(&dealer.get(&format!("/auctions/lots/{lot}")).await.body);
    for words in [
        "最高愿出的价格，¥500 的整数倍",
        "金额超过指导价的 110%，或高出当前价 12 个加价幅度以上时，须再次确认",
        "竞价达到保留价或一口价的 90% 后不再提供",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let body: Value = serde_json::from_str(&dealer.get(&format!("/api/v1/lots/{lot}")).await.body).unwrap();
    assert_eq!(body["tick_fen"], 50_000, "{body}");
    let (status, odd) = bid(&mut dealer, lot, 60_100).await;
    assert_eq!((status, &odd["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("NOT_TICK")), "{odd}");
    let nearest = json!([odd["data"]["tick_fen"], odd["data"]["lower_fen"], odd["data"]["upper_fen"]]);
    assert_eq!(nearest, json!([50_000, 6_000_000, 6_050_000]), "{odd}");
    let (_, high) = bid(&mut dealer, lot, 99_500).await;
    assert_eq!((&high["code"], &high["data"]["guide_percent"]), (&json!("FAT_FINGER_CONFIRM"), &json!(110)));
    let (status, _) = bid(&mut dealer, lot, 60_500).await;
    assert_eq!(status, StatusCode::OK);

    // the same as a form: the question names what the sale asks by
    let key = new_id().to_string();
    let sent = dealer.post(&format!("/auctions/lots/{lot}/bids"), &[("key", &key), ("max", "99500")]).await;
    let asked = unmarked(&dealer.get(sent.location().trim_end_matches("#bid")).await.body);
    assert!(asked.contains("超过 ¥56,000，即当前价再加 12 个加价幅度。"), "{asked}");
}

#[tokio::test]
async fn what_does_not_fit_is_said_at_its_field_or_names_the_car() {
    let server = TestServer::new().await;
    let mut clerk = server.signed_in("auctioneer").await;
    let key = new_id().to_string();
    let wrong = [("tick", "0.5"), ("confirm_percent", "99"), ("confirm_steps", "many")];
    let refused = clerk.post("/office/sales/templates/new", &fields(&key, &wrong)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for typed in ["value=\"0.5\"", "value=\"99\"", "value=\"many\"", "超出允许范围。", "请填写整数。"]
    {
        assert!(refused.body.contains(typed), "{typed}: {}", refused.body);
    }
    let off = clerk.post("/office/sales/templates/new", &fields(&key, &[("ladder", "0 700")])).await;
    assert!(off.body.contains("加价阶梯每档的加价须为最小单位的整数倍。"), "{}", off.body);

    let vehicle = hear_of_car(&server, 0).await.to_string();
    let times = [
        ("opens_at", "2026-01-01T09:00"),
        ("first_end_at", "2099-01-01T09:00"),
        ("vehicle_id", &*vehicle),
        ("tick", "7000"),
        ("ladder", "0 7000"),
    ];
    let refused = clerk.post("/office/sales/new", &fields(&key, &times)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("¥7,000 的整数倍，场次没有创建：测试车 0。"), "{}", refused.body);
}
