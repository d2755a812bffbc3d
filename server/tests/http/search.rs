//! `/search`: one question to every service, answered to each person with what is theirs to see.

use axum::http::StatusCode;
use kernel::event_id_for;
use platform_db::new_id;

use crate::receipts::{lot_with, open_lot};
use crate::sold::{lot, sold, tell};
use crate::support::{Browser, TestServer};

/// What `typed` finds: the list of the page alone.
async fn found(browser: &mut Browser, typed: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    let answer = browser.get(&format!("/search?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{typed}");
    let (_, list) = answer.body.split_once("id=\"found\"").unwrap();
    list.split_once("</main>").unwrap().0.to_owned()
}

#[tokio::test]
async fn staff_find_a_car_by_its_vin_and_its_plate_however_it_is_written() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let key = new_id().to_string();
    let car = [
        ("key", key.as_str()),
        ("vin", "1M8GDM9AXKP042788"),
        ("make", "远山"),
        ("model", "S5"),
        ("plate_no", "浙a·8d12345"),
    ];
    let answer = inspector.post("/office/vehicles/new", &car).await;
    assert_eq!(answer.location(), format!("/office/vehicles/{key}?done=VEHICLE_RECEIVED"));
    let link = format!("href=\"/office/vehicles/{key}\"");
    for typed in ["1m8gdm9axkp042788", "042788", "浙A8D12345", "浙A·8D12345", "远山 s5"] {
        let list = found(&mut inspector, typed).await;
        assert!(list.contains(&link), "{typed}: {list}");
    }
    assert!(inspector.get(&format!("/office/vehicles/{key}")).await.body.contains("浙A8D12345"));
    let nothing = found(&mut inspector, "042789").await;
    assert!(nothing.contains("没有找到“042789”") && !nothing.contains("work__row"), "{nothing}");
    let before = inspector.get("/search").await.body;
    assert!(before.contains("输入车架号或其后几位") && !before.contains("没有找到"), "{before}");
}

#[tokio::test]
async fn a_lot_is_found_by_its_number_in_its_sale() {
    let server = TestServer::new().await;
    let wanted = lot_with(&server, None, |sale| sale.times.name = "周五杭州场".into()).await;
    let other = open_lot(&server).await;
    let mut staff = server.signed_in("sales").await;
    let list = found(&mut staff, "周五 #1").await;
    assert!(list.contains(&format!("href=\"/office/lots/{wanted}\"")), "{list}");
    assert!(!list.contains(&other.to_string()), "{list}");
    assert!(!found(&mut staff, "周五 2号").await.contains("/office/lots/"));
    let sale = found(&mut staff, "周五").await;
    assert!(sale.contains("href=\"/office/sales/") && sale.contains("1 台"), "{sale}");
    let mut dealer = server.signed_in("yuanxing").await;
    let list = found(&mut dealer, "周五 第1号").await;
    assert!(
        list.contains(&format!("href=\"/auctions/lots/{wanted}\"")) && !list.contains("/office/"),
        "{list}"
    );
}

#[tokio::test]
async fn a_dealer_finds_its_own_orders_and_nobody_s_books() {
    let server = TestServer::new().await;
    let (order, _) = sold(&server, "yuanxing", 12_000_000).await;
    let mut staff = server.signed_in("sales").await;
    let no = order_no(&found(&mut staff, "C2184841").await);
    let list = found(&mut staff, &no).await;
    assert!(list.contains(&format!("href=\"/office/orders/{order}\"")), "{list}");
    let mut buyer = server.signed_in("yuanxing").await;
    let list = found(&mut buyer, &no).await;
    assert!(list.contains(&format!("href=\"/my/orders/{order}\"")) && list.contains("找到 1 条"), "{list}");
    let mut other = server.signed_in("hengxin").await;
    assert!(!found(&mut other, &no).await.contains("work__row"), "another's order is nobody's to find");
    // companies and people are the staff's to look for
    let seat = server.person("yuanxing").dealer().unwrap().clone();
    let name = seat.dealer_name.as_str();
    assert!(found(&mut staff, name).await.contains(&format!("href=\"/office/dealers/{}\"", seat.dealer_id)));
    assert!(found(&mut staff, "yuanxing").await.contains("href=\"/office/users/"));
    let mut inspector = server.signed_in("inspector").await;
    assert!(!found(&mut inspector, "yuanxing").await.contains("/office/users/"), "a list that is not his");
    let list = found(&mut other, name).await;
    assert!(!list.contains("/office/") && !list.contains(&seat.dealer_id.to_string()), "{list}");
}

/// The number of the one order in a list.
fn order_no(list: &str) -> String {
    let (_, order) = list.split_once("href=\"/office/orders/").unwrap();
    let (_, title) = order.split_once("work__title\">").unwrap();
    title.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn of_many_it_shows_a_few_and_where_the_rest_is() {
    let server = TestServer::new().await;
    let buyer = server.person("yuanxing");
    for _ in 0..7 {
        tell(&server, 1, &lot(&server, &buyer, 5_000_000)).await;
    }
    let mut staff = server.signed_in("sales").await;
    let list = found(&mut staff, "周日上海场 途观").await;
    assert!(!list.contains("href=\"/office/orders/"), "orders are not looked for by their sale: {list}");
    let list = found(&mut staff, "途观L").await;
    assert_eq!(list.matches("href=\"/office/orders/").count(), 6, "{list}");
    assert!(list.contains("href=\"/office/orders?q=%E9%80%94%E8%A7%82L\""), "{list}");
    assert!(list.contains("找到 6 条"), "{list}");
}

#[tokio::test]
async fn every_page_of_who_is_signed_in_has_the_finder_and_no_other() {
    let server = TestServer::new().await;
    for (login, path) in [("yuanxing", "/auctions?q="), ("sales", "/office/orders"), ("admin", "/settings")] {
        let page = server.signed_in(login).await.get(path).await.body;
        assert_eq!(page.matches("<dialog").count(), 1, "{path}");
        assert!(page.contains("href=\"/search\""), "{path}: the way to it without a script");
    }
    let mut nobody = server.browser();
    assert!(!nobody.get("/sign-in").await.body.contains("finder"));
    assert!(nobody.get("/search?q=x").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn what_is_typed_is_text_and_no_pattern() {
    let server = TestServer::new().await;
    sold(&server, "yuanxing", 12_000_000).await;
    let mut staff = server.signed_in("admin").await;
    for typed in ["%", "_", "<script>alert(1)</script>", "' OR 1=1 --", &"车".repeat(300)] {
        let list = found(&mut staff, typed).await;
        assert!(!list.contains("<script>"), "{typed}: {list}");
    }
    assert!(!found(&mut staff, "%8D%").await.contains("/office/orders/"));
    let event = event_id_for(new_id(), "order");
    assert!(found(&mut staff, &event.to_string()).await.contains("没有找到"));
}
