//! The list of dealer companies and the page of one.

use kernel::{DealerId, Principal, Problem, UnixMs};
use platform_db::CommandError;

use crate::list::Stretch;
use crate::store::dealer_list;
use crate::users::UserRow;
use crate::{Guest, Page, Service, Strike, StrikeBar, TrailLine, permit, store};

/// Whether a company may take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealerStatus {
    /// Takes part.
    Active,
    /// May not bid until it is activated again.
    Suspended,
}

impl DealerStatus {
    /// Both, in the order in which filters show them.
    pub const ALL: [DealerStatus; 2] = [DealerStatus::Active, DealerStatus::Suspended];

    /// The name in the database, in filters and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            DealerStatus::Active => "active",
            DealerStatus::Suspended => "suspended",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<DealerStatus> {
        DealerStatus::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Whether we have seen a company's papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Papers {
    /// 未认证: it may look, not bid.
    Missing,
    /// 已认证
    Verified,
}

impl Papers {
    /// Both.
    pub const ALL: [Papers; 2] = [Papers::Missing, Papers::Verified];

    /// The name in the database, in events and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Papers::Missing => "missing",
            Papers::Verified => "verified",
        }
    }

    /// Those of that name.
    pub fn from_name(name: &str) -> Option<Papers> {
        Papers::ALL.into_iter().find(|papers| papers.name() == name)
    }
}

/// What a list of companies is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DealerSort {
    /// When it was registered.
    #[default]
    Created,
    /// Its name.
    Name,
    /// Its city, then its name.
    City,
    /// How many users it has.
    Users,
}

impl DealerSort {
    /// All of them.
    pub const ALL: [DealerSort; 4] =
        [DealerSort::Created, DealerSort::Name, DealerSort::City, DealerSort::Users];

    /// The name in a page's address.
    pub const fn name(self) -> &'static str {
        match self {
            DealerSort::Created => "created",
            DealerSort::Name => "name",
            DealerSort::City => "city",
            DealerSort::Users => "users",
        }
    }

    /// The sort of that name, or the usual one.
    pub fn from_name(name: &str) -> DealerSort {
        DealerSort::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or_default()
    }
}

/// Which companies a list shows, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealerFilter {
    /// Part of the name, the city or the number; empty shows all.
    pub search: String,
    /// Only those that may bid now, or that may not: whoever keeps them from it.
    pub status: Option<DealerStatus>,
    /// By what it is sorted.
    pub sort: DealerSort,
    /// The other way round: first letter or oldest first is the usual way for names, newest first for dates.
    pub reversed: bool,
    /// The page, from 1.
    pub page: u32,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealerRow {
    /// The company.
    pub id: DealerId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub city: String,
    /// Its number, masked.
    pub phone: String,
    /// Whether staff let it take part.
    pub status: DealerStatus,
    /// What its strikes mean.
    pub strike_bar: StrikeBar,
    /// Whether we have seen its papers.
    pub papers: Papers,
    /// How many of its users may sign in.
    pub users: i64,
    /// Since when it is registered.
    pub created_at: UnixMs,
}

/// Whether a company may bid at a moment, and until when it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Active,
    /// Staff suspended it, until they activate it again.
    Suspended,
    /// Strikes suspend it until then.
    StruckUntil(UnixMs),
    /// Strikes bar it for good.
    Barred,
}

impl DealerRow {
    /// What stands against it now.
    pub fn standing(&self, now: UnixMs) -> Standing {
        match (self.status, self.strike_bar) {
            // the longest first: who is let in again by staff may still be barred
            (_, StrikeBar::ForGood) => Standing::Barred,
            (DealerStatus::Suspended, _) => Standing::Suspended,
            (_, StrikeBar::Until(until)) if now < until => Standing::StruckUntil(until),
            _ => Standing::Active,
        }
    }
}

/// The page of one company.
#[derive(Clone, Debug, PartialEq)]
pub struct DealerDetail {
    /// The same as in the list.
    pub row: DealerRow,
    /// Why it is suspended, or why it was activated.
    pub status_reason: Option<String>,
    /// The dealer group that it belongs to; empty where there is none.
    pub group: String,
    /// Its strikes, newest first; without the notes for the company itself.
    pub strikes: Vec<Strike>,
    /// Its users, owners first.
    pub users: Vec<UserRow>,
    /// People of other stores of its group who may act for it.
    pub guests: Vec<Guest>,
    /// What happened to it, newest first.
    pub trail: Vec<TrailLine>,
}

impl Service {
    /// A page of the companies that match. All staff may look.
    pub async fn dealers(
        &self,
        who: &Principal,
        filter: &DealerFilter,
    ) -> Result<Page<DealerRow>, CommandError> {
        staff_only(who)?;
        let mut conn = self.db.acquire().await?;
        let total = dealer_list::count(&mut conn, filter, self.clock.now()).await?;
        let stretch = Stretch::page(filter.page);
        let rows = dealer_list::rows(&mut conn, filter, stretch, self.clock.now()).await?;
        Ok(Page::new(rows, total, filter.page))
    }

    /// All companies that match, for an export.
    pub async fn dealers_to_export(
        &self,
        who: &Principal,
        filter: &DealerFilter,
    ) -> Result<Vec<DealerRow>, CommandError> {
        staff_only(who)?;
        let mut conn = self.db.acquire().await?;
        Ok(dealer_list::rows(&mut conn, filter, Stretch::export(), self.clock.now()).await?)
    }

    /// One company: for staff, and for the company's own users. Others are told that there is none.
    pub async fn dealer(&self, who: &Principal, id: DealerId) -> Result<DealerDetail, CommandError> {
        if !permit::sees_dealer(who, id) {
            return Err(Problem::not_found().into());
        }
        let mut conn = self.db.acquire().await?;
        let (row, status_reason, group) =
            dealer_list::one(&mut conn, id.0).await?.ok_or_else(Problem::not_found)?;
        let mut strikes = store::strikes::of_dealer(&mut conn, id.0).await?;
        if !who.is_staff() {
            strikes.iter_mut().for_each(|strike| strike.note.clear());
        }
        let users = store::user_list::of_dealer(&mut conn, id.0).await?;
        let guests = store::user_stores::guests(&mut conn, id.0).await?;
        // what our staff wrote about a company is not for the company
        let trail = if who.is_staff() { store::trail::of_dealer(&mut conn, id.0).await? } else { Vec::new() };
        Ok(DealerDetail { row, status_reason, group, strikes, users, guests, trail })
    }
}

fn staff_only(who: &Principal) -> Result<(), Problem> {
    if who.is_staff() { Ok(()) } else { Err(permit::forbidden()) }
}

#[cfg(test)]
mod tests {
    use kernel::Role;
    use uuid::Uuid;

    use super::*;
    use crate::test_support::{World, code};
    use crate::{ChangeDealer, RegisterDealer};

    async fn world_of_three() -> (World, Principal) {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        for (name, city) in [("阿甲车行", "杭州"), ("B车行", "上海"), ("C%车行", "上海")] {
            world.clock.advance(1000);
            let phone = "0571-87654321".into();
            let input = RegisterDealer { key: Uuid::now_v7(), name: name.into(), city: city.into(), phone };
            let id = world.service.register_dealer(&sales, input).await.unwrap();
            if name == "B车行" {
                let status = Some(DealerStatus::Suspended);
                let why = "资料过期".into();
                let suspend = ChangeDealer {
                    key: Uuid::now_v7(),
                    dealer_id: id.0,
                    status,
                    why,
                    ..ChangeDealer::default()
                };
                world.service.change_dealer(&sales, suspend).await.unwrap();
            }
        }
        (world, sales)
    }

    async fn names(world: &World, who: &Principal, filter: DealerFilter) -> Vec<String> {
        let page = world.service.dealers(who, &filter).await.unwrap();
        assert_eq!(page.total, i64::try_from(page.rows.len()).unwrap());
        page.rows.into_iter().map(|row| row.name).collect()
    }

    #[tokio::test]
    async fn searches_filters_and_sorts() {
        let (world, sales) = world_of_three().await;
        let all = DealerFilter::default();
        assert_eq!(names(&world, &sales, all.clone()).await, ["C%车行", "B车行", "阿甲车行"]);
        let by_name = DealerFilter { sort: DealerSort::Name, ..all.clone() };
        assert_eq!(names(&world, &sales, by_name).await[..2], ["B车行", "C%车行"]);
        let oldest = DealerFilter { reversed: true, ..all.clone() };
        assert_eq!(names(&world, &sales, oldest).await[0], "阿甲车行");
        let city = DealerFilter { search: "上海".into(), ..all.clone() };
        assert_eq!(names(&world, &sales, city).await.len(), 2);
        let literal = DealerFilter { search: "%".into(), ..all.clone() };
        assert_eq!(names(&world, &sales, literal).await, ["C%车行"]);
        let suspended = DealerFilter { status: Some(DealerStatus::Suspended), ..all.clone() };
        assert_eq!(names(&world, &sales, suspended).await, ["B车行"]);
        let beyond = world.service.dealers(&sales, &DealerFilter { page: 9, ..all.clone() }).await.unwrap();
        assert_eq!((beyond.rows.len(), beyond.total, beyond.pages), (0, 3, 1));
        assert_eq!(world.service.dealers_to_export(&sales, &all).await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn whom_strikes_keep_from_bidding_is_not_among_the_active() {
        let (world, sales) = world_of_three().await;
        let filter = |status| DealerFilter { status: Some(status), ..DealerFilter::default() };
        let found = world.service.dealers(&sales, &DealerFilter::default()).await.unwrap().rows;
        let dealer_id = found.iter().find(|row| row.name == "阿甲车行").unwrap().id;
        for number in [1, 2] {
            let note = "尾款逾期".to_owned();
            let (key, reason) = (Uuid::now_v7(), crate::StrikeReason::Unpaid);
            let strike = crate::GiveStrike { key, dealer_id, reason, note, confirmed: Some(number) };
            world.service.give_strike(&sales, strike).await.unwrap();
        }
        assert_eq!(names(&world, &sales, filter(DealerStatus::Active)).await, ["C%车行"]);
        assert_eq!(names(&world, &sales, filter(DealerStatus::Suspended)).await, ["B车行", "阿甲车行"]);
        let row = world.service.dealer(&sales, dealer_id).await.unwrap().row;
        let Standing::StruckUntil(until) = row.standing(world.now()) else { panic!("{row:?}") };
        assert_eq!(row.standing(until), Standing::Active, "its time is over");
        world.clock.advance(until.since(world.now()));
        assert_eq!(names(&world, &sales, filter(DealerStatus::Suspended)).await, ["B车行"]);
    }

    #[tokio::test]
    async fn a_dealer_sees_only_itself_and_no_staff_notes() {
        let world = World::new().await;
        let own = world.dealer_user("远行二手车", "yuanxing").await;
        let other = world.dealer("恒信车业").await;
        let mine = own.dealer().unwrap().dealer_id;
        assert!(world.service.dealer(&own, mine).await.unwrap().trail.is_empty());
        assert_eq!(code(world.service.dealer(&own, other).await), "NOT_FOUND");
        assert_eq!(code(world.service.dealers(&own, &DealerFilter::default()).await), "FORBIDDEN");
        assert_eq!(code(world.service.dealers_to_export(&own, &DealerFilter::default()).await), "FORBIDDEN");
    }
}
