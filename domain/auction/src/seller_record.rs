//! What became of a seller's lots (domain rules §3.3, guards against reserve abuse): how often his reserves were reached, and how
//! often he lowered them. Dealers read it on his lots, staff in a list of all sellers. A seller is known by his name, however it
//! is spelled.
//!
//! Only what is settled counts: of a lot that runs or is negotiated nobody may learn that its reserve was lowered.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;
use tokio::sync::Mutex;

use crate::Service;
use crate::company_name::folded;
use crate::store::{seller_links, seller_records};

/// Twelve months.
const PERIOD_MS: i64 = 365 * 24 * 3_600_000;
/// With fewer lots a share is an accident; and an average of a few would tell a single reserve.
const LEAST_LOTS: i64 = 10;
/// The page of a lot, asked for more than any other, shows figures that are so old at most: they are of twelve months.
const KEPT_MS: i64 = 10 * 60 * 1000;

/// A seller's last twelve months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SellerRecord {
    /// His name, as most of his lots have it.
    pub name: String,
    /// Lots that were sold or stayed unsold.
    pub lots: i64,
    /// Those that were sold.
    pub sold: i64,
    /// Those with a reserve.
    pub reserved: i64,
    /// Those of them whose reserve was met, or that were sold after all.
    pub reached: i64,
    /// How often he lowered a reserve.
    pub lowered: i64,
    /// How many companies bid, added up over his lots.
    pub offers: i64,
    /// Lots with a reserve and a price.
    pub priced: i64,
    /// How far their prices lay from their reserves, added up, in hundredths of a percent of the reserve.
    pub gap_bp_sum: i64,
    /// The company that speaks for him, where he is linked to one: told in the list of staff only.
    pub company: Option<String>,
}

impl SellerRecord {
    /// 达成率 in percent; none where the lots are too few to say.
    pub fn reach_percent(&self) -> Option<i64> {
        share(self.reached, self.reserved)
    }

    /// Sold of all offered, in percent; none where the lots are too few to say.
    pub fn conversion_percent(&self) -> Option<i64> {
        share(self.sold, self.lots)
    }

    /// How far prices lie from reserves on average, in hundredths of a percent of the reserve: below it is less than nothing.
    pub const fn gap_bp(&self) -> Option<i64> {
        if self.priced >= LEAST_LOTS { Some(self.gap_bp_sum / self.priced) } else { None }
    }

    fn add(&mut self, other: &SellerRecord) {
        self.lots += other.lots;
        self.sold += other.sold;
        self.reserved += other.reserved;
        self.reached += other.reached;
        self.lowered += other.lowered;
        self.offers += other.offers;
        self.priced += other.priced;
        self.gap_bp_sum += other.gap_bp_sum;
    }
}

fn share(part: i64, of: i64) -> Option<i64> {
    (of >= LEAST_LOTS).then(|| (part * 100 + of / 2) / of)
}

/// Which sellers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SellerFilter {
    /// Part of the name, however it is spelled.
    pub search: String,
    /// The order.
    pub sort: SellerSort,
    /// Whether the least comes first.
    pub ascending: bool,
}

/// What sellers are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SellerSort {
    /// How many lots.
    #[default]
    Lots,
    /// The share of reserves that were reached.
    Reach,
    /// How often reserves were lowered.
    Lowered,
}

impl SellerSort {
    /// All of them.
    pub const ALL: [SellerSort; 3] = [SellerSort::Lots, SellerSort::Reach, SellerSort::Lowered];

    /// `lots`: the word in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            SellerSort::Lots => "lots",
            SellerSort::Reach => "reach",
            SellerSort::Lowered => "lowered",
        }
    }
}

/// All records as they were when somebody asked last.
#[derive(Debug, Default)]
pub(crate) struct SellerRecords(Mutex<Option<(UnixMs, Known)>>);

/// By folded names.
type Known = Arc<HashMap<String, SellerRecord>>;

impl Service {
    /// All sellers of the filter: for staff.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub async fn sellers(
        &self,
        who: &Principal,
        filter: &SellerFilter,
    ) -> Result<Vec<SellerRecord>, CommandError> {
        if !who.is_staff() {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        let searched = folded(&filter.search);
        let mut found = by_company(self.read_sellers().await?);
        // who speaks for himself is in the list before his first lot is settled
        for (folded_name, name, company) in seller_links::named(&self.db).await? {
            let linked =
                found.entry(folded_name).or_insert_with(|| SellerRecord { name, ..SellerRecord::default() });
            linked.company = Some(company);
        }
        let found = found.into_iter().filter(|(name, _)| name.contains(&searched));
        let mut found: Vec<_> = found.map(|(_, record)| record).collect();
        let key = |record: &SellerRecord| match filter.sort {
            SellerSort::Lots => record.lots,
            SellerSort::Reach => record.reach_percent().unwrap_or(-1),
            SellerSort::Lowered => record.lowered,
        };
        found.sort_by(|one, other| {
            let order = key(other).cmp(&key(one));
            let order = if filter.ascending { order.reverse() } else { order };
            order.then_with(|| one.name.cmp(&other.name))
        });
        Ok(found)
    }

    /// The record of who is named so; none of who had no lot that is settled.
    pub(crate) async fn seller_record(&self, name: &str) -> Result<Option<SellerRecord>, CommandError> {
        self.record_of_seller(&folded(name)).await
    }

    /// The same by what his name comes down to.
    pub(crate) async fn record_of_seller(
        &self,
        folded_name: &str,
    ) -> Result<Option<SellerRecord>, CommandError> {
        Ok(self.known_sellers().await?.get(folded_name).cloned())
    }

    /// What became of the lots of these sellers, who are one company, all together.
    pub(crate) async fn record_of_all(&self, folded_names: &[String]) -> Result<SellerRecord, CommandError> {
        let known = self.known_sellers().await?;
        let mut all = SellerRecord::default();
        folded_names.iter().filter_map(|name| known.get(name)).for_each(|record| all.add(record));
        Ok(all)
    }

    async fn known_sellers(&self) -> Result<Known, CommandError> {
        let now = self.now();
        let mut kept = self.sellers.0.lock().await;
        let known = match &*kept {
            Some((at, known)) if now.since(*at) < KEPT_MS => Arc::clone(known),
            // whoever comes meanwhile waits for this one reading
            _ => {
                let known = Arc::new(by_company(self.read_sellers().await?));
                *kept = Some((now, Arc::clone(&known)));
                known
            }
        };
        drop(kept);
        Ok(known)
    }

    async fn read_sellers(&self) -> Result<Vec<SellerRecord>, sqlx::Error> {
        seller_records::since(&self.db, self.now().plus_ms(-PERIOD_MS)).await
    }
}

/// One record a company, of one for each spelling. Nobody is named by nothing.
fn by_company(mut spellings: Vec<SellerRecord>) -> HashMap<String, SellerRecord> {
    // the first is the one whose name stays
    spellings.sort_by(|one, other| other.lots.cmp(&one.lots).then_with(|| one.name.cmp(&other.name)));
    let mut known: HashMap<String, SellerRecord> = HashMap::new();
    for spelling in spellings {
        let company = folded(&spelling.name);
        if company.is_empty() {
            continue;
        }
        match known.get_mut(&company) {
            Some(record) => record.add(&spelling),
            None => {
                known.insert(company, spelling);
            }
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, lots: i64, reserved: i64, reached: i64) -> SellerRecord {
        SellerRecord { name: name.to_owned(), lots, reserved, reached, lowered: 1, ..SellerRecord::default() }
    }

    #[test]
    fn spellings_of_one_seller_are_added_up_under_the_usual_one() {
        let known = by_company(vec![
            record("远行二手车", 3, 3, 2),
            record("远行 二手车 有限公司", 9, 8, 5),
            record("恒信", 1, 0, 0),
            record("（）", 7, 7, 7),
        ]);
        assert_eq!(known.len(), 2);
        let found = &known["远行二手车"];
        assert_eq!((found.name.as_str(), found.lots, found.lowered), ("远行 二手车 有限公司", 12, 2));
        assert_eq!(found.reach_percent(), Some(64), "7 of 11, rounded");
    }

    #[test]
    fn of_a_few_lots_nothing_is_said() {
        let few = SellerRecord { priced: 9, gap_bp_sum: -9_000, sold: 9, ..record("少", 9, 9, 9) };
        assert_eq!((few.reach_percent(), few.conversion_percent(), few.gap_bp()), (None, None, None));
        let enough = SellerRecord { priced: 10, gap_bp_sum: -5_000, sold: 4, ..record("够", 10, 10, 9) };
        assert_eq!(
            (enough.reach_percent(), enough.conversion_percent(), enough.gap_bp()),
            (Some(90), Some(40), Some(-500))
        );
    }
}
