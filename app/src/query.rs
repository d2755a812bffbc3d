//! The query of a page and the placeholders of its path: what a link can carry.

use std::borrow::Cow;

use form_urlencoded::Serializer;

/// At most so many pairs of a query are read: a whole sale's cars, chosen anew.
const PAIRS_MAX: usize = 600;

/// Parts of an address that filter nothing.
const NO_FILTERS: [&str; 4] = ["sort", "order", "page", "done"];

/// The pairs of a query, in the order of the link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=2`.
    pub fn read(query: &str) -> Query {
        let pairs = form_urlencoded::parse(query.as_bytes()).take(PAIRS_MAX);
        // the database takes no NUL, and nothing that is looked for has one
        let plain = |text: Cow<'_, str>| text.replace('\0', "");
        Query(pairs.map(|(name, value)| (plain(name), plain(value))).collect())
    }

    /// The first value of that name that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// All values of that name, for repeated filters.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim()).collect()
    }

    /// The value of that name, read as something else; what cannot be read counts as absent.
    pub fn parse<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// The same query with `name` set to `value` (or removed, when empty). Going back to the first page is part of
    /// every change but that of the page itself.
    pub fn with(&self, name: &str, value: &str) -> Query {
        let keep = |n: &str| n != name && (n != "page" || name == "page") && n != "done";
        let mut pairs: Vec<_> = self.0.iter().filter(|(n, v)| keep(n) && !v.is_empty()).cloned().collect();
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Query(pairs)
    }

    /// The same query without that name.
    pub fn without(&self, name: &str) -> Query {
        self.with(name, "")
    }

    /// Whether it narrows the list of its page.
    pub fn is_filtered(&self) -> bool {
        self.0.iter().any(|(name, value)| !value.trim().is_empty() && !NO_FILTERS.contains(&name.as_str()))
    }

    /// The pairs, for hidden fields that keep the rest of a filter.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// `/path?a=1&b=2`, or the path alone.
    pub fn href(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", Serializer::new(String::new()).extend_pairs(&self.0).finish())
    }
}

/// The placeholders of a path, as the router found them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// These names and values.
    pub fn new(pairs: Vec<(String, String)>) -> Params {
        Params(pairs)
    }

    /// The value of that placeholder.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_filter_starts_at_the_first_page() {
        let query = Query::read("q=%E5%A5%94%E9%A9%B0&page=3&city=");
        assert_eq!(query.get("q"), Some("奔驰"));
        assert_eq!(query.get("city"), None);
        assert_eq!(query.with("sort", "price").href("/x"), "/x?q=%E5%A5%94%E9%A9%B0&sort=price");
        assert_eq!(query.with("page", "4").href("/x"), "/x?q=%E5%A5%94%E9%A9%B0&page=4");
        assert_eq!(query.without("q").href("/x"), "/x");
    }

    #[test]
    fn what_the_database_does_not_take_is_left_out() {
        assert_eq!(Query::read("q=a%00b&%00x=%00").href("/x"), "/x?q=ab&x=");
    }

    #[test]
    fn an_order_and_an_empty_field_filter_nothing() {
        assert!(!Query::read("q=&city=+&sort=price&order=reversed&page=2&done=X").is_filtered());
        assert!(Query::read("sort=price&city=x").is_filtered());
    }
}
