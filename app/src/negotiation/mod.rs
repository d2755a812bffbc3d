//! What dealers' and office pages of negotiations (议价) share: the list's filter, the parts that show where one stands,
//! and the forms by which either side answers.

mod forms;
mod of_lot;
mod parts;

pub(crate) use forms::{answer, form_problem, secret};
pub(crate) use of_lot::{load_of_lot, of_lot};
pub use parts::state_words;
pub(crate) use parts::{StatusBadge, rules, situation, tiles, timeline};

use auction::{NegotiationFilter, NegotiationSort, NegotiationState};

use crate::query::Query;

/// Reads `?q=&state=&sort=&order=&page=`; what is unknown counts as absent.
pub fn filter_of(query: &Query) -> NegotiationFilter {
    let sort = query.get("sort").and_then(NegotiationSort::from_name).unwrap_or_default();
    // what must be answered first comes first; the newest and the dearest otherwise
    let goes_up_first = sort == NegotiationSort::Deadline;
    NegotiationFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        state: query.get("state").and_then(NegotiationState::from_name),
        sort,
        ascending: goes_up_first != (query.get("order") == Some("reversed")),
        page: query.parse("page").unwrap_or(1).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let filter = filter_of(&Query::read("q=途观&state=seller&sort=bid&page=3"));
        assert_eq!((filter.search.as_str(), filter.state), ("途观", Some(NegotiationState::Seller)));
        assert_eq!((filter.sort, filter.ascending, filter.page), (NegotiationSort::Bid, false, 3));
        let odd = filter_of(&Query::read("state=x&sort=y&page=0"));
        assert_eq!(odd, NegotiationFilter { ascending: true, page: 1, ..NegotiationFilter::default() });
    }
}
