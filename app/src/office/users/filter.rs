//! The list's filter in the page's address.

use identity::{UserFilter, UserSort};
use kernel::Role;

use crate::query::Query;

/// Reads `?q=&seat=&role=&active=&dealer=&sort=&order=&page=`; what is unknown counts as absent.
pub fn filter_of(query: &Query) -> UserFilter {
    let yes_or_no = |name: &str, yes: &str, no: &str| match query.get(name) {
        Some(value) if value == yes => Some(true),
        Some(value) if value == no => Some(false),
        _ => None,
    };
    UserFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        role: query.get("role").and_then(Role::from_name),
        dealer_id: query.parse("dealer"),
        staff: yes_or_no("seat", "staff", "dealer"),
        active: yes_or_no("active", "yes", "no"),
        sort: query.get("sort").map(UserSort::from_name).unwrap_or_default(),
        reversed: query.get("order") == Some("reversed"),
        page: query.parse("page").unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let filter = filter_of(&Query::read("seat=staff&role=finance&active=no&sort=login&page=3"));
        assert_eq!(
            (filter.staff, filter.role, filter.active),
            (Some(true), Some(Role::Finance), Some(false))
        );
        assert_eq!((filter.sort, filter.page), (UserSort::Login, 3));
        let odd = filter_of(&Query::read("seat=floor&role=king&dealer=x"));
        assert_eq!((odd.staff, odd.role, odd.dealer_id), (None, None, None));
    }
}
