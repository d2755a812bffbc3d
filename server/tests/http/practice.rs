//! `/my/practice`: who may practise on what, what a run shows, and what of it is whose.

use axum::http::StatusCode;
use kernel::LotId;
use platform_db::new_id;
use sqlx::PgPool;
use uuid::Uuid;

use crate::receipts::{bid, lot_ending_in, open_lot, until_closed};
use crate::support::{Browser, TestServer};

/// A closed lot: 60 000 against 70 000 without a reserve, so 60 500.
async fn closed_lot(server: &TestServer) -> LotId {
    let lot_id = lot_ending_in(server, 4_000).await;
    bid(server, "yuanxing", lot_id, 60_000).await;
    bid(server, "hengxin", lot_id, 70_000).await;
    until_closed(server, lot_id).await;
    lot_id
}

async fn begin(dealer: &mut Browser, lot_id: LotId) -> String {
    let (key, lot) = (new_id().to_string(), lot_id.to_string());
    let begun = dealer.post("/my/practice", &[("key", &key), ("lot", &lot), ("speed", "10")]).await;
    assert_eq!(begun.location(), format!("/my/practice/{key}"));
    begun.location().to_owned()
}

async fn pool(server: &TestServer) -> PgPool {
    let url = server.state.config.database_url(platform_config::Service::Auction).unwrap();
    platform_db::connect(url, 1).await.unwrap()
}

/// The clock of every run is set so many seconds before its lot's end, and stands there as one that runs.
async fn before_the_end(pool: &PgPool, seconds: i32) {
    sqlx::query(
        "UPDATE practice_run r SET lot_at = l.end_at - make_interval(secs => $1), since = clock_timestamp() + interval '1 hour'
           FROM lot l WHERE l.id = r.lot_id AND r.ended_at IS NULL",
    )
    .bind(seconds)
    .execute(pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_run_is_marked_bid_in_and_won_without_a_script() {
    let server = TestServer::new().await;
    let lot_id = closed_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let list = dealer.get("/my/practice").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains(&format!("/auctions/lots/{lot_id}")) && list.body.contains("¥60,500"));
    assert!(list.body.contains("真实赢家的委托价没有公布"), "how the ghosts act");
    let run = begin(&mut dealer, lot_id).await;
    let pool = pool(&server).await;
    before_the_end(&pool, 1).await;
    let page = dealer.get(&run).await.body;
    assert!(
        page.contains("这是练习，不是真实竞价。") && page.contains("<title>练习 · 测试车 · 落槌</title>"),
        "{page}"
    );
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"5; url=/my/practice/"));
    assert!(!page.contains(&format!("/auctions/lots/{lot_id}/bids")), "no real bid can be sent from here");
    assert!(!page.contains("70,000") && !page.contains("7000000"), "the winner's max is nobody's business");
    assert!(!dealer.get(&format!("{run}?still=1")).await.body.contains("http-equiv=\"refresh\""));

    let unreadable = dealer.post(&run, &[("form", "bid"), ("key", &key()), ("max", "many")]).await;
    assert_eq!(unreadable.status, StatusCode::UNPROCESSABLE_ENTITY);
    let low = dealer.post(&run, &[("form", "bid"), ("key", &key()), ("max", "60600")]).await;
    let low = dealer.get(low.location().split('#').next().unwrap()).await.body;
    assert!(low.contains("出价未成功") && low.contains("¥61,000"), "{low}");
    let fat = dealer.post(&run, &[("form", "bid"), ("key", &key()), ("max", "500000")]).await;
    let fat = dealer.get(fat.location().split('#').next().unwrap()).await.body;
    assert!(fat.contains("请再次确认金额") && fat.contains("name=\"confirmed\""), "{fat}");
    let won = key();
    for _ in 0..2 {
        let taken = dealer.post(&run, &[("form", "bid"), ("key", &won), ("quick_fen", "6100000")]).await;
        assert_eq!(taken.location(), format!("{run}?answer={won}#bid"), "a repeat changes nothing");
    }
    let leading = dealer.get(&format!("{run}?answer={won}")).await.body;
    assert!(leading.contains("您是最高价") && leading.contains("出价成功：委托价 ¥61,000"), "{leading}");
    before_the_end(&pool, -3_600).await;
    let ended = dealer.get(&run).await.body;
    assert!(
        ended.contains("您以 ¥61,000 竞得（练习）。") && ended.contains("真实情况：落槌价 ¥60,500，2 号领先"),
        "{ended}"
    );
    assert!(ended.contains("若是真的，这辆车到贵公司约需"), "what it would have cost");
    assert!(
        !dealer.get("/my/orders").await.body.contains("¥61,000")
            && !dealer.get("/my/bids").await.body.contains("¥61,000")
    );
    let runs = dealer.get("/my/practice?view=runs").await.body;
    assert!(runs.contains("练习中竞得") && runs.contains("/my/practice/export.csv"));
    let file = dealer.get("/my/practice/export.csv").await.body;
    assert!(file.contains("result") && file.contains(&format!("{lot_id},测试车,10,won,61000")), "{file}");
    pool.close().await;
}

fn key() -> String {
    new_id().to_string()
}

#[tokio::test]
async fn a_run_can_stand_still_be_given_up_and_begun_again() {
    let server = TestServer::new().await;
    let lot_id = closed_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let run = begin(&mut dealer, lot_id).await;
    let pool = pool(&server).await;
    before_the_end(&pool, 1).await;
    assert_eq!(dealer.post(&run, &[("form", "pause"), ("key", &key())]).await.location(), run);
    let still = dealer.get(&run).await.body;
    assert!(still.contains("练习已暂停") && !still.contains("quick_fen"), "{still}");
    let paused = dealer.post(&run, &[("form", "bid"), ("key", &key()), ("max", "61000")]).await;
    assert!(paused.status == StatusCode::CONFLICT && paused.body.contains("继续后才能出价"));
    let odd = dealer.post(&run, &[("form", "speed"), ("key", &key()), ("speed", "7")]).await;
    assert!(odd.body.contains("速度只能是"), "{}", odd.body);
    assert_eq!(
        dealer.post(&run, &[("form", "x"), ("key", &key())]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert!(dealer.get("/my/practice").await.body.contains("您有一场练习还没结束"));
    assert_eq!(dealer.post(&run, &[("form", "give_up"), ("key", &key())]).await.location(), run);
    assert!(dealer.get(&run).await.body.contains("您放弃了这场练习。"));
    let over = dealer.post(&run, &[("form", "go_on"), ("key", &key())]).await;
    assert_eq!(over.status, StatusCode::CONFLICT);
    assert_ne!(begin(&mut dealer, lot_id).await, run);
    pool.close().await;
}

#[tokio::test]
async fn a_run_is_its_persons_and_only_lots_that_are_over_are_practised_on() {
    let server = TestServer::new().await;
    let (lot_id, open) = (closed_lot(&server).await, open_lot(&server).await);
    let mut dealer = server.signed_in("yuanxing").await;
    let run = begin(&mut dealer, lot_id).await;
    let mut other = server.signed_in("hengxin").await;
    assert_eq!(other.get(&run).await.status, StatusCode::NOT_FOUND, "another's run is not there");
    let moved = other.post(&run, &[("form", "give_up"), ("key", &key())]).await;
    assert_eq!(moved.status, StatusCode::NOT_FOUND);
    let mut staff = server.signed_in("auctioneer").await;
    for path in ["/my/practice", &run, "/my/practice/export.csv"] {
        assert_eq!(staff.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let begin_on = async |dealer: &mut Browser, lot: String| {
        dealer.post("/my/practice", &[("key", &key()), ("lot", &lot), ("speed", "1")]).await
    };
    let early = begin_on(&mut dealer, open.to_string()).await;
    assert!(
        early.status == StatusCode::CONFLICT && early.body.contains("这辆车不能用来练习"),
        "{}",
        early.body
    );
    assert_eq!(begin_on(&mut dealer, Uuid::nil().to_string()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(begin_on(&mut dealer, "x".to_owned()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!dealer.get("/my/practice").await.body.contains(&format!("/auctions/lots/{open}")));
}
