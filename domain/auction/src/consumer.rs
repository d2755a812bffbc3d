//! What the auction hears: priced cars it may offer, dealers who may not bid, deposits that dealers bid with, persons who left.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use async_trait::async_trait;
use bidding::Bar;
use kernel::{DealerId, Envelope, Fen, LotId, UnixMs, UserId, VehicleId};
use platform_bus::Consumer;
use platform_db::CommandError;
use serde::Deserialize;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::asked_return;
use crate::company_name::folded;
use crate::mail_address;
use crate::push;
use crate::seller_link::Company;
use crate::store::power::Deposit;
use crate::store::{cars, power, report_changes, seller_links, strike_news};

/// `VehiclePriced` of the vehicle service, as far as the auction needs it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct VehiclePriced {
    pub(crate) vehicle_id: VehicleId,
    #[serde(default)]
    pub(crate) vin: Option<String>,
    pub(crate) title: String,
    pub(crate) make: String,
    pub(crate) model: String,
    pub(crate) model_year: i32,
    pub(crate) mileage_km: i64,
    pub(crate) colour: String,
    pub(crate) city: String,
    pub(crate) grade: String,
    #[serde(default)]
    pub(crate) fuel: String,
    pub(crate) photo_ids: Vec<Uuid>,
    pub(crate) guide_fen: Fen,
    pub(crate) start_fen: Fen,
    pub(crate) reserve_fen: Option<Fen>,
    pub(crate) report_hash: String,
    pub(crate) seller_name: String,
    #[serde(default)]
    pub(crate) papers_incomplete: bool,
}

/// `ReportRenewed` of the vehicle service.
#[derive(Clone, Debug, Deserialize)]
struct ReportRenewed {
    vehicle_id: VehicleId,
    report_hash: String,
    material: bool,
    grade: String,
    #[serde(default)]
    papers_incomplete: bool,
}

/// `DealerChanged` of the identity service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DealerChanged {
    pub(crate) dealer_id: DealerId,
    pub(crate) name: String,
    pub(crate) status: String,
    /// The dealer group; empty where there is none, and in events from before there were groups.
    #[serde(default)]
    pub(crate) group: String,
    /// `missing` or `verified`; absent in events from before this question, of companies that were let in by hand.
    #[serde(default)]
    pub(crate) papers: Option<String>,
    /// Whether strikes keep it from bidding; not in events from before there were strikes.
    #[serde(default)]
    pub(crate) struck_out: bool,
    /// Until when; for good without one.
    #[serde(default)]
    pub(crate) struck_until: Option<UnixMs>,
}

/// `UserChanged` of the identity service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct UserChanged {
    pub(crate) user_id: UserId,
    /// None for staff, who are nobody's bidders.
    pub(crate) dealer_id: Option<DealerId>,
    /// Whether the person may sign in.
    pub(crate) active: bool,
    /// In which language the person reads; not in events from before it was told.
    #[serde(default)]
    pub(crate) lang: Option<String>,
}

/// `StrikesChanged` of the identity service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StrikesChanged {
    /// Who is told.
    pub(crate) users: Vec<UserId>,
    /// `strike_given` or `strike_lifted`: the kind of the news.
    pub(crate) what: String,
    pub(crate) reason: String,
    pub(crate) struck_out: bool,
    pub(crate) struck_until: Option<UnixMs>,
}

/// A dealer that the auction has heard of.
#[derive(Clone, Debug)]
pub(crate) struct KnownDealer {
    pub(crate) dealer_id: DealerId,
    pub(crate) name: String,
    pub(crate) suspended: bool,
    pub(crate) papers_missing: bool,
    pub(crate) struck_out: bool,
    pub(crate) struck_until: Option<UnixMs>,
    /// Empty without one.
    pub(crate) group: String,
}

/// What is known of dealers at one moment.
#[derive(Debug, Default)]
pub(crate) struct Known {
    dealers: HashMap<DealerId, KnownDealer>,
    /// As other spellings of them come down to.
    folded_names: HashMap<DealerId, String>,
    groups_by_folded_name: HashMap<String, String>,
    /// Whose company a seller is, by his folded name.
    sellers: HashMap<String, DealerId>,
}

impl Known {
    fn of(dealers: Vec<KnownDealer>, sellers: Vec<(String, DealerId)>) -> Known {
        let grouped = dealers.iter().filter(|dealer| !dealer.group.is_empty());
        let groups_by_folded_name =
            grouped.map(|dealer| (folded(&dealer.name), dealer.group.clone())).collect();
        Known {
            folded_names: dealers.iter().map(|dealer| (dealer.dealer_id, folded(&dealer.name))).collect(),
            dealers: dealers.into_iter().map(|dealer| (dealer.dealer_id, dealer)).collect(),
            groups_by_folded_name,
            sellers: sellers.into_iter().collect(),
        }
    }

    /// What keeps this dealer from bidding at this moment: staff, or its strikes.
    pub(crate) fn ban(&self, dealer_id: DealerId, now: UnixMs) -> Option<Bar> {
        let dealer = self.dealers.get(&dealer_id)?;
        let is_struck = dealer.struck_out && dealer.struck_until.is_none_or(|until| now < until);
        match (dealer.suspended, is_struck) {
            (true, _) => Some(Bar::Banned),
            (false, true) => Some(Bar::Struck { until: dealer.struck_until }),
            (false, false) => None,
        }
    }

    /// All who may not bid at this moment.
    pub(crate) fn banned(&self, now: UnixMs) -> impl Iterator<Item = DealerId> {
        self.dealers.keys().copied().filter(move |dealer_id| self.ban(*dealer_id, now).is_some())
    }

    /// Whether it is known that nobody has verified this dealer's papers.
    pub(crate) fn lacks_papers(&self, dealer_id: DealerId) -> bool {
        self.dealers.get(&dealer_id).is_some_and(|dealer| dealer.papers_missing)
    }

    pub(crate) fn name(&self, dealer_id: DealerId) -> Option<&str> {
        self.dealers.get(&dealer_id).map(|dealer| dealer.name.as_str())
    }

    pub(crate) fn group(&self, dealer_id: DealerId) -> Option<&str> {
        let group = self.dealers.get(&dealer_id).map(|dealer| dealer.group.as_str());
        group.filter(|group| !group.is_empty())
    }

    /// Whether this dealer is the seller of that folded name: linked to him, or named as he is, however either is written.
    pub(crate) fn is_seller(&self, dealer_id: DealerId, folded_name: &str) -> bool {
        self.is_named(dealer_id, folded_name) || self.company_of_seller(folded_name) == Some(dealer_id)
    }

    /// Whether this group has the seller of that folded name among its stores.
    pub(crate) fn is_sellers_group(&self, group: &str, folded_name: &str) -> bool {
        let linked = self.company_of_seller(folded_name).and_then(|company| self.group(company));
        linked == Some(group) || self.group_of_name(folded_name) == Some(group)
    }

    /// The company that the seller of that folded name is linked to.
    pub(crate) fn company_of_seller(&self, folded_name: &str) -> Option<DealerId> {
        self.sellers.get(folded_name).copied()
    }

    /// The folded names of the sellers that this company is.
    pub(crate) fn sellers_of(&self, dealer_id: DealerId) -> impl Iterator<Item = &str> {
        self.sellers.iter().filter(move |(_, company)| **company == dealer_id).map(|(name, _)| name.as_str())
    }

    /// The dealers whose folded names have this part.
    pub(crate) fn named(&self, part: &str) -> impl Iterator<Item = Company> {
        let found = self.folded_names.iter().filter(move |(_, name)| name.contains(part));
        found.filter_map(|(dealer_id, _)| self.dealers.get(dealer_id)).map(|dealer| Company {
            dealer_id: dealer.dealer_id,
            name: dealer.name.clone(),
            group: dealer.group.clone(),
        })
    }

    /// Whether this is the dealer of that folded name, however he or the other one is written.
    fn is_named(&self, dealer_id: DealerId, folded_name: &str) -> bool {
        !folded_name.is_empty() && self.folded_names.get(&dealer_id).is_some_and(|own| own == folded_name)
    }

    /// The group of the dealer of that folded name.
    fn group_of_name(&self, folded_name: &str) -> Option<&str> {
        self.groups_by_folded_name.get(folded_name).map(String::as_str)
    }
}

/// `SignedOut` of the identity service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SignedOut {
    pub(crate) user_id: UserId,
    /// The browser that was left; with `elsewhere`, the only one that was not.
    pub(crate) device_id: Option<Uuid>,
    pub(crate) elsewhere: bool,
}

/// `DepositChanged` of the finance service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DepositChanged {
    pub(crate) dealer_id: DealerId,
    pub(crate) deposit_fen: Fen,
    pub(crate) frozen: bool,
    /// The lot whose hold became part of the payment.
    #[serde(default)]
    pub(crate) applied_lot_id: Option<LotId>,
    /// The request by which part of it was asked back.
    #[serde(default)]
    pub(crate) asked_return_id: Option<Uuid>,
}

/// The dealers the auction has heard of, in memory: names for the hammer's event, and who may not bid. Refreshed
/// by the consumer and, for what another process has heard, by the sweeper.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dealers(Arc<RwLock<Known>>);

impl Dealers {
    /// What is known now. Not to be held over an await.
    pub(crate) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn name(&self, dealer_id: DealerId) -> Option<String> {
        self.known().name(dealer_id).map(str::to_owned)
    }

    pub(crate) async fn refresh(&self, db: &PgPool) -> Result<(), sqlx::Error> {
        let known = Known::of(cars::dealers(db).await?, seller_links::all(db).await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

/// The auction's inbox.
pub(crate) struct AuctionConsumer;

#[async_trait]
impl Consumer for AuctionConsumer {
    fn handles(&self) -> &'static [&'static str] {
        &[
            "VehiclePriced",
            "ReportRenewed",
            "DealerChanged",
            "UserChanged",
            "StrikesChanged",
            "SignedOut",
            "DepositChanged",
        ]
    }

    fn in_bulk(&self) -> &'static [&'static str] {
        // an import prices cars by the thousand; it touches the cars that a sale may offer, and no bid
        &["VehiclePriced"]
    }

    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        let unreadable =
            |error: serde_json::Error| CommandError::Inconsistent(format!("{}: {error}", event.r#type));
        match (event.r#type.as_str(), event.version) {
            ("VehiclePriced", 1) => {
                let car: VehiclePriced = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                let by = event.actor.strip_prefix("user:").and_then(|id| id.parse().ok());
                cars::hear_priced(conn, &car, event.aggregate_seq, (event.occurred_at, by)).await?;
                // put into a sale a moment before it was inspected again: nobody can say what changed, so all are asked
                Ok(report_changes::hear(conn, event.id, car.vehicle_id, &car.report_hash, true).await?)
            }
            ("ReportRenewed", 1) => {
                let news: ReportRenewed = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                let (car, hash) = (news.vehicle_id, news.report_hash.as_str());
                report_changes::hear_car(
                    conn,
                    (car, event.aggregate_seq),
                    hash,
                    (&news.grade, news.papers_incomplete),
                )
                .await?;
                Ok(report_changes::hear(conn, event.id, car, hash, news.material).await?)
            }
            ("DealerChanged", 1) => {
                let dealer: DealerChanged = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                Ok(cars::hear_dealer(conn, &dealer, event.aggregate_seq).await?)
            }
            ("UserChanged", 1) => {
                let user: UserChanged = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                cars::hear_user(conn, &user, event.aggregate_seq).await?;
                mail_address::hear_user(conn, &user, event.occurred_at).await?;
                Ok(push::hear_user(conn, &user, event.occurred_at).await?)
            }
            ("StrikesChanged", 1) => {
                let news: StrikesChanged = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                Ok(strike_news::tell(conn, &news, event.occurred_at).await?)
            }
            ("SignedOut", 1) => {
                let news: SignedOut = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                Ok(push::hear_signed_out(conn, &news, event.occurred_at).await?)
            }
            ("DepositChanged", 1) => {
                let news: DepositChanged = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                let deposit = Deposit {
                    dealer_id: news.dealer_id,
                    deposit_fen: news.deposit_fen,
                    frozen: news.frozen,
                    applied_lot_id: news.applied_lot_id,
                };
                power::hear_deposit(conn, &deposit, event.aggregate_seq).await?;
                if let Some(return_id) = news.asked_return_id {
                    power::hear_return(conn, return_id, news.dealer_id).await?;
                    asked_return::tell_covered(conn).await?;
                }
                Ok(())
            }
            (name, version) => {
                Err(CommandError::Inconsistent(format!("{name} version {version} is not known here")))
            }
        }
    }
}
