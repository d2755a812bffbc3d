//! `/office/orders`, `/my/orders`: what is sold, whose it is, and files of it.

use axum::http::StatusCode;
use finance::MoveDeposit;
use kernel::{Fen, event_id_for};
use platform_db::new_id;
use serde_json::json;

use crate::sold::{lot, sold, tell};
use crate::support::TestServer;

#[tokio::test]
async fn a_sold_lot_becomes_an_order_and_a_receivable_that_both_sides_see() {
    let server = TestServer::new().await;
    let (order, claim) = sold(&server, "yuanxing", 12_850_000).await;
    let (mut sales, mut buyer) = (server.signed_in("sales").await, server.signed_in("yuanxing").await);
    for path in ["/office/orders", "/office/receivables"] {
        let page = sales.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains("¥131,027.50") && page.body.contains("远行二手车"), "{path}");
    }
    let home = sales.get("/office").await.body;
    let today = home.split_once("今日成交").unwrap();
    assert!(today.1.split_once("本周成交").unwrap().0.contains("¥128,500"), "what was sold today: {home}");
    let link = today.0.rsplit_once("href=\"").unwrap().1.split_once('"').unwrap().0.replace("&amp;", "&");
    assert!(
        sales.get(&link).await.body.contains(&order.to_string()),
        "its figure leads to the order: {link}"
    );
    let office = sales.get(&format!("/office/orders/{order}")).await.body;
    assert!(office.contains("成交确认书") && office.contains("人民币壹拾叁万壹仟零贰拾柒元伍角整"));
    assert!(office.contains("成交价 ¥128,500 × 1.5%，最低 ¥500，最高 ¥5,000"), "the fee explains itself");
    assert!(office.contains("待付款") && office.contains("尚未安排") && office.contains("无争议"));
    assert!(office.contains(&format!("/office/receivables/{claim}")));
    let claim = sales.get(&format!("/office/receivables/{claim}")).await.body;
    assert!(claim.contains("应收账款·车商") && claim.contains("待结算·车款") && claim.contains("借贷相等"));

    let cards = buyer.get("/my/orders").await.body;
    assert!(cards.contains(&format!("/my/orders/{order}")) && cards.contains("¥131,027.50"));
    let mine = buyer.get(&format!("/my/orders/{order}")).await;
    assert_eq!(mine.status, StatusCode::OK);
    assert!(mine.body.contains("成交确认书") && !mine.body.contains("/office/"), "no way into the office");
}

#[tokio::test]
async fn who_won_with_a_deposit_is_asked_for_what_it_left() {
    let server = TestServer::new().await;
    let buyer = server.person("yuanxing");
    let deposit = MoveDeposit {
        key: new_id(),
        dealer_id: buyer.dealer().unwrap().dealer_id,
        dealer_name: "远行二手车".into(),
        amount_fen: Fen(2_000_000),
        reference: "工行 02".into(),
    };
    server.state.services.finance.receive_deposit(&server.person("finance"), deposit).await.unwrap();
    let mut won = lot(&server, &buyer, 12_850_000);
    won["deposit_fen"] = json!(1_285_000);
    tell(&server, 1, &won).await;
    let order = event_id_for(won["lot_id"].as_str().unwrap().parse().unwrap(), "order");
    let page = server.signed_in("yuanxing").await.get(&format!("/my/orders/{order}")).await.body;
    for words in ["还需付款", "¥118,177.50", "¥131,027.50", "保证金已抵", "¥12,850"] {
        assert!(page.contains(words), "{words}");
    }
    let mine = server.signed_in("yuanxing").await.get("/my/orders").await.body;
    let sums = mine.split_once("sums__list").and_then(|(_, rest)| rest.split_once("</dl>")).unwrap().0;
    for (words, amount) in [("合计", "¥131,027.50"), ("已付", "¥12,850"), ("待付", "¥118,177.50")] {
        let after = sums.split_once(words).unwrap().1;
        let one = after.split_once("</div>").unwrap().0;
        assert!(one.contains(amount), "{words}: {sums}");
    }
    let foot = |page: &str| page.split_once("<tfoot>").unwrap().1.to_owned();
    let office = server.signed_in("sales").await.get("/office/orders").await.body;
    assert!(foot(&office).contains("¥118,177.50"), "the foot has the sum still due");
    let other = server.signed_in("sales").await.get("/office/orders?payment=paid").await.body;
    assert!(!other.contains("¥118,177.50"), "{other}");
    let narrow = server.signed_in("sales").await.get("/office/orders?payment=open&q=LC2").await.body;
    assert!(foot(&narrow).contains("¥118,177.50"), "of a filter as well");
    let blind = server.signed_in("service").await.get("/office/orders").await.body;
    assert!(!blind.contains("¥118,177.50"), "who may not read claims is told no sum");
    let service = server.signed_in("service").await.get(&format!("/office/orders/{order}")).await;
    assert_eq!(service.status, StatusCode::OK, "who may not read claims still sees the order");
    assert!(!service.body.contains("还需付款"));
    let file = server.signed_in("yuanxing").await.get("/my/orders.csv").await.body;
    assert!(file.contains("还需付款") && file.contains("131027.50,118177.50,"), "{file}");
    let file = server.signed_in("service").await.get("/office/orders.csv").await.body;
    assert!(file.contains("131027.50,,"), "who may not read claims has an empty cell: {file}");
}

#[tokio::test]
async fn an_order_says_how_to_pay_it() {
    let server = TestServer::new().await;
    let (order, _) = sold(&server, "yuanxing", 12_850_000).await;
    let page = server.signed_in("yuanxing").await.get(&format!("/my/orders/{order}")).await.body;
    let no = page.split("LC2").nth(1).and_then(|rest| rest.get(..14)).unwrap();
    let words = ["怎样付款", "付款编号", "¥131,027.50", "付款期限", "收款账户由财务另行通知"];
    assert!(words.iter().all(|words| page.contains(words)) && !page.contains("收款账号"), "{page}");
    let page = server.signed_in("sales").await.get(&format!("/office/orders/{order}")).await.body;
    assert!(
        page.contains("付款编号") && page.contains(&format!("<span class=\"code\">LC2{no}</span>")),
        "{page}"
    );

    let account = [
        ("LUOCHUI_PAY_NAME", "落槌拍卖有限公司"),
        ("LUOCHUI_PAY_BANK", "工商银行上海静安支行"),
        ("LUOCHUI_PAY_ACCOUNT", "6222 0210 0112 3456 789"),
    ];
    let server = TestServer::with(&account).await;
    let (order, _) = sold(&server, "yuanxing", 12_850_000).await;
    let page = server.signed_in("yuanxing").await.get(&format!("/my/orders/{order}")).await.body;
    assert!(account.iter().all(|(_, part)| page.contains(part)) && !page.contains("另行通知"), "{page}");
}

#[tokio::test]
async fn another_dealer_s_order_is_not_there() {
    let server = TestServer::new().await;
    let (order, claim) = sold(&server, "yuanxing", 5_000_000).await;
    let mut stranger = server.signed_in("hengxin").await;
    for id in [order.0, new_id()] {
        assert_eq!(stranger.get(&format!("/my/orders/{id}")).await.status, StatusCode::NOT_FOUND);
    }
    assert!(!stranger.get("/my/orders").await.body.contains(&order.to_string()));
    assert!(!stranger.get("/my/orders.csv").await.body.contains("途观"));
    let buyer = server.person("yuanxing").dealer().unwrap().dealer_id;
    assert!(!stranger.get(&format!("/my/orders.csv?buyer={buyer}")).await.body.contains("途观"));
    let theirs = stranger.get(&format!("/office/receivables/{claim}")).await.status;
    assert_eq!(theirs, StatusCode::FORBIDDEN, "the office's pages are not for dealers");
    let mut nonsense = server.signed_in("sales").await;
    assert_eq!(nonsense.get("/office/orders/what").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn files_hold_exactly_what_is_filtered() {
    let server = TestServer::new().await;
    sold(&server, "yuanxing", 5_000_000).await;
    sold(&server, "hengxin", 9_000_000).await;
    let mut sales = server.signed_in("sales").await;
    let all = sales.get("/office/orders.csv").await;
    assert_eq!(all.header("content-type"), "text/csv; charset=utf-8");
    assert!(all.body.starts_with('\u{feff}') && all.body.contains("订单号"));
    assert_eq!(all.body.lines().count(), 3);
    let one = sales.get("/office/orders.csv?q=%E6%81%92%E4%BF%A1").await.body;
    assert_eq!(one.lines().count(), 2);
    assert!(one.contains("90000,") && one.contains("恒信车业"), "{one}");
    for path in ["/office/orders.xlsx", "/my/orders.xlsx", "/office/receivables.xlsx"] {
        let mut who = server.signed_in(if path.starts_with("/my") { "yuanxing" } else { "finance" }).await;
        let file = who.get(path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(
            file.body.starts_with("PK") && file.header("content-disposition").contains(".xlsx"),
            "{path}"
        );
    }
    let claims =
        server.signed_in("finance").await.get("/office/receivables.csv?age=h24&state=open").await.body;
    assert_eq!(claims.lines().count(), 3);
}

#[tokio::test]
async fn lists_survive_any_address() {
    let server = TestServer::new().await;
    let mut sales = server.signed_in("sales").await;
    for path in [
        "/office/orders?page=99999999&sort=%00&order=reversed&from=x&until=9999-12-31&q=%25",
        "/office/receivables?age=x&dealer=y&as_of=9999-12-31&state=z&page=-4",
        "/office/receivables?as_of=0001-01-01",
    ] {
        assert_eq!(sales.get(path).await.status, StatusCode::OK, "{path}");
    }
}
