//! What the staff who speak for sellers are told of negotiations: their turns, deadlines, and ends. All of them are told
//! the same, because any of them may answer; each has read it or not.

use deal::Side;
use kernel::{Fen, LotId, NegotiationId, Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::inbox::{AlertKind, NoDeal, UNREAD_SHOWN_MAX};
use crate::negotiation::side_of;
use crate::store::seller_news as store;

/// How much a page shows.
const PAGE_SIZE: i64 = 50;
/// What is older is not counted by the bell: whoever is new here does not begin with months of news.
const COUNTED_MS: i64 = 7 * 24 * 3_600_000;

/// One piece of news of the seller's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerNews {
    /// The row.
    pub id: Uuid,
    /// What happened: `Turn`, `Deadline`, `Agreed` or `NoDeal`.
    pub kind: AlertKind,
    /// In which negotiation.
    pub negotiation_id: NegotiationId,
    /// Why it came to nothing, where that is the news.
    pub no_deal: Option<NoDeal>,
    /// About which lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// With whom.
    pub buyer_name: String,
    /// What the buyer offered, or what was agreed.
    pub price_fen: Option<Fen>,
    /// Until when the seller has the word.
    pub answer_by: Option<UnixMs>,
    /// When it was told.
    pub at: UnixMs,
    /// Whether this person has read it.
    pub is_read: bool,
    /// A turn that somebody has answered, or that has passed.
    pub is_over: bool,
}

/// A page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerNewsPage {
    /// How much there is.
    pub total: i64,
    /// What is on this page.
    pub news: Vec<SellerNews>,
    /// How much a page has.
    pub page_size: i64,
}

/// Whether this person is of the staff who speak for sellers.
pub fn speaks_for_sellers(who: &Principal) -> bool {
    side_of(who) == Ok(Side::Seller)
}

impl Service {
    /// How much news of the seller's side this person has not read, counted up to one more than [`UNREAD_SHOWN_MAX`].
    ///
    /// # Errors
    /// `FORBIDDEN` for who does not speak for sellers.
    pub async fn unread_seller_news(&self, who: &Principal) -> Result<i64, CommandError> {
        check(who)?;
        let since = self.now().plus_ms(-COUNTED_MS);
        Ok(store::unread(&self.db, who.user_id, since, UNREAD_SHOWN_MAX + 1).await?)
    }

    /// The news of the seller's side, the newest first.
    ///
    /// # Errors
    /// `FORBIDDEN` for who does not speak for sellers.
    pub async fn seller_news(&self, who: &Principal, page: u32) -> Result<SellerNewsPage, CommandError> {
        check(who)?;
        let offset = PAGE_SIZE * i64::from(page.saturating_sub(1));
        let (total, news) = store::list(&self.db, who.user_id, PAGE_SIZE, offset).await?;
        Ok(SellerNewsPage { total, news, page_size: PAGE_SIZE })
    }

    /// Marks news as read by this person: one, or all up to the moment of the page that he saw. Repeats change nothing.
    ///
    /// # Errors
    /// `FORBIDDEN` for who does not speak for sellers.
    pub async fn read_seller_news(
        &self,
        who: &Principal,
        one: Option<Uuid>,
        until: UnixMs,
    ) -> Result<(), CommandError> {
        check(who)?;
        Ok(store::mark_read(&self.db, who.user_id, one, until).await?)
    }
}

fn check(who: &Principal) -> Result<(), Problem> {
    match speaks_for_sellers(who) {
        true => Ok(()),
        false => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}
