//! Staff look at a secret reserve (domain rules §3.5): only who runs or prices the sale or speaks for its seller, only after
//! asking, and each look is written down.

use bidding::{LotState, LotStatus, Outcome};
use deal::Side;
use kernel::{Fen, LotId, NegotiationId, Principal, Problem, ProblemKind, Role, UnixMs};
use platform_db::CommandError;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Service;
use crate::negotiation::side_of;
use crate::store::lists::HallLot;
use crate::store::log::LogLine;
use crate::store::negotiation_lists::{self, Whose};
use crate::store::reveals;

/// So long a page may show it after it was asked for; whoever comes later asks again.
const SHOWN_MS: i64 = 10 * 60 * 1000;
/// So many looks a page shows.
pub(crate) const SHOWN: i64 = 50;

/// What a seller wants, and nobody else may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SellersWord {
    /// The reserve; none where there is none.
    pub reserve_fen: Option<Fen>,
    /// How far below it he sells without being asked.
    pub gap_fen: Fen,
}

/// Somebody looked at a reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Who.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

impl HallLot {
    /// Whether it has a reserve: for staff, who know it of a sealed lot before the dealers do.
    pub const fn has_reserve(&self) -> bool {
        self.state.reserve_fen.is_some()
    }
}

impl Service {
    /// Writes down that this person looks at the lot's reserve. From then on, for ten minutes,
    /// [`Service::revealed_reserve`] tells it to him under this key. A repeat is one look.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`.
    pub async fn reveal_reserve(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<(), CommandError> {
        if !may_look(who) {
            return Err(forbidden());
        }
        match reveals::insert(&self.db, key, lot_id, who, self.now()).await? {
            true => Ok(()),
            false => Err(Problem::not_found().into()),
        }
    }

    /// The same from the page of a negotiation: who speaks for the seller there may know what the seller wants.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`.
    pub async fn reveal_reserve_in(
        &self,
        who: &Principal,
        key: Uuid,
        id: NegotiationId,
    ) -> Result<(), CommandError> {
        if !may_look_in_negotiation(who) {
            return Err(forbidden());
        }
        let found =
            negotiation_lists::one(&self.db, Whose::Anybodys, id).await?.ok_or_else(Problem::not_found)?;
        reveals::insert(&self.db, key, found.row.lot.id, who, self.now()).await?;
        Ok(())
    }

    /// What this person asked to see under this key; none where he has not, or not lately.
    pub async fn revealed_reserve(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Option<SellersWord>, CommandError> {
        // the look that is written down was allowed: asking is where it is judged
        if !may_look_in_negotiation(who) {
            return Ok(None);
        }
        let since = self.now().plus_ms(-SHOWN_MS);
        Ok(reveals::seen(&self.db, key, (lot_id, who.user_id), since).await?)
    }
}

/// A line of the log for pages: what only the seller may know is told by the button alone.
pub(crate) fn without_sellers_word(line: LogLine, lot: &LotState) -> LogLine {
    match line.command.as_str() {
        // everybody reads it on the lot
        "reserve_lowered" if lot.terms.published_reserve_fen.is_some() => line,
        "reserve_lowered" | "gap_set" => LogLine { max_fen: None, explanation: Value::Null, ..line },
        _ => line,
    }
}

/// A line of the log for pages: until it is settled what becomes of the lot, a max above its price is its bidder's secret, for
/// staff too (domain rules §3): who speaks for the seller in a negotiation must not know it. What is not above it, everybody
/// can tell from the price.
pub(crate) fn without_secret_max(line: LogLine, lot: &LotState) -> LogLine {
    let is_secret = |max_fen: Fen| lot.price_fen.is_none_or(|price_fen| max_fen > price_fen);
    // a car that was withdrawn is offered again, perhaps to the same bidders
    let is_open = matches!(lot.outcome, Some(Outcome::Provisional | Outcome::Withdrawn));
    let is_over = lot.status == LotStatus::Closed && !is_open;
    // a reserve is no max: whether it may be told was judged before
    let is_reserve = line.command == "reserve_lowered";
    if is_over || is_reserve || !line.max_fen.is_some_and(is_secret) {
        return line;
    }
    // the name of the rule may be told, its inputs hold the max
    let explanation = json!({ "branch": line.explanation["branch"] });
    LogLine { max_fen: None, explanation, ..line }
}

/// A line of the log for who may not know yet who bids: the bidder's number stands for it, as for other bidders.
pub(crate) fn without_bidder(line: LogLine) -> LogLine {
    if !line.by_bidder {
        return line;
    }
    LogLine { dealer_name: None, user_name: String::new(), ..line }
}

/// Whether this person may know who bids on a lot: while it runs only who runs it, so that nobody can tell bidders of each other
/// (围标); once it is over all staff.
pub(crate) fn may_know_bidders(who: &Principal, lot: &LotState) -> bool {
    who.has_role(Role::Auctioneer) || lot.status == LotStatus::Closed
}

fn forbidden() -> CommandError {
    Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into()
}

/// Who runs sales or sets their prices, and who speaks for sellers.
pub(crate) fn may_look_in_negotiation(who: &Principal) -> bool {
    may_look(who) || side_of(who) == Ok(Side::Seller)
}

/// Who runs sales or sets their prices.
pub(crate) fn may_look(who: &Principal) -> bool {
    who.has_role(Role::Auctioneer) || who.has_role(Role::Pricing)
}
