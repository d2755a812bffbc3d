//! The fine print of a sale is changed before it counts (改规则): until its first lot opens or anybody has given a max on one.
//!
//! As where the times are changed, the sale's row is locked first, then its lots in the order of all writers: whoever opens one of
//! them, or gives a max, comes before or after. Each lot's line says the new terms, and its key is made of their text.

use bidding::{Command, Terms};
use kernel::{FieldProblem, Principal, Problem, SaleId, UnixMs};
use platform_db::CommandError;
use proof::{NewTerms, terms_key};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::change_sale::{SaleChangeKind, conflict, is_repeated, may_change, meta, too_long};
use crate::engine::Sender;
use crate::events::SaleTermsChanged;
use crate::fine_print::FinePrint;
use crate::store::lots::LoadedLot;
use crate::store::proofs::TERMS_MAX;
use crate::store::sale_changes::{self, Altered, LockedSale, NewChange};

/// So many cars are named in a refusal; of the others it says how many.
const CARS_NAMED: usize = 5;

/// Another fine print for a sale.
#[derive(Clone, Debug)]
pub struct ChangeFinePrint {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The sale.
    pub sale_id: SaleId,
    /// The version that was seen: who changed it meanwhile is not overwritten.
    pub seen: i32,
    /// What it shall be.
    pub fine: FinePrint,
    /// Why, for those who are told; may be empty.
    pub reason: String,
}

impl Service {
    /// Changes the fine print of a sale that has not opened and on which nobody has given a max. Who watches one of its lots is
    /// told.
    ///
    /// # Errors
    /// `INVALID_FIELDS`, `SALE_OPENED`, `SALE_CALLED_OFF`, `SALE_HAS_MAXES`, `FIRST_LOOK_USED`, `FIRST_LOOK_TOOK_ALL`, `LOTS_OFF_TICK`, `CHANGED_MEANWHILE`,
    /// `NOTHING_CHANGED`, `TERMS_CHANGED_TOO_OFTEN`, `KEY_REUSED`, `NOT_FOUND`, `FORBIDDEN`.
    pub async fn change_fine_print(
        &self,
        who: &Principal,
        change: ChangeFinePrint,
    ) -> Result<(), CommandError> {
        may_change(who)?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let sale = sale_changes::lock(&mut tx, change.sale_id).await?.ok_or_else(Problem::not_found)?;
        let new = NewChange {
            id: change.key,
            sale_id: change.sale_id,
            kind: SaleChangeKind::TermsChanged,
            lot_id: None,
            reason: change.reason.trim(),
            altered: Some(Altered::Fine(&sale.fine, &change.fine)),
        };
        if is_repeated(&mut tx, &new).await? {
            return Ok(());
        }
        let wrong: Vec<FieldProblem> = change.fine.wrong_fields().chain(too_long(new.reason)).collect();
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        let lots = lots_to_change(&mut tx, &sale, &change, now).await?;
        let (commands, terms): (Vec<_>, Vec<_>) =
            lots.into_iter().map(|lot| changed(lot, change.fine)).unzip();
        let told = self.change_lots(&mut tx, &Sender::person(who), (&new, commands), now).await?;
        sale_changes::keep_terms(&mut tx, &terms).await?;
        sale_changes::keep_fine(&mut tx, change.sale_id, change.fine).await?;
        let event = SaleTermsChanged { sale_id: change.sale_id, sale_name: sale.times.name.clone() };
        platform_bus::publish(&mut tx, &event, meta(who, &new, sale.version, now)).await?;
        tx.commit().await?;
        told.into_iter().for_each(|within| within.told(self));
        Ok(())
    }
}

/// The sale's lots under lock, where their terms may become these.
async fn lots_to_change(
    conn: &mut PgConnection,
    sale: &LockedSale,
    change: &ChangeFinePrint,
    now: UnixMs,
) -> Result<Vec<LoadedLot>, CommandError> {
    let waiting = sale_changes::waiting_lots(conn, sale, now).await?;
    let lots: Vec<LoadedLot> = waiting.into_iter().map(|(_, lot)| lot).collect();
    if sale.version != change.seen {
        return Err(conflict("CHANGED_MEANWHILE").into());
    }
    if sale.fine == change.fine {
        return Err(conflict("NOTHING_CHANGED").into());
    }
    if lots.iter().any(|lot| !lot.state.pre_bids.is_empty()) {
        return Err(conflict("SALE_HAS_MAXES").into());
    }
    if sale_changes::is_taken_from(conn, sale.id).await? {
        return Err(conflict("FIRST_LOOK_USED").into());
    }
    if sale_changes::times_changed(conn, sale.id).await? >= TERMS_MAX {
        return Err(conflict("TERMS_CHANGED_TOO_OFTEN").into());
    }
    on_tick(&lots, change.fine)?;
    Ok(lots)
}

/// Bids are multiples of the tick, and so is what the lots begin with.
fn on_tick(lots: &[LoadedLot], fine: FinePrint) -> Result<(), Problem> {
    let ladder_fits = |lot: &&LoadedLot| {
        let terms = &lot.state.terms;
        !terms.format.is_english() || terms.ladder.is_valid(fine.tick_fen)
    };
    if !lots.iter().all(|lot| ladder_fits(&lot)) {
        return Err(Problem::fields(vec![FieldProblem::new("tick", "LADDER_OFF_TICK")]));
    }
    let off: Vec<&LoadedLot> = lots.iter().filter(|lot| !lot.state.fits_tick(fine.tick_fen)).collect();
    if off.is_empty() {
        return Ok(());
    }
    let named: Vec<&str> = off.iter().take(CARS_NAMED).map(|lot| lot.facts.title.as_str()).collect();
    let more = if off.len() > named.len() { " …" } else { "" };
    let data = json!({ "count": off.len(), "tick_fen": fine.tick_fen, "cars": named.join(" · ") + more });
    Err(conflict("LOTS_OFF_TICK").with(data))
}

/// A lot's line under its key, and the text of its new terms.
fn changed(lot: LoadedLot, fine: FinePrint) -> ((Uuid, LoadedLot, Command), (kernel::LotId, NewTerms)) {
    let (tick_fen, double_after_extensions, house) = (fine.tick_fen, fine.double_after, fine.house);
    let terms = Terms { tick_fen, double_after_extensions, house, ..lot.state.terms.clone() };
    let (lot_id, seq) = (lot.facts.lot_id, lot.state.seq.saturating_add(1));
    let terms_text = json!(terms).to_string();
    let key = terms_key(lot_id, seq, &terms_text);
    let command = Command::ChangeTerms { tick_fen, double_after_extensions, house };
    ((key, lot, command), (lot_id, NewTerms { seq, terms_text }))
}
