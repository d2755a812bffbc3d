//! What must be true when the last hammer has fallen: outcomes, holds, orders, receivables, the whole log.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use kernel::LotId;
use sqlx::{PgPool, Row as _};
use tokio::process::Command;
use uuid::Uuid;

use crate::oracle::{Fault, Verdict};
use crate::report::Sheet;
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault};

/// Events have reached orders and finance by then.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(500);

/// A lot that has closed.
#[derive(Clone, Debug)]
pub(super) struct ClosedLot {
    pub(super) lot_id: LotId,
    pub(super) outcome: String,
    pub(super) leader: Option<Uuid>,
    pub(super) price_fen: Option<i64>,
    pub(super) has_reserve: bool,
    pub(super) met: bool,
    pub(super) extensions: i64,
}

/// An order, with what finance asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) buyer: Uuid,
    pub(super) price_fen: i64,
    pub(super) total_fen: i64,
    pub(super) receivable_fen: Option<i64>,
}

/// A dealer's buying power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Power {
    pub(super) dealer_id: Uuid,
    /// As the account has it.
    pub(super) held_fen: i64,
    pub(super) limit_fen: i64,
    /// As the lots have it, added up.
    pub(super) on_lots_fen: i64,
}

/// Everything that came of the evening.
#[derive(Clone, Debug, Default)]
pub(super) struct Aftermath {
    lots: Vec<ClosedLot>,
    orders: BTreeMap<LotId, Ordered>,
    powers: Vec<Power>,
}

impl Aftermath {
    /// Waits until every sold lot has its order and receivable (or time is up), and reads it all.
    pub(super) async fn wait(
        target: &TargetArguments,
        databases: &Databases,
        lots: &[LotId],
    ) -> Result<Aftermath> {
        let (order, finance) = target.order_and_finance().await?;
        let give_up_at = Instant::now() + SETTLED_WITHIN;
        let lots = closed_lots(&databases.auction, lots).await?;
        let sold = lots.iter().filter(|lot| lot.outcome == "sold").count();
        loop {
            let orders = orders(&order, &finance, &lots).await?;
            let settled = orders.values().filter(|order| order.receivable_fen.is_some()).count();
            if settled >= sold || Instant::now() > give_up_at {
                let powers = powers(&databases.auction).await?;
                return Ok(Aftermath { lots, orders, powers });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Holds it to the rules.
    pub(super) fn judge(&self, verdict: &mut Verdict) {
        for lot in &self.lots {
            let lot_id = lot.lot_id;
            let expected = match (lot.leader, lot.has_reserve && !lot.met) {
                (None, _) => "unsold",
                (Some(_), true) => "provisional",
                (Some(_), false) => "sold",
            };
            if lot.outcome != expected {
                verdict
                    .found(Fault::Winners, format_args!("lot {lot_id} is {}, not {expected}", lot.outcome));
            }
            self.judge_order(verdict, lot);
        }
        for power in &self.powers {
            if power.held_fen != power.on_lots_fen || power.held_fen > power.limit_fen {
                verdict.found(Fault::Holds, format_args!("{power:?}"));
            }
        }
    }

    fn judge_order(&self, verdict: &mut Verdict, lot: &ClosedLot) {
        let lot_id = lot.lot_id;
        let order = self.orders.get(&lot_id);
        match (lot.outcome.as_str(), order) {
            ("sold", None) => {
                verdict.found(Fault::Orders, format_args!("lot {lot_id} is sold without an order"))
            }
            ("sold", Some(order)) => {
                let same = Some(order.buyer) == lot.leader && Some(order.price_fen) == lot.price_fen;
                if !same {
                    verdict.found(Fault::Orders, format_args!("{lot:?} has {order:?}"));
                }
                if order.receivable_fen != Some(order.total_fen) {
                    verdict.found(Fault::Orders, format_args!("lot {lot_id}: the receivable of {order:?}"));
                }
            }
            (outcome, Some(_)) => {
                verdict.found(Fault::Orders, format_args!("lot {lot_id} is {outcome} and has an order"));
            }
            (_, None) => {}
        }
    }

    /// Its counts.
    pub(super) fn add_to(&self, sheet: &mut Sheet) {
        for outcome in ["sold", "provisional", "unsold"] {
            let count = self.lots.iter().filter(|lot| lot.outcome == outcome).count();
            sheet.count(format!("lots {outcome}"), count as u64);
        }
        let extensions: i64 = self.lots.iter().map(|lot| lot.extensions).sum();
        sheet.count("extensions by late bids", extensions.unsigned_abs());
        let hammered = self.lots.iter().filter(|lot| lot.outcome == "sold").filter_map(|lot| lot.price_fen);
        sheet.add("hammer prices, ¥ million", hammered.sum::<i64>() as f64 / 100_000_000.0, 2);
        sheet.count("orders", self.orders.len() as u64);
        let receivables = self.orders.values().filter(|order| order.receivable_fen.is_some()).count();
        sheet.count("receivables", receivables as u64);
        sheet.count(
            "dealers with holds",
            self.powers.iter().filter(|power| power.held_fen > 0).count() as u64,
        );
    }
}

/// How long until the last lot ends, as it stands now.
pub(super) async fn last_end(auction: &PgPool, lots: &[LotId]) -> Result<Duration> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let seconds: f64 = sqlx::query_scalar(
        "SELECT coalesce(EXTRACT(EPOCH FROM max(end_at) - clock_timestamp()), 0)::float8 FROM lot WHERE id = ANY($1)",
    )
    .bind(&ids)
    .fetch_one(auction)
    .await?;
    Ok(Duration::from_secs_f64(seconds.max(0.0)))
}

/// Waits until all are closed.
pub(super) async fn all_closed(auction: &PgPool, lots: &[LotId], give_up_at: Instant) -> Result<()> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    loop {
        let open: i64 =
            sqlx::query_scalar("SELECT count(*) FROM lot WHERE id = ANY($1) AND status <> 'closed'")
                .bind(&ids)
                .fetch_one(auction)
                .await?;
        if open == 0 {
            return Ok(());
        }
        if Instant::now() > give_up_at {
            return Err(fault(format!("{open} lots do not close")));
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Runs `server verify-log` with the binary of the running server, and returns what it said.
pub(super) async fn verify_log(arguments: &TargetArguments, target: &Target) -> Result<String> {
    let pid =
        target.server_pid.ok_or_else(|| fault("the server's process is not found: give --server-pid"))?;
    let binary: PathBuf = std::fs::read_link(format!("/proc/{pid}/exe"))?;
    let output = Command::new(binary).arg("verify-log").envs(arguments.database_settings()?).output().await?;
    let said = String::from_utf8_lossy(&output.stdout).trim().replace('\n', "; ");
    match output.status.success() {
        true => Ok(said),
        false => Err(fault(format!("verify-log: {said} {}", String::from_utf8_lossy(&output.stderr)))),
    }
}

async fn closed_lots(auction: &PgPool, lots: &[LotId]) -> Result<Vec<ClosedLot>> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let rows = sqlx::query(
        "SELECT id, outcome, leader_dealer_id, price_fen, (state ->> 'reserve_fen') IS NOT NULL AS has_reserve,
                (state ->> 'met')::bool AS met, (state ->> 'extensions')::bigint AS extensions
           FROM lot
          WHERE id = ANY($1)
          ORDER BY lot_no",
    )
    .bind(&ids)
    .fetch_all(auction)
    .await?;
    let lot = |row: &sqlx::postgres::PgRow| {
        Ok::<_, sqlx::Error>(ClosedLot {
            lot_id: LotId(row.try_get("id")?),
            outcome: row.try_get("outcome")?,
            leader: row.try_get("leader_dealer_id")?,
            price_fen: row.try_get("price_fen")?,
            has_reserve: row.try_get("has_reserve")?,
            met: row.try_get("met")?,
            extensions: row.try_get("extensions")?,
        })
    };
    Ok(rows.iter().map(lot).collect::<Result<_, _>>()?)
}

async fn orders(order: &PgPool, finance: &PgPool, lots: &[ClosedLot]) -> Result<BTreeMap<LotId, Ordered>> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.lot_id.0).collect();
    let placed: Vec<(Uuid, Uuid, Uuid, i64, i64)> = sqlx::query_as(
        "SELECT id, lot_id, buyer_dealer_id, price_fen, total_fen FROM sale_order WHERE lot_id = ANY($1)",
    )
    .bind(&ids)
    .fetch_all(order)
    .await?;
    let asked: Vec<(Uuid, i64)> =
        sqlx::query_as("SELECT order_id, amount_fen FROM receivable WHERE lot_id = ANY($1)")
            .bind(&ids)
            .fetch_all(finance)
            .await?;
    let asked: BTreeMap<Uuid, i64> = asked.into_iter().collect();
    let ordered = |(id, lot_id, buyer, price_fen, total_fen)| {
        let receivable_fen = asked.get(&id).copied();
        (LotId(lot_id), Ordered { buyer, price_fen, total_fen, receivable_fen })
    };
    Ok(placed.into_iter().map(ordered).collect())
}

/// Everybody's holds, once by the account and once by the lots, in one snapshot.
async fn powers(auction: &PgPool) -> Result<Vec<Power>> {
    let rows: Vec<(Uuid, i64, i64, i64)> = sqlx::query_as(
        "SELECT p.dealer_id, p.held_fen, p.limit_fen, coalesce(h.held_fen, 0)::bigint
           FROM buying_power p
           LEFT JOIN (SELECT e.dealer_id, sum(e.hold_fen) AS held_fen
                        FROM (SELECT leader_dealer_id AS dealer_id, hold_fen FROM lot WHERE hold_fen > 0
                              UNION ALL
                              SELECT dealer_id, hold_fen FROM lot_hold) e
                       GROUP BY e.dealer_id) h ON h.dealer_id = p.dealer_id",
    )
    .fetch_all(auction)
    .await?;
    let power =
        |(dealer_id, held_fen, limit_fen, on_lots_fen)| Power { dealer_id, held_fen, limit_fen, on_lots_fen };
    Ok(rows.into_iter().map(power).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOT: LotId = LotId(Uuid::from_u128(1));
    const BUYER: Uuid = Uuid::from_u128(2);

    fn sold() -> Aftermath {
        let lot = ClosedLot {
            lot_id: LOT,
            outcome: "sold".into(),
            leader: Some(BUYER),
            price_fen: Some(100),
            has_reserve: true,
            met: true,
            extensions: 0,
        };
        let order = Ordered { buyer: BUYER, price_fen: 100, total_fen: 110, receivable_fen: Some(110) };
        let power = Power { dealer_id: BUYER, held_fen: 5, limit_fen: 9, on_lots_fen: 5 };
        Aftermath { lots: vec![lot], orders: BTreeMap::from([(LOT, order)]), powers: vec![power] }
    }

    fn count(fault: Fault, change: impl FnOnce(&mut Aftermath)) -> u64 {
        let mut aftermath = sold();
        change(&mut aftermath);
        let mut verdict = Verdict::default();
        aftermath.judge(&mut verdict);
        verdict.count(fault)
    }

    fn order(aftermath: &mut Aftermath) -> &mut Ordered {
        aftermath.orders.entry(LOT).or_insert(Ordered {
            buyer: BUYER,
            price_fen: 0,
            total_fen: 0,
            receivable_fen: None,
        })
    }

    #[test]
    fn a_clean_evening_has_no_faults() {
        let mut verdict = Verdict::default();
        sold().judge(&mut verdict);
        assert_eq!(verdict.examples(), [] as [String; 0]);
    }

    #[test]
    fn wrong_outcomes_are_found() {
        assert_eq!(count(Fault::Winners, |a| a.lots[0].met = false), 1, "below the reserve");
        assert_eq!(count(Fault::Winners, |a| a.lots[0].leader = None), 1, "without a bid");
        assert_eq!(count(Fault::Winners, |a| a.lots[0].outcome = "unsold".into()), 1);
    }

    #[test]
    fn wrong_orders_are_found() {
        assert_eq!(count(Fault::Orders, |a| a.orders.clear()), 1, "none");
        assert_eq!(count(Fault::Orders, |a| order(a).price_fen = 99), 1);
        assert_eq!(count(Fault::Orders, |a| order(a).buyer = Uuid::nil()), 1);
        assert_eq!(count(Fault::Orders, |a| order(a).receivable_fen = None), 1);
        assert_eq!(count(Fault::Orders, |a| order(a).receivable_fen = Some(109)), 1);
        assert_eq!(
            count(Fault::Orders, |a| a.lots[0].outcome = "provisional".into()),
            1,
            "an order too many"
        );
    }

    #[test]
    fn holds_that_do_not_add_up_are_found() {
        assert_eq!(count(Fault::Holds, |a| a.powers[0].on_lots_fen = 6), 1);
        assert_eq!(count(Fault::Holds, |a| a.powers[0].limit_fen = 4), 1);
    }
}
