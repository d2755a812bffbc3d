//! Failed effects: nothing left of them, tried again later, dead in the end, and sent again by an operator.

use kernel::Role;
use platform_bus::{MAX_ATTEMPTS, dead};
use platform_db::{CommandError, new_id};
use platform_testkit::staff;

use crate::world::{Fault, World};

/// Lets the waiting message be due now, instead of sleeping through its pause.
async fn make_due(world: &World) {
    sqlx::query("UPDATE inbox SET next_attempt_at = clock_timestamp() WHERE status = 'pending'")
        .execute(&world.receiver)
        .await
        .unwrap();
}

async fn die(world: &World) {
    world.fail_by(Fault::Refuses);
    for _ in 0..MAX_ATTEMPTS {
        world.bus.drain().await.unwrap();
        make_due(world).await;
    }
}

#[tokio::test]
async fn a_failed_effect_leaves_nothing_and_is_tried_again() {
    for fault in [Fault::Refuses, Fault::Panics, Fault::Disconnects, Fault::BreaksDeferredConstraint] {
        let world = World::new().await;
        world.publish(new_id(), 1).await;
        world.fail_by(fault);
        world.bus.drain().await.unwrap();
        assert_eq!(world.effects().await, 0, "{fault:?}");
        let (status, attempts, error): (String, i32, String) =
            sqlx::query_as("SELECT status, attempts, last_error FROM inbox")
                .fetch_one(&world.receiver)
                .await
                .unwrap();
        // on a very busy machine the first pause may be over before the drain is
        assert!(status == "pending" && attempts >= 1, "{fault:?}: {status} {attempts}");
        assert!(!error.is_empty(), "{fault:?}");

        world.fail_by(Fault::None);
        make_due(&world).await;
        world.bus.drain().await.unwrap();
        assert_eq!(world.effects().await, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn pauses_between_attempts_grow() {
    let world = World::new().await;
    world.publish(new_id(), 1).await;
    world.fail_by(Fault::Refuses);
    for pause_s in [1.0, 2.0, 4.0, 8.0] {
        let before: time::OffsetDateTime =
            sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&world.receiver).await.unwrap();
        world.bus.drain().await.unwrap();
        let next: time::OffsetDateTime =
            sqlx::query_scalar("SELECT next_attempt_at FROM inbox").fetch_one(&world.receiver).await.unwrap();
        assert!((next - before).as_seconds_f64() >= pause_s, "attempt after {pause_s} s");
        make_due(&world).await;
    }
}

#[tokio::test]
async fn a_message_that_is_not_due_is_left_alone() {
    let world = World::new().await;
    world.publish(new_id(), 1).await;
    world.fail_by(Fault::Refuses);
    world.bus.drain().await.unwrap();
    sqlx::query("UPDATE inbox SET next_attempt_at = clock_timestamp() + interval '1 hour'")
        .execute(&world.receiver)
        .await
        .unwrap();
    world.fail_by(Fault::None);
    let attempts = world.count("SELECT attempts::bigint FROM inbox").await;
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 0);
    assert_eq!(world.count("SELECT attempts::bigint FROM inbox").await, attempts);
}

#[tokio::test]
async fn a_message_that_keeps_failing_dies_and_the_rest_goes_on() {
    let world = World::new().await;
    let lot = new_id();
    let lost = world.publish(lot, 1).await;
    die(&world).await;
    let letters = dead::list(&world.receiver, 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].message_id, letters[0].attempts), (lost, MAX_ATTEMPTS));
    assert_eq!(letters[0].event_type, "Counted");
    assert_eq!(letters[0].envelope["data"]["n"], 1);
    assert!(letters[0].last_error.contains("not today"));
    assert_eq!(dead::count(&world.receiver).await.unwrap(), 1);

    world.fail_by(Fault::None);
    world.publish(lot, 2).await;
    world.bus.drain().await.unwrap();
    assert_eq!(world.order_of(lot).await, [2], "a dead letter holds nobody up");
}

#[tokio::test]
async fn a_replayed_dead_letter_has_its_effect_once_and_the_replay_is_remembered() {
    let world = World::new().await;
    let admin = staff(&[Role::Admin]);
    let message = world.publish(new_id(), 1).await;
    die(&world).await;

    // the cause is still there: it dies again, and its history says that somebody tried
    assert!(dead::replay(&world.receiver, message, &admin).await.unwrap());
    die(&world).await;
    let letters = dead::list(&world.receiver, 10).await.unwrap();
    assert_eq!(letters[0].replays.len(), 1);
    assert!(letters[0].replays[0].by.contains(&admin.user_id.to_string()));
    assert!(letters[0].replays[0].last_error.contains("not today"));

    world.fail_by(Fault::None);
    assert!(dead::replay(&world.receiver, message, &admin).await.unwrap());
    assert!(
        !dead::replay(&world.receiver, message, &admin).await.unwrap(),
        "the second click finds nothing dead"
    );
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 1);
    assert!(dead::list(&world.receiver, 10).await.unwrap().is_empty());
    assert!(!dead::replay(&world.receiver, message, &admin).await.unwrap(), "what is done stays done");
    assert!(!dead::replay(&world.receiver, new_id(), &admin).await.unwrap());
}

#[tokio::test]
async fn an_operator_finds_and_replays_dead_letters_of_every_service() {
    let world = World::new().await;
    let (admin, sales) = (staff(&[Role::Admin]), staff(&[Role::Sales]));
    let message = world.publish(new_id(), 1).await;
    assert!(world.bus.dead_letters(&admin, 10).await.unwrap().is_empty());
    die(&world).await;
    let parked = world.bus.dead_letters(&admin, 10).await.unwrap();
    assert_eq!(
        (parked.len(), parked[0].service, parked[0].count, parked[0].letters.len()),
        (1, "receiver", 1, 1)
    );

    let code = |refused: Result<(), CommandError>| match refused.unwrap_err() {
        CommandError::Refused(problem) => problem.code,
        other => other.to_string(),
    };
    assert!(world.bus.dead_letters(&sales, 10).await.is_err());
    assert_eq!(code(world.bus.replay(&sales, "receiver", message).await), "FORBIDDEN");
    assert_eq!(code(world.bus.replay(&admin, "nobody", message).await), "NOT_FOUND");
    assert_eq!(code(world.bus.replay(&admin, "sender", message).await), "NOT_DEAD");
    world.fail_by(Fault::None);
    world.bus.replay(&admin, "receiver", message).await.unwrap();
    assert_eq!(code(world.bus.replay(&admin, "receiver", message).await), "NOT_DEAD");
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn an_envelope_that_nobody_can_read_is_listed_as_a_dead_letter() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO inbox (message_id, event_type, aggregate, aggregate_seq, envelope)
         VALUES ($1, 'Counted', $1, 1, '{\"torn\": true}')",
    )
    .bind(new_id())
    .execute(&world.receiver)
    .await
    .unwrap();
    die(&world).await;
    let letters = dead::list(&world.receiver, 10).await.unwrap();
    assert_eq!(letters[0].envelope["torn"], true);
    assert!(letters[0].last_error.contains("unreadable envelope"));
}
