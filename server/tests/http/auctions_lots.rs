//! `/auctions/lots/{id}` before the opening: a max without a script.

use axum::http::StatusCode;
use platform_db::new_id;

use crate::receipts::scheduled_lot;
use crate::support::TestServer;

#[tokio::test]
async fn a_max_is_given_changed_and_taken_back_before_the_opening() {
    let server = TestServer::new().await;
    let lot_id = scheduled_lot(&server).await;
    let path = format!("/auctions/lots/{lot_id}");
    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get(&path).await;
    assert!(page.body.contains("预先委托价") && page.body.contains("不低于起拍价 ¥50,000"), "{}", page.body);
    let low = new_id().to_string();
    dealer.post(&format!("{path}/bids"), &[("key", &low), ("max", "49900")]).await;
    let refused = dealer.get(&format!("{path}?answer={low}")).await;
    assert!(refused.body.contains("BELOW_MIN") || refused.body.contains("¥50,000"));
    for amount in ["60000", "55000"] {
        let key = new_id().to_string();
        let sent = dealer.post(&format!("{path}/bids"), &[("key", &key), ("max", amount)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
    let page = dealer.get(&path).await;
    assert!(page.body.contains("您的预先委托价：¥55,000"), "{}", page.body);
    let mut rival = server.signed_in("hengxin").await;
    let seen = rival.get(&path).await;
    assert!(!seen.body.contains("55,000") && !seen.body.contains("5500000"), "nobody else sees it");

    let key = new_id().to_string();
    let back = dealer.post(&format!("{path}/withdraw"), &[("key", &key)]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.location(), format!("{path}?done=MAX_WITHDRAWN"));
    let page = dealer.get(&path).await;
    assert!(!page.body.contains("您的预先委托价："));
    let key = new_id().to_string();
    let again = dealer.post(&format!("{path}/withdraw"), &[("key", &key)]).await;
    assert_eq!(again.location(), format!("{path}?answer={key}#bid"), "the record says why not");
    // there is no new report, so there is nothing to stand by
    let key = new_id().to_string();
    let nothing = dealer.post(&format!("{path}/report"), &[("key", &key), ("report_hash", "ab")]).await;
    assert_eq!(nothing.location(), format!("{path}?answer={key}#bid"));
}
