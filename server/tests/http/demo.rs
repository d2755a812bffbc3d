//! The demo: what it leaves can be found from where people start, and loading it twice leaves it once.

use axum::http::StatusCode;

use crate::support::TestServer;

#[tokio::test]
async fn a_lot_shows_what_was_measured_and_a_new_report_what_changed() {
    let server = TestServer::new().await;
    server::demo::load(&server.state).await.unwrap();
    let mut dealer = server.signed_in("yuanxing").await;
    let hall = dealer.get("/auctions?status=open&sort=price").await.body;
    let photo = hall.split_once("src=\"/photos/").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    let photo = dealer.get(&format!("/photos/{photo}")).await;
    assert_eq!(
        (photo.status, photo.header("content-type")),
        (StatusCode::OK, "image/webp"),
        "a car has its picture"
    );
    let lot = link(&hall, "/auctions/lots/");
    let page = dealer.get(&lot).await.body;
    assert!(page.contains("<a href=\"#bid\" class=\"skip-link\">") && page.contains("id=\"bid\""), "{page}");
    for words in
        ["轮胎花纹深度", "左前轮", " mm", "漆膜厚度", "µm", "OBD 故障码", "机动车登记证书", "交强险至"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }

    let mut other = server.signed_in("hengxin").await;
    other.post("/settings/appearance", &[("lang", "en")]).await;
    let english = other.get(&lot).await.body;
    assert!(english.contains("Petrol") && !english.contains("汽油"), "{english}");

    let vehicle = page_of_car(&server, &lot).await;
    let mut inspector = server.signed_in("inspector").await;
    let form = inspector.get(&vehicle).await.body;
    assert!(form.contains("name=\"tread_left_front\"") && form.contains("name=\"paint_bonnet\""), "{form}");
    let key = uuid::Uuid::now_v7().to_string();
    let report = [
        ("form", "inspect"),
        ("key", key.as_str()),
        ("score", "80"),
        ("tread_left_front", "1.4"),
        ("battery_soh", "68"),
        ("battery_capacity", "51.2"),
        ("fault_codes", "p0301"),
        ("paper_certificate", "no"),
        ("paper_licence", "yes"),
    ];
    let wrong = [&report[..], &[("keys", "12"), ("until_inspection", "soon")]].concat();
    let refused = inspector.post(&vehicle, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body.matches("手续信息有误").count(), 2, "beside each field: {}", refused.body);
    let done = inspector.post(&vehicle, &report).await;
    assert!(done.location().ends_with("?done=VEHICLE_INSPECTED"), "{}", done.body);
    let sheet = inspector.get("/office/vehicles/export.csv").await.body;
    assert!(sheet.contains("实测可用容量 (kWh)") && sheet.contains(",51.2,"), "{sheet}");
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.sweep().await.unwrap();
    let page = dealer.get(&lot).await.body;
    assert!(page.contains("低于法定 1.6 mm") && page.contains("P0301"), "{page}");
    assert!(page.contains("衰减严重") && page.contains("51.2 kWh") && page.contains("→ 68 %"), "{page}");
    assert!(page.contains("→ 1.4 mm") && page.contains("→ P0301"), "what changed is said: {page}");
    assert!(page.contains("机动车登记证书：有 → 缺") && page.contains("手续不全"), "{page}");
    let hall = dealer.get("/auctions?status=open&sort=price").await.body;
    let card = hall.split_once(&format!("href=\"{lot}\"")).unwrap().1.split_once("</article>").unwrap().0;
    assert!(card.contains("手续不全"), "and in the hall: {card}");
    let record = inspector.get(&vehicle).await.body;
    let changes = record.split_once("与上一版的不同").unwrap().1;
    assert!(changes.contains("机动车登记证书：有 → 缺"), "{changes}");
}

/// The office's page of a lot's car.
async fn page_of_car(server: &TestServer, lot: &str) -> String {
    let lot = lot.replace("/auctions/", "/office/");
    let page = server.signed_in("admin").await.get(&lot).await.body;
    link(&page, "/office/vehicles/")
}

/// The first address in a page that begins so.
fn link(page: &str, begins: &str) -> String {
    let found = page.split_once(&format!("href=\"{begins}")).and_then(|(_, rest)| rest.split_once('"'));
    format!("{begins}{}", found.unwrap_or_else(|| panic!("no link to {begins}: {page}")).0)
}

#[tokio::test]
async fn loading_it_twice_leaves_one_lane_that_dealers_and_the_auctioneer_find() {
    let server = TestServer::new().await;
    assert!(server::demo::is_empty(&server.state).await.unwrap());
    server::demo::load(&server.state).await.unwrap();
    let auctioneer = server.person("auctioneer");
    let before = server.state.services.auction.sales(&auctioneer, false, 1).await.unwrap();
    server::demo::load(&server.state).await.unwrap();
    let after = server.state.services.auction.sales(&auctioneer, false, 1).await.unwrap();
    assert_eq!(before, after, "the second time changes nothing");
    assert!(!server::demo::is_empty(&server.state).await.unwrap());

    let mut dealer = server.signed_in("yuanxing").await;
    for start in ["/auctions", "/auctions/calendar"] {
        let lane = link(&dealer.get(start).await.body, "/auctions/lanes/");
        let page = dealer.get(&lane).await;
        assert_eq!(page.status, StatusCode::OK, "{lane}");
        assert!(page.body.contains("正在拍卖"), "a car is on the block: {}", page.body);
    }
    let lane = after.1.iter().find(|sale| sale.format == "lane").unwrap();
    let mut office = server.signed_in("auctioneer").await;
    let sale = office.get(&format!("/office/sales/{}", lane.id)).await.body;
    let console = office.get(&link(&sale, &format!("/office/sales/{}/lane", lane.id))).await;
    assert_eq!(console.status, StatusCode::OK);
    assert!(console.body.contains("accesskey=\"2\""), "a page that reloads itself is worked by keys");
    assert!(!console.header("refresh").is_empty());
    let still = office.get(&format!("/office/sales/{}/lane?ask=still", lane.id)).await;
    assert!(still.header("refresh").is_empty() && still.body.contains("继续自动刷新"), "{}", still.body);
    let floor = office.get(&link(&console.body, &format!("/office/sales/{}/floor", lane.id))).await;
    assert_eq!(floor.status, StatusCode::OK);
}
