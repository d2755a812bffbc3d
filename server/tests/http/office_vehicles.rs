//! `/office/vehicles`: cars taken in, listed, inspected, priced, photographed, exported.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use uuid::Uuid;

use crate::support::{Answer, Browser, OURS, TestServer};

fn key() -> String {
    Uuid::now_v7().to_string()
}

/// A car by its form; made up, with a right check digit.
async fn taken_in(inspector: &mut Browser, vin: &str, model: &str) -> String {
    let fields = [
        ("key", &*key()),
        ("vin", vin),
        ("make", "远山"),
        ("model", model),
        ("model_year", "2021"),
        ("mileage", "3.2万公里"),
        ("city", "杭州"),
    ];
    let answer = inspector.post("/office/vehicles/new", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location().trim_end_matches("?done=VEHICLE_RECEIVED").to_owned()
}

const VIN: &str = "1M8GDM9AXKP042788";

#[tokio::test]
async fn a_car_is_taken_in_once_and_asked_about_when_doubtful() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let key = key();
    let mut fields =
        vec![("key", key.as_str()), ("vin", "1M8GDM9A1KP042788"), ("make", "远山"), ("model", "S5")];
    let doubtful = inspector.post("/office/vehicles/new", &fields).await;
    assert_eq!(doubtful.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(doubtful.body.contains("校验位不符") && doubtful.body.contains("vin_confirmed"));
    assert!(doubtful.body.contains("远山"), "what was typed is kept");
    fields.push(("vin_confirmed", "on"));
    for _ in 0..2 {
        let answer = inspector.post("/office/vehicles/new", &fields).await;
        assert_eq!(answer.location(), format!("/office/vehicles/{key}?done=VEHICLE_RECEIVED"));
    }
    let page = inspector.get(&format!("/office/vehicles/{key}")).await.body;
    assert!(page.contains("1M8GDM9A1KP042788") && page.contains("何检"), "the trail says who");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let fields = [("key", &*key()), ("vin", "123"), ("make", ""), ("model", ""), ("mileage", "3,2")];
    let answer = inspector.post("/office/vehicles/new", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["VIN 应为 17 位", "缺少品牌", "缺少车系", "里程不是有效的数字"] {
        assert!(answer.body.contains(text), "{text}");
    }
}

#[tokio::test]
async fn readings_that_cannot_be_are_named_beside_their_fields_and_kept() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let car = taken_in(&mut inspector, VIN, "S5").await;
    let report = [
        ("form", "inspect"),
        ("key", &*key()),
        ("score", ""),
        ("tread_left_front", "65"),
        ("paint_roof", "1,2"),
        ("fault_codes", "X99"),
        ("obd_read", "on"),
    ];
    let answer = inspector.post(&car, &report).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["花纹深度应为", "漆膜厚度应为", "故障码应为", "请填写评分", "value=\"1,2\""]
    {
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
    }
    // without a script the browser goes to the first field that asks for the focus
    let (before, _) = answer.body.split_once("autofocus").unwrap();
    let led_to = before.rsplit_once('<').unwrap().1;
    assert!(led_to.contains("name=\"score\""), "the page opens at the first field at fault, not at {led_to}");
    assert!(!inspector.get(&car).await.body.contains("autofocus"), "on a first look it opens at its top");
    let report = [("form", "inspect"), ("key", &*key()), ("score", "80"), ("obd_read", "on")];
    assert!(inspector.post(&car, &report).await.location().ends_with("?done=VEHICLE_INSPECTED"));
    let page = inspector.get(&car).await.body;
    assert!(page.contains("已读取，无故障码") && !page.contains("measured__one"), "{page}");
}

#[tokio::test]
async fn inspected_priced_and_corrected_by_whose_it_is() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let mut pricing = server.signed_in("pricing").await;
    let car = taken_in(&mut inspector, VIN, "S5").await;
    let price = [("guide", "12.8万"), ("start", "90000"), ("reserve", "110,000"), ("reason", "行情")];
    let price_key = key();
    let priced = [&[("form", "price"), ("key", price_key.as_str())], &price[..]].concat();
    let early = pricing.post(&car, &priced).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "nobody has inspected it");
    let report = [("form", "inspect"), ("key", &*key()), ("score", "80"), ("notes", "右前门补漆")];
    assert!(inspector.post(&car, &report).await.location().ends_with("?done=VEHICLE_INSPECTED"));
    let forged = inspector.post(&car, &priced).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(!inspector.get(&car).await.body.contains("¥128,000"));
    let doubtful =
        [("form", "price"), ("key", &*key()), ("guide", "12.8万"), ("start", "9万"), ("reserve", "13万")];
    let asked = pricing.post(&car, &doubtful).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.body.contains("保留价高于指导价") && asked.body.contains("reserve_confirmed"));
    assert!(pricing.post(&car, &priced).await.location().ends_with("?done=VEHICLE_PRICED"));
    let correction = [
        ("form", "correct"),
        ("key", &*key()),
        ("vin", VIN),
        ("make", "远山"),
        ("model", "S5"),
        ("model_year", "2021"),
        ("mileage", "32000"),
        ("city", "宁波"),
        ("reason", "移库"),
    ];
    assert!(inspector.post(&car, &correction).await.location().ends_with("?done=VEHICLE_CORRECTED"));
    let page = inspector.get(&car).await.body;
    for text in ["¥128,000", "指导价 ¥128,000 · 起拍价 ¥90,000", "右前门补漆", "移库", "沈价"]
    {
        assert!(page.contains(text), "{text}");
    }
}

#[tokio::test]
async fn the_reserve_is_shown_to_who_asks_and_a_new_price_asks_first() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let mut pricing = server.signed_in("pricing").await;
    let car = taken_in(&mut inspector, VIN, "S5").await;
    inspector.post(&car, &[("form", "inspect"), ("key", &*key()), ("score", "80")]).await;
    let price = |reserve| {
        [("form", "price"), ("guide", "128000"), ("start", "90000"), ("reserve", reserve), ("reason", "")]
    };
    pricing.post(&car, &[&[("key", &*key())], &price("117,700")[..]].concat()).await;
    for path in [car.as_str(), "/office/vehicles", "/office/vehicles/export.csv"] {
        let page = pricing.get(path).await.body;
        assert!(page.contains("有保留") && !page.contains("117,700") && !page.contains("117700"), "{page}");
    }
    assert!(!pricing.get(&car).await.body.contains("name=\"reserve\""), "it would take the place unseen");
    let reveal = format!("{car}/reveal");
    let asked = pricing.post(&reveal, &[("key", &*key())]).await;
    assert!(asked.location().starts_with(&format!("{car}?revealed=")), "{}", asked.location());
    let page = pricing.get(asked.location()).await.body;
    assert!(page.contains("¥117,700") && page.contains("117700") && page.contains("查看了保留价"), "{page}");
    // the address is worth nothing to another
    let page = inspector.get(asked.location()).await.body;
    assert!(page.contains("查看了保留价") && page.contains("沈价") && !page.contains("117,700"), "{page}");
    assert_eq!(inspector.post(&reveal, &[("key", &*key())]).await.status, StatusCode::FORBIDDEN);
    // refused, the form stays
    let refused = pricing.post(&car, &[&[("key", &*key())], &price("1")[..]].concat()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("name=\"reserve\""), "{}", refused.body);
}

#[tokio::test]
async fn the_list_and_its_files_hold_what_is_filtered() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    taken_in(&mut inspector, VIN, "S5").await;
    taken_in(&mut inspector, "11111111111111111", "X7").await;
    let all = inspector.get("/office/vehicles").await.body;
    assert!(all.contains("S5") && all.contains("X7") && all.contains("共 2 辆"));
    let one = inspector.get(&format!("/office/vehicles?q={VIN}&status=received&sort=year")).await.body;
    assert!(one.contains("共 1 辆") && !one.contains("X7"));
    let none = inspector.get("/office/vehicles?make=%E5%88%AB%E7%9A%84").await.body;
    assert!(none.contains("没有符合条件的车辆"));
    let csv = inspector.get(&format!("/office/vehicles/export.csv?q={VIN}&page=9")).await;
    assert!(csv.header("content-disposition").contains("vehicles.csv"));
    assert!(csv.body.starts_with('\u{feff}') && csv.body.lines().count() == 2 && csv.body.contains(VIN));
    let xlsx = inspector.get("/office/vehicles/export.xlsx").await;
    assert!(xlsx.status == StatusCode::OK && xlsx.body.starts_with("PK"));
    for odd in ["page=99999999999&q=%25%00", "year_from=x&sort=%27&order=reversed", "km_to=-1&status=?"] {
        assert_eq!(inspector.get(&format!("/office/vehicles?{odd}")).await.status, StatusCode::OK, "{odd}");
    }
    assert_eq!(inspector.get(&format!("/office/vehicles/{}", key())).await.status, StatusCode::NOT_FOUND);
}

/// A form with one file.
pub async fn upload(
    browser: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    file: (&str, &str, &[u8]),
) -> Answer {
    let (field, file_name, bytes) = file;
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    let head = format!("content-disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"");
    body.extend(format!("--cut\r\n{head}\r\n\r\n").bytes());
    body.extend(bytes);
    body.extend(b"\r\n--cut--\r\n");
    let headers = [
        ("content-type", "multipart/form-data; boundary=cut"),
        ("sec-fetch-site", "same-origin"),
        ("origin", OURS),
    ];
    browser.send(Method::POST, path, &headers, Body::from(body)).await
}

/// A picture of 320 × 240 pixels, one colour.
fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(320, 240, image::Rgb([40, 90, 160]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn photos_are_added_once_shown_and_removed() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    let car = taken_in(&mut inspector, VIN, "S5").await;
    let path = format!("{car}/photos");
    let key = key();
    for _ in 0..2 {
        let answer = upload(&mut inspector, &path, &[("key", &key)], ("photos", "a.png", &picture())).await;
        assert!(answer.location().ends_with("?done=PHOTOS_ADDED"), "{}", answer.location());
    }
    let page = inspector.get(&car).await.body;
    let photos: Vec<&str> =
        page.split("/photos/").skip(1).filter_map(|rest| rest.split("/thumb").next()).collect();
    let id = photos.iter().find(|id| id.len() == 36).unwrap();
    assert_eq!(page.matches("/thumb\"").count(), 1, "the same picture twice is a double click");
    for size in ["thumb", "large"] {
        let photo = inspector.get(&format!("/photos/{id}/{size}")).await;
        assert_eq!((photo.status, photo.header("content-type")), (StatusCode::OK, "image/webp"));
    }
    let refused =
        upload(&mut inspector, &path, &[("key", &self::key())], ("photos", "a.txt", b"no picture")).await;
    assert!(refused.location().ends_with("?problem=PHOTO_FORMAT"));
    assert!(inspector.get(refused.location()).await.body.contains("只支持 JPG、PNG、WebP 照片"));
    let removed = inspector.post(&format!("{path}/{id}/remove"), &[("key", &self::key())]).await;
    assert!(removed.location().ends_with("?done=PHOTO_REMOVED"));
    let page = inspector.get(&car).await.body;
    assert!(page.contains("还没有照片") && page.contains("移除照片"), "the trail keeps it");
}

#[tokio::test]
async fn the_list_counts_what_is_filtered_and_says_what_is_gone() {
    let server = TestServer::new().await;
    let mut inspector = server.signed_in("inspector").await;
    taken_in(&mut inspector, VIN, "S5").await;
    let page = inspector.get("/office/vehicles?make=%E8%BF%9C%E5%B1%B1&q=nothing").await.body;
    assert!(!page.contains("tabs__count\">1<"), "no tab counts a car that the search leaves out");
    assert!(page.contains("没有符合条件的车辆"), "{page}");
    let page = inspector.get("/office/vehicles?make=Vanished").await.body;
    assert!(page.contains("<option value=\"Vanished\" selected>Vanished（已没有）"), "{page}");
    assert!(page.contains("品牌：已没有“Vanished”的车辆"), "{page}");
    let there = inspector.get("/office/vehicles?make=%E8%BF%9C%E5%B1%B1").await.body;
    assert!(there.contains("selected>远山 (1)") && !there.contains("已没有"), "{there}");
}

#[tokio::test]
async fn a_remembered_make_of_the_hall_that_is_gone_stands_as_chosen() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get("/auctions?make=Vanished").await.body;
    assert!(page.contains("<option value=\"Vanished\" selected>Vanished（现无在拍）"), "{page}");
}
