//! The list's filter in the page's address; the same for the page and for files.

use kernel::Lang;
use vehicle::{Sort, Status, VehicleFilter};

use crate::i18n::{t, t_with};
use crate::query::Query;

/// Lines a page.
pub(super) const PAGE_SIZE: u32 = 50;

/// Reads `?q=&status=&make=&year_from=&year_to=&km_from=&km_to=&grade=&city=&source=&sort=&order=&page=`; what is
/// unknown counts as absent.
pub fn filter_of(query: &Query) -> VehicleFilter {
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    VehicleFilter {
        search: text("q"),
        status: query.get("status").and_then(Status::from_name),
        make: text("make"),
        year_from: query.parse("year_from"),
        year_to: query.parse("year_to"),
        km_from: query.parse("km_from"),
        km_to: query.parse("km_to"),
        grade: text("grade"),
        city: text("city"),
        source: text("source"),
        sort: sort_of(query.get("sort").unwrap_or_default(), query.get("order") == Some("reversed")),
        page: query.parse("page").unwrap_or(1),
        per_page: PAGE_SIZE,
    }
}

/// The typed numbers of the filter: its name in the address; those that are the two ends of a range.
const RANGES: [(&str, &str); 2] = [("year_from", "year_to"), ("km_from", "km_to")];

/// What an address asks for that cannot filter as it was meant, in words: numbers that cannot be read, ranges that end
/// before they begin.
pub(super) fn doubts(lang: Lang, query: &Query) -> Vec<String> {
    let label = |name: &str| t(lang, &format!("vehicle.filter.{name}")).into_owned();
    let number = |name: &str| query.parse::<i32>(name);
    let unread = |name: &str| {
        let typed = query.get(name).filter(|_| number(name).is_none())?;
        Some(t_with(lang, "vehicle.filter.unread", &[("name", &label(name)), ("value", typed)]))
    };
    let reversed = |from: &str, to: &str| {
        number(from).zip(number(to)).filter(|(low, high)| low > high)?;
        Some(t_with(lang, "vehicle.filter.reversed", &[("from", &label(from)), ("to", &label(to))]))
    };
    let doubts = RANGES.into_iter().flat_map(|(from, to)| [unread(from), unread(to), reversed(from, to)]);
    doubts.flatten().collect()
}

fn sort_of(name: &str, reversed: bool) -> Sort {
    match (name, reversed) {
        ("start", false) => Sort::PriceHigh,
        ("start", true) => Sort::PriceLow,
        ("mileage", false) => Sort::MileageLow,
        ("mileage", true) => Sort::MileageHigh,
        ("year", false) => Sort::YearNew,
        ("year", true) => Sort::YearOld,
        (_, true) => Sort::Stale,
        (_, false) => Sort::Updated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let filter = filter_of(&Query::read(
            "q=奔驰&status=priced&km_to=80000&year_from=x&sort=mileage&order=reversed",
        ));
        assert_eq!((filter.search.as_str(), filter.status), ("奔驰", Some(Status::Priced)));
        assert_eq!((filter.km_to, filter.year_from, filter.sort), (Some(80_000), None, Sort::MileageHigh));
        let odd = filter_of(&Query::read("status=flying&page=-1&sort=colour"));
        assert_eq!(odd, VehicleFilter { page: 1, per_page: PAGE_SIZE, ..VehicleFilter::default() });
    }

    #[test]
    fn says_what_does_not_filter() {
        let doubts = |query: &str| doubts(Lang::En, &Query::read(query));
        assert!(doubts("year_from=2019&year_to=2019&km_to=").is_empty());
        assert_eq!(
            doubts("year_from=abc&km_from=9000&km_to=80"),
            [
                "Year from: “abc” cannot be read as a whole number and does not filter.",
                "“km from” is above “km to”: no car can match."
            ]
        );
    }
}
