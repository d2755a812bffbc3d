//! The list's filter in the page's address; the same for the office, for dealers and for files.

use kernel::DealerId;
use order::{OrderFilter, OrderSort, PaymentFilter};
use time::UtcOffset;

use crate::days;
use crate::query::Query;

/// Reads `?q=&state=&payment=&buyer=&from=&until=&sort=&order=&page=`; what is unknown counts as absent. `from` and
/// `until` are days in the zone, both included.
pub fn filter_of(query: &Query, zone: UtcOffset) -> OrderFilter {
    let sort = query.get("sort").and_then(OrderSort::from_name).unwrap_or_default();
    OrderFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        commercial: query.get("state").map(str::to_owned),
        payment: query.get("payment").and_then(PaymentFilter::from_name),
        buyer: query.parse("buyer").map(DealerId),
        from: days::from(query, "from", zone),
        until: days::until(query, "until", zone),
        sort,
        ascending: goes_up_first(sort) != (query.get("order") == Some("reversed")),
        page: query.parse("page").unwrap_or(1),
    }
}

/// Names and due times begin with the smallest; the newest and the dearest come first otherwise.
const fn goes_up_first(sort: OrderSort) -> bool {
    matches!(sort, OrderSort::Buyer | OrderSort::Due)
}

#[cfg(test)]
mod tests {
    use kernel::UnixMs;

    use super::*;

    fn china() -> UtcOffset {
        time::macros::offset!(+8)
    }

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let query =
            "q=途观&state=confirmed&payment=overdue&from=2026-11-22&until=2026-11-22&sort=due&order=reversed";
        let filter = filter_of(&Query::read(query), china());
        assert_eq!((filter.search.as_str(), filter.commercial.as_deref()), ("途观", Some("confirmed")));
        assert_eq!((filter.payment, filter.sort), (Some(PaymentFilter::Overdue), OrderSort::Due));
        assert!(!filter.ascending, "what is due first comes first, unless reversed");
        assert_eq!(filter.from, Some(UnixMs(1_795_276_800_000)), "midnight in China");
        assert_eq!(filter.until.map(|until| until.0 - 1_795_276_800_000), Some(24 * 3_600_000));
        let odd = filter_of(&Query::read("payment=x&buyer=7&from=yesterday&sort=colour&page=-1"), china());
        assert_eq!(odd, OrderFilter { page: 1, ..OrderFilter::default() });
    }
}
