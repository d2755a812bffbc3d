//! `/office/vehicles/import`: files of cars, from the upload to the cars in the list.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::office_vehicles::upload;
use crate::support::{Answer, Browser, TestServer};

/// Made up: three good lines and two bad ones.
const CARS: &str = "编号,品牌,车系,年款,里程(万公里),报价(万元),所在城市\n\
    A-1,远山,S5,2021,3.25,8.98,杭州\n\
    A-2,远山,S7,2019,7.1,10.5,宁波\n\
    A-3,,X1,2020,1,6.6,杭州\n\
    A-4,长河,X1,2020,\"3,2\",6.6,杭州\n\
    A-5,长河,X2,2022,0.5,12.6,宁波\n";

async fn sent(browser: &mut Browser, source: &str, file_name: &str, bytes: &[u8]) -> Answer {
    let key = Uuid::now_v7().to_string();
    let fields = [("key", key.as_str()), ("source", source)];
    upload(browser, "/office/vehicles/import", &fields, ("file", file_name, bytes)).await
}

/// The columns of [`CARS`], as the page proposes them.
fn columns() -> Vec<(&'static str, &'static str)> {
    vec![
        ("encoding", "UTF-8"),
        ("delimiter", "comma"),
        ("external_id", "编号"),
        ("make", "品牌"),
        ("model", "车系"),
        ("model_year", "年款"),
        ("mileage", "里程(万公里)"),
        ("city", "所在城市"),
        ("source_price", "报价(万元)"),
        ("mileage_unit", "wan_km"),
        ("currency", "CNY 万元"),
    ]
}

/// Does what the worker does, to the end, and shows the import.
async fn settled(server: &TestServer, browser: &mut Browser, path: &str) -> String {
    let running = browser.get(path).await;
    assert!(!running.header("refresh").is_empty() && running.body.contains("排队中"));
    while server.state.services.vehicle.run_import_step().await.unwrap() {}
    browser.get(path).await.body
}

#[tokio::test]
async fn a_file_becomes_cars_and_a_file_of_refused_lines() {
    let server = TestServer::new().await;
    let mut pricing = server.signed_in("pricing").await;
    let answer = sent(&mut pricing, "listings", "车源.csv", CARS.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let job = answer.location().to_owned();
    let page = pricing.get(&job).await.body;
    assert!(
        page.contains("待核对列") && page.contains("品牌（远山）"),
        "columns are shown with their first value"
    );

    let priced = [
        ("price_on", "on"),
        ("price_column", "报价(万元)"),
        ("factor_bp", "1"),
        ("price_unit", "wan"),
        ("start_bp", "70"),
        ("reserve_bp", "90"),
    ];
    let started = pricing.post(&job, &[columns(), priced.to_vec()].concat()).await;
    assert_eq!((started.status, started.location()), (StatusCode::SEE_OTHER, job.as_str()));
    let checked = settled(&server, &mut pricing, &job).await;
    assert!(checked.contains("待入库") && checked.contains("入库 3 行") && checked.contains("缺少品牌"));
    assert!(pricing.get("/office/vehicles").await.body.contains("还没有车辆"), "the check changes no car");

    assert_eq!(pricing.post(&format!("{job}/apply"), &[]).await.location(), job);
    let done = settled(&server, &mut pricing, &job).await;
    assert!(done.contains("已完成") && done.contains("/office/vehicles?source=listings"));
    let cars = pricing.get("/office/vehicles?source=listings&city=%E5%AE%81%E6%B3%A2&sort=start").await.body;
    assert!(cars.contains("共 2 辆") && cars.contains("¥126,000") && cars.contains("¥88,200"));

    let refused = pricing.get(&format!("{job}/rejected.csv")).await;
    let name = refused.header("content-disposition").to_owned();
    assert!(name.contains("filename*=UTF-8''%E8%BD%A6%E6%BA%90-"), "{name}");
    let lines: Vec<&str> = refused.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("行号,原因代码,原因,编号,品牌"));
    assert!(lines[1].starts_with("4,MAKE_MISSING,") && lines[1].contains(",A-3,,X1,"));
    assert!(lines[2].starts_with("5,MILEAGE_INVALID,") && lines[2].contains("\"3,2\""));
    // the same file again
    let again = sent(&mut pricing, "listings", "车源.csv", CARS.as_bytes()).await.location().to_owned();
    pricing.post(&again, &[columns(), priced.to_vec()].concat()).await;
    settled(&server, &mut pricing, &again).await;
    pricing.post(&format!("{again}/apply"), &[]).await;
    settled(&server, &mut pricing, &again).await;
    assert!(pricing.get("/office/vehicles?source=listings").await.body.contains("共 3 辆"));
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_beside_it() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let cases: [(&str, &[u8], &str); 6] = [
        ("a", b"", "文件是空的"),
        ("a", b"PK\x03\x04rest", "Excel 工作簿"),
        ("a", b"\x00\x01\x02\x03\x04\x05\x06\x07", "不是文本表格"),
        ("a", b"only one column\n1\n", "第一行应为列名"),
        ("Not A Name", CARS.as_bytes(), "来源名称用小写字母"),
        ("intake", CARS.as_bytes(), "来源名称用小写字母"),
    ];
    for (source, bytes, text) in cases {
        let answer = sent(&mut inspector, source, "x.csv", bytes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(answer.body.contains(text), "{text}");
        assert!(answer.body.contains(&format!("value=\"{source}\"")), "what was typed is kept");
    }
    let quote = format!("vin,make,model\n1,2,3\n4,\"{}", "5,6,7\n".repeat(300));
    let answer = sent(&mut inspector, "a", "x.csv", quote.as_bytes()).await;
    assert!(answer.body.contains("从第 3 行开始的引号没有闭合"));
    let missing = inspector.post("/office/vehicles/import", &[("key", "x")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn columns_that_a_source_always_had_are_missed_aloud() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let job = sent(&mut inspector, "listings", "a.csv", CARS.as_bytes()).await.location().to_owned();
    inspector.post(&job, &columns()).await;
    settled(&server, &mut inspector, &job).await;
    let list = inspector.get("/office/vehicles/import").await.body;
    assert!(list.contains("list=\"f-source-list\"") && list.contains("<option value=\"listings\""));
    let fewer = "编号,里程(万公里)\nA-1,3.3\n";
    let job = sent(&mut inspector, "listings", "b.csv", fewer.as_bytes()).await.location().to_owned();
    let page = inspector.get(&job).await.body;
    assert!(page.contains("一直使用的列不在此文件中：品牌、车系、年款、所在城市、报价(万元)"));
    let refused = inspector.post(&job, &columns()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("文件缺少这些列：品牌、车系"));
    let unmapped = inspector.post(&job, &[("external_id", "编号"), ("mileage_unit", "km")]).await;
    assert!(unmapped.body.contains("请选择对应的列"));
    assert!(!page.contains("price_on"), "pricing is the pricing staff's");
}

#[tokio::test]
async fn a_file_is_read_again_as_the_person_says() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let semicolons = CARS.replace(',', ";");
    let job = sent(&mut inspector, "a", "a.csv", semicolons.as_bytes()).await.location().to_owned();
    assert!(inspector.get(&job).await.body.contains("品牌（远山）"));
    let form = [("encoding", "UTF-8"), ("delimiter", "pipe"), ("read_anew", "1")];
    let refused = inspector.post(&job, &form).await;
    assert!(refused.body.contains("第一行应为列名"), "one column is no table");
    let form = [("encoding", "windows-1252"), ("delimiter", "semicolon"), ("make", "品牌")];
    let anew = inspector.post(&job, &form).await;
    assert_eq!(anew.location(), format!("{job}?done=IMPORT_READ_ANEW"));
    let page = inspector.get(anew.location()).await.body;
    assert!(page.contains("列已重新匹配") && !page.contains("品牌（远山）"));
}

#[tokio::test]
async fn an_import_is_given_up_by_its_button() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let job = sent(&mut inspector, "a", "a.csv", CARS.as_bytes()).await.location().to_owned();
    let gone = inspector.post(&format!("{job}/discard"), &[]).await;
    assert_eq!(gone.location(), "/office/vehicles/import?done=IMPORT_DISCARDED");
    assert!(inspector.get(&job).await.body.contains("已放弃"));
    let late = inspector.post(&format!("{job}/apply"), &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("IMPORT_MOVED_ON"));
    let list = inspector.get("/office/vehicles/import").await.body;
    assert!(list.contains("a.csv") && list.contains("已放弃"));
}

#[tokio::test]
async fn a_first_line_of_data_is_named_and_read_as_data_with_one_press() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let (_, rows) = CARS.split_once('\n').unwrap();
    let job = sent(&mut inspector, "nameless", "rows.csv", rows.as_bytes()).await.location().to_owned();
    let page = inspector.get(&job).await.body;
    assert!(page.contains("文件首行像是车辆数据") && page.contains("A-1 · 远山 · S5"), "{page}");
    let pressed = inspector.post(&job, &[("first_line", "data"), ("read_anew", "1")]).await;
    assert_eq!(pressed.location(), format!("{job}?done=IMPORT_READ_ANEW"));
    let page = inspector.get(&job).await.body;
    assert!(!page.contains("文件首行像是车辆数据") && page.contains("#2（远山）"), "{page}");
    // who insists on names is told once more what that costs
    let columns = [
        ("first_line", "names"),
        ("external_id", "A-1"),
        ("make", "远山"),
        ("model", "S5"),
        ("mileage_unit", "km"),
        ("currency", ""),
    ];
    inspector.post(&job, &columns).await;
    assert_eq!(inspector.post(&job, &columns).await.location(), job);
    let checked = settled(&server, &mut inspector, &job).await;
    assert!(checked.contains("首行像是车辆数据，但已按列名读取"), "{checked}");
}
