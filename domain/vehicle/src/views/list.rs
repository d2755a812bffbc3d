//! The list of cars: searched, filtered, sorted, in pages, with totals of what is filtered.

use kernel::{Fen, Principal, UnixMs, VehicleId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::actor::Actor;
use crate::facts::is_plate_mark;
use crate::{Service, Status, store};

/// More lines a page are slow to draw and to read.
pub const PER_PAGE_MAX: u32 = 200;
/// Longer searches are pasted by mistake.
const SEARCH_CHARS_MAX: usize = 100;

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Last changed first.
    #[default]
    Updated,
    /// Longest unchanged first.
    Stale,
    /// Last taken in first.
    Received,
    /// Highest start price first.
    PriceHigh,
    /// Lowest start price first.
    PriceLow,
    /// Fewest kilometres first.
    MileageLow,
    /// Most kilometres first.
    MileageHigh,
    /// Newest model year first.
    YearNew,
    /// Oldest model year first.
    YearOld,
}

impl Sort {
    /// All of them, in the order of the choice.
    pub const ALL: [Sort; 9] = [
        Sort::Updated,
        Sort::Stale,
        Sort::Received,
        Sort::PriceHigh,
        Sort::PriceLow,
        Sort::MileageLow,
        Sort::MileageHigh,
        Sort::YearNew,
        Sort::YearOld,
    ];

    /// The name in links.
    pub const fn name(self) -> &'static str {
        match self {
            Sort::Updated => "updated",
            Sort::Stale => "stale",
            Sort::Received => "received",
            Sort::PriceHigh => "price_high",
            Sort::PriceLow => "price_low",
            Sort::MileageLow => "mileage_low",
            Sort::MileageHigh => "mileage_high",
            Sort::YearNew => "year_new",
            Sort::YearOld => "year_old",
        }
    }

    /// The order of that name; anything else is the first.
    pub fn from_name(name: &str) -> Sort {
        Sort::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or_default()
    }
}

/// What to show. Empty and `None` do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VehicleFilter {
    /// Words that all stand somewhere in VIN, reference, make, model, trim, headline, plate, its place, city or seller.
    pub search: String,
    /// Where the car stands.
    pub status: Option<Status>,
    /// The make, in any letter case.
    pub make: String,
    /// Model years, both included.
    pub year_from: Option<i32>,
    /// Model years, both included.
    pub year_to: Option<i32>,
    /// Kilometres, both included.
    pub km_from: Option<i32>,
    /// Kilometres, both included.
    pub km_to: Option<i32>,
    /// The grade, exactly.
    pub grade: String,
    /// The city, exactly.
    pub city: String,
    /// The source, exactly.
    pub source: String,
    /// In which order.
    pub sort: Sort,
    /// From 1.
    pub page: u32,
    /// Lines a page, at most [`PER_PAGE_MAX`].
    pub per_page: u32,
}

impl VehicleFilter {
    /// The words of the search, in lower case, as the database keeps its search text.
    pub(crate) fn words(&self) -> Vec<String> {
        let search: String = self.search.chars().take(SEARCH_CHARS_MAX).collect();
        search.to_lowercase().split_whitespace().take(8).map(plain_plate).collect()
    }

    /// Lines a page.
    pub fn lines_a_page(&self) -> u32 {
        if self.per_page == 0 { 50 } else { self.per_page.min(PER_PAGE_MAX) }
    }
}

/// `浙a·12345` as plates are kept; another word as it is.
fn plain_plate(word: &str) -> String {
    let is_plate = word.contains(['·', '•', '・']);
    if is_plate { word.chars().filter(|c| !is_plate_mark(*c)).collect() } else { word.to_owned() }
}

/// A car in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleLine {
    /// The car.
    pub id: VehicleId,
    /// Its VIN, if it has one.
    pub vin: Option<String>,
    /// The source's own reference.
    pub external_id: Option<String>,
    /// The source.
    pub source: String,
    /// The headline.
    pub title: String,
    /// 年款.
    pub model_year: Option<i32>,
    /// 里程.
    pub mileage_km: Option<i32>,
    /// 颜色.
    pub colour: String,
    /// 所在城市.
    pub city: String,
    /// 车况等级.
    pub grade: String,
    /// Where it stands.
    pub status: Status,
    /// 指导价.
    pub guide_fen: Option<Fen>,
    /// 起拍价.
    pub start_fen: Option<Fen>,
    /// Whether there is a 保留价; how much is told to who asks.
    pub has_reserve: bool,
    /// The first photo.
    pub photo_id: Option<Uuid>,
    /// Last change.
    pub updated_at: UnixMs,
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VehiclePage {
    /// The lines.
    pub lines: Vec<VehicleLine>,
    /// How many cars the filter leaves.
    pub total: i64,
    /// Sum of their guide prices.
    pub guide_fen: Fen,
    /// Sum of their start prices.
    pub start_fen: Fen,
    /// The page that is shown: the last one, when a later one was asked for.
    pub page: u32,
    /// How many pages there are, at least 1.
    pub pages: u32,
}

/// A value to filter by, and how many cars have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// How many cars.
    pub count: i64,
}

/// Values to filter by: the most frequent ones of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Makes.
    pub makes: Vec<Choice>,
    /// Cities.
    pub cities: Vec<Choice>,
    /// Grades.
    pub grades: Vec<Choice>,
    /// Sources.
    pub sources: Vec<Choice>,
}

/// How many cars stand where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCount {
    /// Where.
    pub status: Status,
    /// How many.
    pub count: i64,
}

impl Service {
    /// A page of cars. All staff may read.
    pub async fn list_vehicles(
        &self,
        who: &Principal,
        filter: &VehicleFilter,
    ) -> Result<VehiclePage, CommandError> {
        Actor::permitted(who, &[])?;
        let totals = store::list::totals(&self.db, filter).await?;
        let per_page = filter.lines_a_page();
        let pages = u32::try_from(totals.count.max(1).unsigned_abs().div_ceil(u64::from(per_page)))
            .unwrap_or(u32::MAX);
        let page = filter.page.clamp(1, pages);
        let offset = i64::from(page - 1) * i64::from(per_page);
        let lines = store::list::page(&self.db, filter, totals.count, (i64::from(per_page), offset)).await?;
        Ok(VehiclePage {
            lines,
            total: totals.count,
            guide_fen: totals.guide_fen,
            start_fen: totals.start_fen,
            page,
            pages,
        })
    }

    /// Values to filter by; those that the filter asks for are among them even when no car has them any more. All staff
    /// may read.
    pub async fn vehicle_choices(
        &self,
        who: &Principal,
        filter: &VehicleFilter,
    ) -> Result<Choices, CommandError> {
        Actor::permitted(who, &[])?;
        Ok(store::list::choices(&self.db, filter).await?)
    }

    /// How many of the filter's cars stand where, wherever the filter itself looks: for the list's tabs and the office's
    /// home. All staff may read.
    pub async fn vehicle_counts(
        &self,
        who: &Principal,
        filter: &VehicleFilter,
    ) -> Result<Vec<StatusCount>, CommandError> {
        Actor::permitted(who, &[])?;
        let found = store::list::counts(&self.db, filter).await?;
        let count_of =
            |status: Status| found.iter().find(|(name, _)| name == status.name()).map_or(0, |(_, n)| *n);
        Ok(Status::ALL.into_iter().map(|status| StatusCount { status, count: count_of(status) }).collect())
    }
}
