//! A negotiation that has just begun: bid ¥60 000, reserve ¥80 000, and a second bidder at ¥55 000.

use auction::{Act, Negotiate, Negotiated, NegotiationDetail, verify_log};
use bidding::LotStatus;
use deal::Status;
use kernel::{Fen, NegotiationId, Principal, Problem, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

use crate::common::{World, accepted};

/// Both sides and what lies between them.
pub struct Table {
    pub world: World,
    pub id: NegotiationId,
    pub buyer: Principal,
    pub second: Principal,
    pub sales: Principal,
}

/// Longer than the soft-close window, so that the bids do not move the end.
pub const ENDS_IN_MS: i64 = 1_200;

pub const fn yuan(yuan: i64) -> Fen {
    Fen(yuan * 100)
}

/// The code of a refusal.
pub fn code<T: std::fmt::Debug>(answer: Result<T, CommandError>) -> String {
    match answer {
        Err(CommandError::Refused(Problem { code, .. })) => code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Sweeps until the lot is closed; its end is real, so this takes as long as that does.
async fn until_closed(world: &World) {
    let begun = world.now();
    while world.status(0).await != LotStatus::Closed {
        assert!(world.now().since(begun) < 30_000, "the lot does not close");
        world.service.sweep().await.expect("a sweep");
    }
}

impl Table {
    pub async fn set() -> Table {
        Table::on(World::with_lots_ending_in(1, ENDS_IN_MS).await).await
    }

    /// The same where a lead holds a tenth; both bidders have deposited enough.
    pub async fn set_with_deposits() -> Table {
        Table::on(World::with_deposits(1, ENDS_IN_MS).await).await
    }

    /// The same in this world.
    pub async fn on(world: World) -> Table {
        let (buyer, second) = (dealer("高价车行"), dealer("次高车行"));
        for who in [&buyer, &second] {
            world.name_dealer(who).await;
            world.deposit(who, 10_000).await;
        }
        accepted(&world.bid(&second, 0, Uuid::now_v7(), 55_000).await);
        accepted(&world.bid(&buyer, 0, Uuid::now_v7(), 60_000).await);
        until_closed(&world).await;
        world.service.beat().await.expect("a beat");
        let sales = staff(&[Role::Sales]);
        let id = world.service.negotiation_of_lot(&sales, world.lots[0]).await.expect("it is looked up");
        Table { world, id: id.expect("a negotiation").0, buyer, second, sales }
    }

    pub async fn by(&self, who: &Principal, key: Uuid, act: Act) -> Result<Negotiated, CommandError> {
        let input = Negotiate { key, id: self.id, act, then_next_bidder: false };
        self.world.service.negotiate(who, input).await
    }

    pub async fn seller(&self, act: Act) -> Result<Negotiated, CommandError> {
        self.by(&self.sales, Uuid::now_v7(), act).await
    }

    pub async fn buyer(&self, act: Act) -> Result<Negotiated, CommandError> {
        self.by(&self.buyer, Uuid::now_v7(), act).await
    }

    pub async fn declined_with_next_bidder(&self) {
        let input = Negotiate { key: Uuid::now_v7(), id: self.id, act: Act::Decline, then_next_bidder: true };
        self.world.service.negotiate(&self.sales, input).await.expect("declined");
    }

    pub async fn seen_by_staff(&self) -> NegotiationDetail {
        self.world.service.negotiation(&self.sales, self.id).await.expect("it is there")
    }

    pub async fn seen_by_buyer(&self) -> NegotiationDetail {
        self.world.service.negotiation(&self.buyer, self.id).await.expect("it is there")
    }

    /// What the lots hold of this dealer's deposit.
    pub async fn held(&self, who: &Principal) -> Fen {
        let dealer_id = who.dealer().expect("a dealer").dealer_id;
        let power = self.world.service.buying_power(dealer_id).await.expect("it is read");
        let holds: i64 = power.holds.iter().map(|hold| hold.hold_fen.0).sum();
        assert_eq!(power.held_fen.0, holds, "what is held is what the lots hold");
        power.held_fen
    }

    /// How many lines its log has.
    pub async fn lines(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM negotiation_log WHERE negotiation_id = $1")
            .bind(self.id.0)
            .fetch_one(&self.world.db)
            .await
            .expect("the log is counted")
    }

    /// Moves the deadline of a turn that began an hour before it: nobody waits four hours in a test.
    pub async fn deadline_in(&self, ms: i64) {
        let at = self.world.now().plus_ms(ms);
        let since = at.plus_ms(-3_600_000);
        sqlx::query(
            "UPDATE negotiation
                SET deadline_at = $2, turn_since = $3,
                    state = state || jsonb_build_object('deadline_at', $4::bigint, 'turn_since', $5::bigint)
              WHERE id = $1",
        )
        .bind(self.id.0)
        .bind(platform_db::to_sql(at))
        .bind(platform_db::to_sql(since))
        .bind(at.0)
        .bind(since.0)
        .execute(&self.world.db)
        .await
        .expect("the deadline is moved");
    }

    /// Leaves so much time of the turn that runs.
    pub async fn time_left(&self, ms: i64) {
        let at = self.world.now().plus_ms(ms);
        sqlx::query(
            "UPDATE negotiation
                SET deadline_at = $2, state = state || jsonb_build_object('deadline_at', $3::bigint)
              WHERE id = $1",
        )
        .bind(self.id.0)
        .bind(platform_db::to_sql(at))
        .bind(at.0)
        .execute(&self.world.db)
        .await
        .expect("the deadline is moved");
    }

    /// Writes an agreement as the process would that goes away before it tells the lot.
    pub async fn agree_without_telling(&self) {
        let done = sqlx::query(
            "UPDATE negotiation
                SET status = 'agreed', turn = NULL, price_fen = 6000000, ended_at = clock_timestamp(),
                    state = state || '{\"status\": \"agreed\", \"price_fen\": 6000000}'
              WHERE id = $1",
        )
        .bind(self.id.0)
        .execute(&self.world.db)
        .await
        .expect("it is written");
        assert_eq!(done.rows_affected(), 1);
    }

    pub async fn swept_until_over(&self, world: &World) {
        for _ in 0..2_000 {
            world.service.beat().await.expect("a beat");
            if self.seen_by_staff().await.row.status != Status::Open {
                return;
            }
        }
        panic!("it does not end");
    }

    /// The lot's chained log holds with the line that settled it.
    pub async fn log_is_sound(&self) {
        let verdict = verify_log(&self.world.db, None).await.expect("the log is read");
        assert!(verdict.faults.is_empty() && verdict.lots == 1, "{verdict:?}");
    }
}
