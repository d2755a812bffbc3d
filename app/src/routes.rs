//! The only list of pages. The server registers exactly these, and the authorisation test walks them.

use kernel::{Access, Principal};

use crate::page::Page;
use crate::{dealer, office, sign_in};

/// Every page. A path stands here once; a form posts to the path of its page.
pub static PAGES: &[Page] = &[
    // --- everybody ---------------------------------------------------------------------------------
    Page { path: "/sign-in", access: Access::Public, draw: |cx| Box::pin(sign_in::page(cx)) },
    // --- dealers -----------------------------------------------------------------------------------
    Page { path: "/my", access: Access::Dealer, draw: |cx| Box::pin(dealer::home::page(cx)) },
    // --- office ------------------------------------------------------------------------------------
    Page { path: "/office", access: Access::Staff, draw: |cx| Box::pin(office::home::page(cx)) },
];

/// The page of that path, as it stands in the list.
pub fn find(path: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.path == path)
}

/// Whether there is a page of that path and this person may see it: navigation shows nothing else.
pub fn is_open_to(path: &str, who: Option<&Principal>) -> bool {
    find(path).is_some_and(|page| page.access.allows(who))
}

/// Where this person starts.
pub fn start_of(who: Option<&Principal>) -> &'static str {
    let first = |paths: &[&'static str]| paths.iter().copied().find(|path| is_open_to(path, who));
    first(&["/auctions", "/my", "/office"]).unwrap_or("/sign-in")
}
