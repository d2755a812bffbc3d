//! The list's filter in the page's address.

use identity::{DealerFilter, DealerSort, DealerStatus};

use crate::query::Query;

/// Reads `?q=&status=&sort=&order=&page=`; what is unknown counts as absent.
pub fn filter_of(query: &Query) -> DealerFilter {
    DealerFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        status: query.get("status").and_then(DealerStatus::from_name),
        sort: query.get("sort").map(DealerSort::from_name).unwrap_or_default(),
        reversed: query.get("order") == Some("reversed"),
        page: query.parse("page").unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let filter = filter_of(&Query::read("q=+远行+&status=suspended&sort=name&order=reversed&page=2"));
        assert_eq!(filter.search, "远行");
        assert_eq!(filter.status, Some(DealerStatus::Suspended));
        assert_eq!((filter.sort, filter.reversed, filter.page), (DealerSort::Name, true, 2));
        let odd = filter_of(&Query::read("status=gone&sort=%00&page=-1"));
        assert_eq!((odd.status, odd.sort, odd.page), (None, DealerSort::Created, 1));
    }
}
