//! The address that a person is told at: typed, confirmed by its code, bounded, taken off.

use super::*;

#[tokio::test]
async fn a_code_can_be_guessed_a_few_times_and_is_good_for_half_an_hour() {
    let world = World::with_open_lots(1).await;
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let add = typed("anna");
    world.service.add_mail_address(&anna, &add).await.unwrap();
    let first = code_sent(&world, &post).await;
    let wrong = if first == "000000" { "000001" } else { "000000" };
    let confirm =
        async |code_typed: &str| code(world.service.confirm_mail_address(&anna, add.key, code_typed).await);
    assert_eq!(code(world.service.confirm_mail_address(&bert, add.key, &first).await), "NOT_FOUND");
    for _ in 0..5 {
        assert_eq!(confirm(wrong).await, "MAIL_CODE_WRONG");
    }
    assert_eq!(confirm(&first).await, "MAIL_CODE_RUN_OUT", "not even the right one");

    let again = Uuid::now_v7();
    assert_eq!(code(world.service.send_mail_code(&anna, again, add.key).await), "MAIL_CODE_TOO_SOON");
    codes_are_old(&world).await;
    for _ in 0..2 {
        world.service.send_mail_code(&anna, again, add.key).await.unwrap();
    }
    let second = code_sent(&world, &post).await;
    if first != second {
        assert_eq!(confirm(&first).await, "MAIL_CODE_WRONG", "the one before is good no more");
    }
    sqlx::query("UPDATE mail_code SET made_at = made_at - interval '30 minutes'")
        .execute(&world.db)
        .await
        .unwrap();
    assert_eq!(confirm(&second).await, "MAIL_CODE_RUN_OUT");
    world.service.send_mail_code(&anna, Uuid::now_v7(), add.key).await.unwrap();
    let third = code_sent(&world, &post).await;
    world.service.confirm_mail_address(&anna, add.key, &third).await.unwrap();
    world.service.send_mail_code(&anna, Uuid::now_v7(), add.key).await.unwrap();
    assert_eq!(out(&world, 0).await, 0, "nobody needs a code of what is confirmed");
}

#[tokio::test]
async fn nobodys_box_is_filled_with_codes() {
    let world = World::with_open_lots(1).await;
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let (anna, bert) = (dealer("安"), dealer("伯"));
    for n in 0..5 {
        let add = AddMailAddress {
            address: format!("{}@dealer.example", if n == 0 { "Carl" } else { "carl" }),
            ..typed("")
        };
        world.service.add_mail_address(&anna, &add).await.unwrap();
        world.service.remove_mail_address(&anna, add.key).await.unwrap();
        codes_are_old(&world).await;
    }
    for who in [&anna, &bert] {
        assert_eq!(code(world.service.add_mail_address(who, &typed("carl")).await), "TOO_MANY_MAIL_CODES");
        assert_eq!(world.service.mail_address(who).await.unwrap(), None, "nothing is half done");
    }
    for n in 0..5 {
        let add = typed(&format!("d{n}"));
        world.service.add_mail_address(&anna, &add).await.unwrap();
        world.service.remove_mail_address(&anna, add.key).await.unwrap();
        codes_are_old(&world).await;
    }
    assert_eq!(code(world.service.add_mail_address(&anna, &typed("e")).await), "TOO_MANY_MAIL_CODES");
    world.service.add_mail_address(&bert, &typed("bert")).await.unwrap();
    assert_eq!(world.service.mail_out(world.now()).await.unwrap(), 1, "what was taken off is told nothing");
}

#[tokio::test]
async fn many_who_type_at_once_are_counted_one_by_one() {
    let world = World::with_open_lots(1).await;
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let anna = dealer("安");
    let add = typed("anna");
    world.service.add_mail_address(&anna, &add).await.unwrap();
    let right = code_sent(&world, &post).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let guesses = (0..8).map(|_| {
        let (service, anna, id) = (world.service.clone(), anna.clone(), add.key);
        tokio::spawn(async move { code(service.confirm_mail_address(&anna, id, wrong).await) })
    });
    let mut answers = Vec::new();
    for guess in guesses.collect::<Vec<_>>() {
        answers.push(guess.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| *answer == "MAIL_CODE_WRONG").count(), 5, "{answers:?}");
}

#[tokio::test]
async fn an_address_that_is_taken_off_is_forgotten_and_told_nothing_more() {
    let (world, post, anna, bert) = world_with_box().await;
    let id = world.service.mail_address(&anna).await.unwrap().unwrap().id;
    told(&world, &anna, "won", 0).await;
    assert_eq!(code(world.service.remove_mail_address(&bert, id).await), "NOT_FOUND");
    for _ in 0..2 {
        world.service.remove_mail_address(&anna, id).await.unwrap();
    }
    assert_eq!(out(&world, 0).await, 0);
    told(&world, &anna, "negotiating", 0).await;
    assert_eq!(out(&world, 0).await, 0);
    assert!(post.sent().is_empty());
    let kept: (Option<String>, String) =
        sqlx::query_as("SELECT address, removed_why FROM mail_address").fetch_one(&world.db).await.unwrap();
    assert_eq!(kept, (None, "person".to_owned()));
    codes_are_old(&world).await;
    told_at(&world, &post, &anna, "anna").await;
}

#[tokio::test]
async fn who_may_sign_in_no_more_is_told_nothing_more_and_who_reads_english_is_told_in_english() {
    let (world, post, anna, _) = world_with_box().await;
    let changed = |active: bool, seq| {
        let data = json!({ "user_id": anna.user_id, "dealer_id": anna.dealer().unwrap().dealer_id, "active": active, "lang": "en" });
        (data, seq)
    };
    let (data, seq) = changed(true, 1);
    world.hear("UserChanged", anna.user_id.0, seq, data).await;
    told(&world, &anna, "won", 0).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(post.subjects(), ["en news: won"]);
    told(&world, &anna, "negotiating", 0).await;
    let (data, seq) = changed(false, 2);
    world.hear("UserChanged", anna.user_id.0, seq, data).await;
    assert_eq!(out(&world, 0).await, 0);
    assert_eq!(world.service.mail_address(&anna).await.unwrap(), None);
}
