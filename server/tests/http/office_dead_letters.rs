//! `/office/dead-letters`: an administrator reads why, and sends again.

use axum::http::StatusCode;

use crate::sold::{exhaust, lot, tell};
use crate::support::TestServer;

#[tokio::test]
async fn an_administrator_reads_a_dead_letter_and_sends_it_again() {
    let server = TestServer::new().await;
    let mut admin = server.signed_in("admin").await;
    assert!(admin.get("/office/dead-letters").await.body.contains("没有异常事件"));
    tell(&server, 9, &lot(&server, &server.person("yuanxing"), 5_000_000)).await;
    exhaust(&server).await;
    let page = admin.get("/office/dead-letters").await.body;
    assert!(page.contains("AuctionCompleted") && page.contains("version 9 is not known here"));
    assert!(page.contains("LSVAM4187C2184841"), "the whole message can be read");
    let start = page.find("/office/dead-letters/order/").unwrap();
    let action = page[start..].split('"').next().unwrap().to_owned();

    let mut sales = server.signed_in("sales").await;
    assert_eq!(sales.get("/office/dead-letters").await.status, StatusCode::FORBIDDEN);
    assert_eq!(sales.post(&action, &[]).await.status, StatusCode::FORBIDDEN);
    let answer = admin.post(&action, &[]).await;
    let there = "/office/dead-letters?done=DEAD_LETTER_REPLAYED";
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, there));
    assert!(admin.get(there).await.body.contains("已放回队列"));
    let again = admin.post(&action, &[]).await;
    assert_eq!(again.location(), "/office/dead-letters?done=DEAD_LETTER_GONE");
    exhaust(&server).await;
    let page = admin.get("/office/dead-letters").await.body;
    assert!(page.contains("以往投递") && page.contains("管理员"), "the attempt to help is remembered");
}
