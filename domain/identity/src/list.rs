//! What all lists have in common.

/// Rows on a page.
pub const PAGE_SIZE: u32 = 25;
/// Rows in an export; beyond that the filter has to be narrower.
pub const MAX_EXPORT: u32 = 50_000;
/// No list is paged further than this: a deeper offset only heats the database.
const LAST_PAGE: u32 = 10_000;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows the filter matches.
    pub total: i64,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many pages there are, at least 1.
    pub pages: u32,
}

impl<T> Page<T> {
    pub(crate) fn new(rows: Vec<T>, total: i64, page: u32) -> Page<T> {
        let pages = u32::try_from(total).unwrap_or(u32::MAX).div_ceil(PAGE_SIZE).clamp(1, LAST_PAGE);
        Page { rows, total, page: within(page), pages }
    }
}

/// LIMIT and OFFSET of one stretch of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub limit: i64,
    pub offset: i64,
}

impl Stretch {
    pub(crate) fn page(page: u32) -> Stretch {
        let offset = i64::from(within(page) - 1) * i64::from(PAGE_SIZE);
        Stretch { limit: i64::from(PAGE_SIZE), offset }
    }

    pub(crate) fn export() -> Stretch {
        Stretch { limit: i64::from(MAX_EXPORT), offset: 0 }
    }
}

fn within(page: u32) -> u32 {
    page.clamp(1, LAST_PAGE)
}

/// The text for `ILIKE`: the person's own percent signs and underscores mean themselves.
pub(crate) fn contains(search: &str) -> String {
    let escaped: String = search
        .trim()
        .chars()
        .take(60)
        .flat_map(|c| if matches!(c, '%' | '_' | '\\') { vec!['\\', c] } else { vec![c] })
        .collect();
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_taken_literally() {
        assert_eq!(contains(" 50%_\\ "), "%50\\%\\_\\\\%");
    }

    #[test]
    fn pages_start_at_one() {
        assert_eq!(Page::<u8>::new(Vec::new(), 0, 0).page, 1);
        assert_eq!(Page::<u8>::new(Vec::new(), 26, 2).pages, 2);
        assert_eq!(Stretch::page(3).offset, 50);
    }
}
