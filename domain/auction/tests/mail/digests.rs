//! What comes together in one mail.

use super::*;

#[tokio::test]
async fn a_digest_waits_until_the_one_before_is_gone() {
    let (world, post, anna, bert) = world_with_box().await;
    mails(&world, &anna, &[Topic::Outbid], FindsPace::Day).await;
    bid(&world, &anna, 0, 81_000).await;
    bid(&world, &bert, 0, 90_000).await;
    post.then(later());
    assert_eq!(out(&world, 0).await, 1);
    bid(&world, &anna, 1, 81_000).await;
    bid(&world, &bert, 1, 90_000).await;
    post.then(later());
    // the first again, and no second beside it
    assert_eq!(out(&world, 20 * MINUTE_MS).await, 1);
    assert_eq!(out(&world, 30 * MINUTE_MS).await, 1);
    assert_eq!(post.sent().len(), 3);
    assert_eq!(out(&world, 31 * MINUTE_MS).await, 0, "a quarter of an hour after it went");
    assert_eq!(out(&world, 46 * MINUTE_MS).await, 1);
    assert_eq!(post.subjects(), ["zh-CN outbid: outbid"]);
}

#[tokio::test]
async fn of_a_digest_of_a_thousand_lines_the_newest_are_read_and_the_rest_is_counted() {
    let (world, post, anna, _) = world_with_box().await;
    mails(&world, &anna, &[Topic::Outbid], FindsPace::Day).await;
    let many = "INSERT INTO alert (user_id, kind, lot_id, made_at, last_at)
                SELECT $1, 'outbid', $2, now(), now() FROM generate_series(1, 1000)";
    sqlx::query(many).bind(anna.user_id.0).bind(world.lots[0].0).execute(&world.db).await.unwrap();
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(post.subjects(), ["zh-CN outbid: outbid +600"]);
}

#[tokio::test]
async fn lost_leads_come_in_one_mail_and_the_next_a_quarter_of_an_hour_later() {
    let (world, post, anna, bert) = world_with_box().await;
    mails(&world, &anna, &[Topic::Outbid], FindsPace::Day).await;
    for lot in [0, 1] {
        bid(&world, &anna, lot, 81_000).await;
        bid(&world, &bert, lot, 90_000).await;
    }
    assert_eq!(out(&world, 0).await, 1);
    let letter = post.sent().pop().unwrap();
    assert_eq!(letter.subject, "zh-CN outbid: outbid outbid");
    assert!(letter.unsubscribe.unwrap().contains("what=outbid"));
    for (lot, yuan) in [(0, 95_000), (0, 105_000), (1, 95_000)] {
        bid(&world, &anna, lot, yuan).await;
        world.service.tell_news().await.unwrap();
        bid(&world, &bert, lot, yuan + 4_000).await;
        world.service.tell_news().await.unwrap();
    }
    assert_eq!(out(&world, 14 * MINUTE_MS).await, 0);
    assert_eq!(out(&world, 16 * MINUTE_MS).await, 1);
    assert_eq!(post.subjects(), ["zh-CN outbid: outbid outbid"], "each car once");
}
