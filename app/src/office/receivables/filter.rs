//! The list's filter in the page's address; the same for the page and for files.

use finance::{AgeBucket, ReceivableFilter, ReceivableSort, ReceivableState};
use kernel::DealerId;
use time::UtcOffset;

use crate::days::{day, day_end};
use crate::query::Query;

/// Reads `?q=&state=&age=&dealer=&as_of=&sort=&order=&page=`; what is unknown counts as absent. `as_of` is a day in
/// the zone: how things stood when it ended.
pub fn filter_of(query: &Query, zone: UtcOffset) -> ReceivableFilter {
    let sort = query.get("sort").and_then(ReceivableSort::from_name).unwrap_or_default();
    ReceivableFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        state: query.get("state").and_then(ReceivableState::from_name),
        age: query.get("age").and_then(AgeBucket::from_name),
        dealer: query.parse("dealer").map(DealerId),
        orders: Vec::new(),
        as_of: query.get("as_of").and_then(day).map(|day| day_end(day, zone)),
        sort,
        descending: goes_down_first(sort) != (query.get("order") == Some("reversed")),
        page: query.parse("page").unwrap_or(1),
    }
}

/// The newest and the largest come first; names and due times begin with the smallest.
const fn goes_down_first(sort: ReceivableSort) -> bool {
    matches!(sort, ReceivableSort::Issued | ReceivableSort::Amount | ReceivableSort::Outstanding)
}

#[cfg(test)]
mod tests {
    use kernel::UnixMs;

    use super::*;

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let china = time::macros::offset!(+8);
        let filter = filter_of(&Query::read("state=overdue&age=d31_60&as_of=2026-11-22&sort=amount"), china);
        assert_eq!((filter.state, filter.age), (Some(ReceivableState::Overdue), Some(AgeBucket::Days31To60)));
        assert_eq!(filter.as_of, Some(UnixMs(1_795_276_800_000 + 24 * 3_600_000 - 1)));
        assert_eq!((filter.sort, filter.descending), (ReceivableSort::Amount, true));
        let odd = filter_of(&Query::read("state=x&age=y&dealer=z&as_of=w"), china);
        assert_eq!(odd, ReceivableFilter { page: 1, ..ReceivableFilter::default() });
    }
}
