//! `OrderCreated`: one claim for an order, however often it is told.

use finance::{AccountKind, AgeBucket, ReceivableIssued, ReceivableState, due_at};
use kernel::{Calendar, Envelope, Fen};
use platform_db::new_id;
use platform_testkit::dealer;
use serde_json::{Value, json};

use crate::world::{NOW, World, order, receivable_of, seat};

#[tokio::test]
async fn an_order_makes_a_booked_claim_with_a_due_time() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    let order = order(&buyer, 12_850_000);
    world.tell(1, order.clone()).await;
    let claim = world.service.receivable(&world.staff, receivable_of(&order)).await.unwrap();
    assert_eq!(claim.row.order_id.to_string(), order["order_id"].as_str().unwrap());
    assert_eq!((claim.row.dealer_id, claim.row.dealer_name.as_str()), (seat(&buyer).dealer_id, "申城车行"));
    assert_eq!((claim.row.amount_fen, claim.row.outstanding_fen), (Fen(12_900_000), Fen(12_900_000)));
    assert_eq!((claim.row.issued_at, claim.row.due_at), (NOW, due_at(NOW, &Calendar::CHINA)));
    assert_eq!((claim.row.state, claim.row.age), (ReceivableState::Open, AgeBucket::Hours24));

    assert_eq!(claim.entries.len(), 1);
    let postings: Vec<_> = claim.entries[0].postings.iter().map(|p| (p.account, p.amount_fen.0)).collect();
    assert_eq!(
        postings,
        [
            (AccountKind::DealerReceivable, 12_900_000),
            (AccountKind::ClearingCar, -12_850_000),
            (AccountKind::ClearingServiceFee, -50_000),
        ],
        "a line of nothing moves nothing"
    );
    assert_eq!(claim.entries[0].basis["lines"], order["lines"]);
    assert_eq!(claim.trail.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["receivable_issued"]);
}

#[tokio::test]
async fn the_claim_is_told_once_with_its_cause() {
    let world = World::new().await;
    for statement in [
        "CREATE TABLE caught (envelope JSONB)",
        "CREATE FUNCTION catch() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO caught VALUES (NEW.envelope); RETURN NULL; END $$",
        "CREATE TRIGGER catch AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION catch()",
    ] {
        sqlx::query(statement).execute(&world.db).await.unwrap();
    }
    let order = order(&dealer("申城车行"), 12_850_000);
    for _ in 0..2 {
        world.tell(1, order.clone()).await;
    }
    let caught: Vec<Value> =
        sqlx::query_scalar("SELECT envelope FROM caught").fetch_all(&world.db).await.unwrap();
    assert_eq!(caught.len(), 1);
    let told: Envelope = serde_json::from_value(caught[0].clone()).unwrap();
    assert_eq!((told.aggregate, told.aggregate_seq), (receivable_of(&order), 1));
    assert!(told.causation_id.is_some());
    let issued = told.read::<ReceivableIssued>().unwrap().unwrap();
    assert_eq!((issued.amount_fen, issued.due_at), (Fen(12_900_000), due_at(NOW, &Calendar::CHINA)));
    assert_eq!(told.data["order_id"], order["order_id"]);
}

#[tokio::test]
async fn an_order_told_again_makes_no_second_claim() {
    let world = World::new().await;
    let order = order(&dealer("申城车行"), 5_000_000);
    for _ in 0..3 {
        world.tell(1, order.clone()).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM receivable").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM entry").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM trail").await, 1);
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn other_terms_for_the_same_order_are_a_dead_letter() {
    let world = World::new().await;
    let order = order(&dealer("申城车行"), 5_000_000);
    world.tell(1, order.clone()).await;
    let mut dearer = order.clone();
    dearer["lines"][0]["amount_fen"] = json!(5_100_000);
    dearer["total_fen"] = json!(5_150_000);
    world.tell(1, dearer).await;
    let mut another = order;
    another["buyer_dealer_id"] = json!(new_id());
    world.tell(1, another).await;
    let dead = world.dead_letters().await;
    assert_eq!(dead.len(), 2);
    assert!(dead.iter().all(|error| error.contains("another dealer or another amount")), "{dead:?}");
    assert_eq!(
        world.count("SELECT sum(amount_fen)::bigint FROM posting WHERE amount_fen > 0").await,
        5_050_000
    );
}

#[tokio::test]
async fn what_is_unsound_or_unknown_is_a_dead_letter() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    let changed = |change: fn(&mut Value)| {
        let mut order = order(&buyer, 5_000_000);
        change(&mut order);
        order
    };
    world.tell(2, order(&buyer, 5_000_000)).await;
    world.tell(1, changed(|order| order["total_fen"] = json!(1))).await;
    world.tell(1, changed(|order| order["lines"] = json!([]))).await;
    world.tell(1, changed(|order| order["lines"][0]["kind"] = json!("tip"))).await;
    world
        .tell(
            1,
            changed(|order| {
                order["lines"][1]["amount_fen"] = json!(-50_000);
                order["total_fen"] = json!(4_950_000);
            }),
        )
        .await;
    let dead = world.dead_letters().await;
    assert_eq!(dead.len(), 5, "{dead:?}");
    for reason in
        ["version 2 is not known", "do not make up its total", "unknown variant `tip`", "negative line"]
    {
        assert!(dead.iter().any(|error| error.contains(reason)), "{reason}: {dead:?}");
    }
    for table in [
        "SELECT count(*) FROM receivable",
        "SELECT count(*) FROM entry",
        "SELECT count(*) FROM posting",
        "SELECT count(*) FROM outbox",
    ] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
}
