//! The only list of pages. The server registers exactly these, and the authorisation test walks them.

use finance::READERS;
use kernel::{Access, Principal};
use platform_bus::dead::OPERATORS;

use crate::page::Page;
use crate::{dealer, office, sign_in};

/// Every page. A path stands here once; a form posts to the path of its page.
pub static PAGES: &[Page] = &[
    // --- everybody ---------------------------------------------------------------------------------
    Page { path: "/sign-in", access: Access::Public, draw: |cx| Box::pin(sign_in::page(cx)) },
    // --- dealers -----------------------------------------------------------------------------------
    Page { path: "/my", access: Access::Dealer, draw: |cx| Box::pin(dealer::home::page(cx)) },
    Page { path: "/my/orders", access: Access::Dealer, draw: |cx| Box::pin(dealer::orders::list::page(cx)) },
    Page { path: "/my/orders/{id}", access: Access::Dealer, draw: |cx| Box::pin(dealer::orders::detail::page(cx)) },
    // --- office ------------------------------------------------------------------------------------
    Page { path: "/office", access: Access::Staff, draw: |cx| Box::pin(office::home::page(cx)) },
    Page { path: "/office/orders", access: Access::Staff, draw: |cx| Box::pin(office::orders::list::page(cx)) },
    Page { path: "/office/orders/{id}", access: Access::Staff, draw: |cx| Box::pin(office::orders::detail::page(cx)) },
    Page { path: "/office/receivables", access: READERS, draw: |cx| Box::pin(office::receivables::list::page(cx)) },
    Page {
        path: "/office/receivables/{id}",
        access: READERS,
        draw: |cx| Box::pin(office::receivables::detail::page(cx)),
    },
    Page { path: "/office/dead-letters", access: OPERATORS, draw: |cx| Box::pin(office::dead_letters::page(cx)) },
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
