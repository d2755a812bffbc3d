//! The list's filter in the page's address; the same for the page and for files.

use vehicle::{Sort, Status, VehicleFilter};

use crate::query::Query;

/// Lines a page.
pub(super) const PAGE_SIZE: u32 = 50;

/// Reads `?q=&status=&make=&year_from=&year_to=&km_from=&km_to=&grade=&city=&source=&sort=&order=&page=`; what is
/// unknown counts as absent.
pub fn filter_of(query: &Query) -> VehicleFilter {
    // the database takes no NUL, and no car has one
    let text = |name: &str| query.get(name).unwrap_or_default().replace('\0', "");
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
        assert_eq!(filter_of(&Query::read("q=a%00b&make=%00")).search, "ab");
        let odd = filter_of(&Query::read("status=flying&page=-1&sort=colour"));
        assert_eq!(odd, VehicleFilter { page: 1, per_page: PAGE_SIZE, ..VehicleFilter::default() });
    }
}
