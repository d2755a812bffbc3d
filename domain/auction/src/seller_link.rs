//! Which dealer company is behind a seller's name. Staff say so, and can take it back with a reason; from then on that company
//! speaks for the seller itself, and never bids on his cars (`SELLER_OR_AFFILIATE`), on lots that run already too. A seller is one
//! company at most; one company may be several sellers.

use kernel::{DealerId, FieldProblem, Principal, Problem, ProblemKind, UnixMs};
use platform_bus::Meta;
use platform_db::{CommandError, constraint};
use uuid::Uuid;

use crate::Service;
use crate::barred_leader::Lead;
use crate::company_name::folded;
use crate::events::SellerLinkChanged;
use crate::seller_news::speaks_for_sellers;
use crate::seller_record::SellerRecord;
use crate::store::seller_links::{self as store, Ended};

/// A reason is as long as a note may be.
const REASON_CHARS: usize = 500;
/// So many companies a search shows: whoever does not find his among them types more of the name.
const COMPANIES_SHOWN: usize = 20;

/// A seller's name was, or is, a company's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerLink {
    /// The link.
    pub id: Uuid,
    /// The seller, as he was written when he was linked.
    pub seller_name: String,
    /// The company.
    pub dealer_id: DealerId,
    /// Its name.
    pub dealer_name: String,
    /// Who said so.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
    /// How it ended, where it has.
    pub undone: Option<Unlinked>,
}

/// A link was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// Who.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
    /// Why.
    pub reason: String,
}

/// A seller's page for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerDetail {
    /// His name, as most of his lots have it.
    pub name: String,
    /// What became of his lots; none where none is settled.
    pub record: Option<SellerRecord>,
    /// Whose company he is and was, the newest first.
    pub links: Vec<SellerLink>,
    /// The lots of his that his own company leads: what it bid before it was linked stands until staff void it.
    pub own_leads: Vec<Lead>,
    /// Whether this person may link him.
    pub may_link: bool,
}

/// A company that a seller may be linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// The company.
    pub dealer_id: DealerId,
    /// Its name.
    pub name: String,
    /// Its group; empty without one.
    pub group: String,
}

/// Says whose company a seller is.
#[derive(Clone, Debug)]
pub struct LinkSeller {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The seller, however he is spelled.
    pub seller_name: String,
    /// The company.
    pub dealer_id: DealerId,
}

/// Takes that back.
#[derive(Clone, Debug)]
pub struct UnlinkSeller {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// Which link.
    pub link_id: Uuid,
    /// Why.
    pub reason: String,
}

/// What all spellings of a seller's name come down to: letters and digits alone, so that it may stand in an address.
pub fn seller_key(name: &str) -> String {
    folded(name)
}

impl Service {
    /// Links a seller to a company.
    ///
    /// # Errors
    /// `FORBIDDEN`; `NOT_FOUND` for a seller of no car and for a company that is not known; `SELLER_LINKED` while he is another's
    /// or this one's already; `KEY_REUSED`.
    pub async fn link_seller(&self, who: &Principal, input: LinkSeller) -> Result<(), CommandError> {
        check(who)?;
        let folded_name = folded(&input.seller_name);
        let now = self.now();
        let mut tx = self.db.begin().await?;
        if let Some(same) = store::given_under(&mut tx, &input, &folded_name).await? {
            return if same { Ok(()) } else { Err(conflict("KEY_REUSED").into()) };
        }
        if folded_name.is_empty() || store::spelled(&mut tx, &folded_name).await?.is_none() {
            return Err(Problem::not_found().into());
        }
        match store::insert(&mut tx, &input, &folded_name, who, now).await {
            Err(error) if constraint(&error) == Some("seller_link_one_company") => {
                return Err(conflict("SELLER_LINKED").into());
            }
            Err(error) if constraint(&error) == Some("seller_link_dealer_id_fkey") => {
                return Err(Problem::not_found().into());
            }
            other => other?,
        }
        let told = SellerLinkChanged {
            seller_name: input.seller_name.trim().to_owned(),
            dealer_id: input.dealer_id,
            linked: true,
        };
        platform_bus::publish(&mut tx, &told, meta(input.key, 1, who, now)).await?;
        tx.commit().await?;
        self.links_changed().await
    }

    /// Takes a link back: from then on staff speak for the seller again.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`, `INVALID_FIELDS` (reason); `SELLER_LINK_OVER` where somebody has taken it back already.
    pub async fn unlink_seller(&self, who: &Principal, input: UnlinkSeller) -> Result<(), CommandError> {
        check(who)?;
        let wrong = match input.reason.trim() {
            "" => Some("REQUIRED"),
            reason if reason.chars().count() > REASON_CHARS => Some("TOO_LONG"),
            _ => None,
        };
        if let Some(code) = wrong {
            return Err(Problem::fields(vec![FieldProblem::new("reason", code)]).into());
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let (seller_name, dealer_id) = match store::end(&mut tx, &input, who, now).await? {
            Ended::Now { seller_name, dealer_id } => (seller_name, dealer_id),
            Ended::ByThis => return Ok(()),
            Ended::Before => return Err(conflict("SELLER_LINK_OVER").into()),
            Ended::Never => return Err(Problem::not_found().into()),
        };
        let told = SellerLinkChanged { seller_name, dealer_id, linked: false };
        platform_bus::publish(&mut tx, &told, meta(input.link_id, 2, who, now)).await?;
        tx.commit().await?;
        self.links_changed().await
    }

    /// A seller's page for staff: by the name that all spellings of his come down to, [`seller_key`].
    ///
    /// # Errors
    /// `FORBIDDEN`; `NOT_FOUND` for a seller of no car.
    pub async fn seller(&self, who: &Principal, key: &str) -> Result<SellerDetail, CommandError> {
        if !who.is_staff() {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        let mut conn = self.db.acquire().await?;
        let spelled = store::spelled(&mut conn, key).await?;
        let spelled = spelled.filter(|_| !key.is_empty()).ok_or_else(Problem::not_found)?;
        let links = store::of_seller(&mut conn, key).await?;
        let own_leads = store::own_leads(&mut conn, key).await?;
        drop(conn);
        let record = self.record_of_seller(key).await?;
        let usual = record.as_ref().map_or(spelled, |record| record.name.clone());
        Ok(SellerDetail { name: usual, record, links, own_leads, may_link: speaks_for_sellers(who) })
    }

    /// The companies whose names have this part, however they are spelled: for who links sellers.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub async fn companies_named(&self, who: &Principal, part: &str) -> Result<Vec<Company>, CommandError> {
        check(who)?;
        // who was registered a moment ago is to be found
        self.dealers.refresh(&self.db).await?;
        let part = folded(part);
        let mut found: Vec<Company> = self.dealers.known().named(&part).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        found.truncate(COMPANIES_SHOWN);
        Ok(found)
    }

    /// What bids are judged by knows of it at once; other processes within a second.
    async fn links_changed(&self) -> Result<(), CommandError> {
        (self.told)();
        Ok(self.dealers.refresh(&self.db).await?)
    }
}

fn check(who: &Principal) -> Result<(), Problem> {
    match speaks_for_sellers(who) {
        true => Ok(()),
        false => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}

fn conflict(code: &str) -> Problem {
    Problem::new(ProblemKind::Conflict, code)
}

fn meta(link_id: Uuid, number: i64, who: &Principal, at: UnixMs) -> Meta {
    Meta {
        aggregate: link_id,
        aggregate_seq: number,
        occurred_at: at,
        actor: format!("user:{}", who.user_id),
        correlation_id: link_id,
        causation_id: None,
    }
}
