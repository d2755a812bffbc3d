//! `/office/business-days`: holidays, kept by an administrator.

use axum::http::StatusCode;
use platform_db::{new_id, to_sql};
use time::Duration;
use time::macros::offset;

use crate::sold;
use crate::support::{Browser, TestServer};

const PAGE: &str = "/office/business-days";

/// A day so many days from now, in China.
fn day(server: &TestServer, days: i64) -> String {
    let day = (to_sql(server.state.clock.now()).to_offset(offset!(+8)) + Duration::days(days)).date();
    day.to_string()
}

async fn send(browser: &mut Browser, fields: &[(&str, &str)]) -> crate::support::Answer {
    let key = new_id().to_string();
    browser.post(PAGE, &[&[("key", key.as_str())], fields].concat()).await
}

#[tokio::test]
async fn holidays_are_added_made_ordinary_again_and_both_stand_in_the_history() {
    let server = TestServer::new().await;
    let mut admin = server.signed_in("admin").await;
    assert!(admin.get(PAGE).await.body.contains("还没有设置节假日"));
    let (first, last) = (day(&server, 10), day(&server, 12));
    let week = [("form", "set"), ("first", &first), ("last", &last), ("kind", "holiday"), ("name", "国庆节")];
    assert_eq!(send(&mut admin, &week).await.location(), format!("{PAGE}?done=BUSINESS_DAYS_SET"));
    let page = admin.get(PAGE).await.body;
    assert!(page.contains(&first) && page.contains(&last) && page.contains("国庆节"), "{page}");
    assert_eq!(page.matches("name=\"day\"").count(), 3);
    let number = page.split("name=\"day\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let number = number.to_owned();
    send(&mut admin, &[("form", "ordinary"), ("day", &number)]).await;
    let page = admin.get(PAGE).await.body;
    assert_eq!(page.matches("name=\"day\"").count(), 2);
    assert!(page.contains("修改记录") && page.contains("恢复为普通日"), "{page}");
}

#[tokio::test]
async fn who_buys_before_a_holiday_pays_after_it() {
    let server = TestServer::new().await;
    let mut admin = server.signed_in("admin").await;
    let due = async || {
        let (_, receivable) = sold::sold(&server, "yuanxing", 10_000_000).await;
        server
            .state
            .services
            .finance
            .receivable(&server.person("admin"), receivable)
            .await
            .unwrap()
            .row
            .due_at
    };
    let before = due().await;
    let (first, last) = (day(&server, 0), day(&server, 20));
    let weeks = [("form", "set"), ("first", &*first), ("last", &last), ("kind", "holiday"), ("name", "春节")];
    assert_eq!(send(&mut admin, &weeks).await.location(), format!("{PAGE}?done=BUSINESS_DAYS_SET"));
    server.state.bus.drain().await.unwrap();
    let later = due().await.since(before) / (24 * 3_600_000);
    assert!((17..=22).contains(&later), "three weeks later, but for weekends: {later} days");
}

#[tokio::test]
async fn what_cannot_be_is_said_at_its_field_and_only_an_administrator_may() {
    let server = TestServer::new().await;
    let mut admin = server.signed_in("admin").await;
    let past = day(&server, -3);
    for (first, words) in [(past.as_str(), "日期已过"), ("十月一日", "请填写日期")] {
        let fields =
            [("form", "set"), ("first", first), ("last", ""), ("kind", "holiday"), ("name", "国庆节")];
        let refused = send(&mut admin, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{first}");
        assert!(refused.body.contains(words) && refused.body.contains("国庆节"), "{}", refused.body);
    }
    let mut auctioneer = server.signed_in("auctioneer").await;
    assert_eq!(auctioneer.get(PAGE).await.status, StatusCode::FORBIDDEN);
    assert!(!auctioneer.get("/office").await.body.contains(PAGE));
}
