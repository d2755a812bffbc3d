//! The only list of pages. The server registers exactly these, and the authorisation test walks them.

use finance::READERS;
use kernel::{Access, Principal, Role};
use platform_bus::dead::OPERATORS;

use crate::page::Page;
use crate::{company, dealer, office, search, settings, sign_in};

/// Who makes and runs sales.
const AUCTIONEERS: Access = Access::Roles(&[Role::Auctioneer]);
/// Who speaks for sellers.
const SPEAKERS: Access = Access::Roles(&[Role::Auctioneer, Role::Sales]);
/// Who keeps dealers and their users.
const SALES: Access = Access::Roles(&[Role::Sales]);
/// Who registers colleagues.
const ADMINS: Access = Access::Roles(&[Role::Admin]);

/// Who takes cars in.
const INSPECTORS: Access = Access::Roles(&[Role::Inspector]);
/// Who brings cars in from files.
const IMPORTERS: Access = Access::Roles(&[Role::Inspector, Role::Pricing]);

/// Every page. A path stands here once; a form posts to the path of its page.
pub static PAGES: &[Page] = &[
    // --- everybody ---------------------------------------------------------------------------------
    Page { path: "/sign-in", access: Access::Public, draw: |cx| Box::pin(sign_in::page(cx)) },
    Page { path: search::PATH, access: Access::SignedIn, draw: |cx| Box::pin(search::page(cx)) },
    Page { path: "/settings", access: Access::SignedIn, draw: |cx| Box::pin(settings::page(cx)) },
    Page {
        path: "/auctions/lots/{id}/replay",
        access: Access::SignedIn,
        draw: |cx| Box::pin(dealer::replay::page(cx)),
    },
    Page { path: "/proof", access: Access::Public, draw: |cx| Box::pin(dealer::proof::page(cx)) },
    Page {
        path: "/proof/checkpoints",
        access: Access::Public,
        draw: |cx| Box::pin(dealer::checkpoints::page(cx)),
    },
    Page {
        path: "/mail/unsubscribe",
        access: Access::Public,
        draw: |cx| Box::pin(dealer::unsubscribe::page(cx)),
    },
    // --- dealers -----------------------------------------------------------------------------------
    Page { path: "/auctions", access: Access::Dealer, draw: |cx| Box::pin(dealer::hall::page(cx)) },
    Page {
        path: "/auctions/calendar",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::calendar::page(cx)),
    },
    Page {
        path: "/auctions/lanes/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::lane::page(cx)),
    },
    Page { path: "/auctions/lots/{id}", access: Access::Dealer, draw: |cx| Box::pin(dealer::lot::page(cx)) },
    Page { path: "/my/bids", access: Access::Dealer, draw: |cx| Box::pin(dealer::my_bids::page(cx)) },
    Page { path: "/my/bids/{id}", access: Access::Dealer, draw: |cx| Box::pin(dealer::receipt::page(cx)) },
    Page { path: "/my/board", access: Access::Dealer, draw: |cx| Box::pin(dealer::board::page(cx)) },
    Page { path: "/my/alerts", access: Access::Dealer, draw: |cx| Box::pin(dealer::alerts::page(cx)) },
    Page { path: "/my/practice", access: Access::Dealer, draw: |cx| Box::pin(dealer::practice::page(cx)) },
    Page {
        path: "/my/practice/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::practice::run::page(cx)),
    },
    Page { path: "/my/searches", access: Access::Dealer, draw: |cx| Box::pin(dealer::searches::page(cx)) },
    Page {
        path: "/my/negotiations",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::negotiations::list::page(cx)),
    },
    Page {
        path: "/my/negotiations/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::negotiations::detail::page(cx)),
    },
    Page {
        path: "/my/selling",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::selling::list::page(cx)),
    },
    Page {
        path: "/my/selling/lots/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::selling::lot::page(cx)),
    },
    Page {
        path: "/my/selling/negotiations/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::selling::negotiation::page(cx)),
    },
    Page { path: "/my", access: Access::Dealer, draw: |cx| Box::pin(dealer::home::page(cx)) },
    Page { path: "/my/orders", access: Access::Dealer, draw: |cx| Box::pin(dealer::orders::list::page(cx)) },
    Page {
        path: "/my/orders/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(dealer::orders::detail::page(cx)),
    },
    Page { path: "/my/deposit", access: Access::Dealer, draw: |cx| Box::pin(dealer::deposit::page(cx)) },
    Page { path: "/my/group", access: Access::Dealer, draw: |cx| Box::pin(dealer::group::page(cx)) },
    Page { path: "/my/company", access: Access::Dealer, draw: |cx| Box::pin(company::home::page(cx)) },
    Page {
        path: "/my/company/users/{id}",
        access: Access::Dealer,
        draw: |cx| Box::pin(company::user::page(cx)),
    },
    // --- office ------------------------------------------------------------------------------------
    Page { path: "/office", access: Access::Staff, draw: |cx| Box::pin(office::home::page(cx)) },
    Page { path: "/office/alerts", access: SPEAKERS, draw: |cx| Box::pin(office::alerts::page(cx)) },
    Page {
        path: "/office/vehicles",
        access: Access::Staff,
        draw: |cx| Box::pin(office::vehicles::list::page(cx)),
    },
    Page {
        path: "/office/vehicles/new",
        access: INSPECTORS,
        draw: |cx| Box::pin(office::vehicles::new::page(cx)),
    },
    Page {
        path: "/office/vehicles/import",
        access: IMPORTERS,
        draw: |cx| Box::pin(office::vehicles::import::list::page(cx)),
    },
    Page {
        path: "/office/vehicles/import/{id}",
        access: IMPORTERS,
        draw: |cx| Box::pin(office::vehicles::import::job::page(cx)),
    },
    Page {
        path: "/office/vehicles/{id}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::vehicles::detail::page(cx)),
    },
    Page { path: "/office/sales", access: Access::Staff, draw: |cx| Box::pin(office::sales::list::page(cx)) },
    Page {
        path: "/office/sales/new",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::new::page(cx)),
    },
    Page {
        path: "/office/sales/templates",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::templates::list(cx)),
    },
    Page {
        path: "/office/sales/templates/new",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::templates::new(cx)),
    },
    Page {
        path: "/office/sales/templates/{id}",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::templates::edit(cx)),
    },
    Page {
        path: "/office/sales/{id}/lane",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::lane::page(cx)),
    },
    Page {
        path: "/office/sales/{id}/change",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::change::page(cx)),
    },
    Page {
        path: "/office/sales/{id}/floor",
        access: AUCTIONEERS,
        draw: |cx| Box::pin(office::sales::floor::page(cx)),
    },
    Page {
        path: "/office/sales/{id}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::sales::detail::page(cx)),
    },
    Page { path: "/office/lots", access: Access::Staff, draw: |cx| Box::pin(office::lots::list::page(cx)) },
    Page {
        path: "/office/lots/{id}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::lots::detail::page(cx)),
    },
    Page { path: "/office/sellers", access: Access::Staff, draw: |cx| Box::pin(office::sellers::page(cx)) },
    Page {
        path: "/office/sellers/{name}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::seller::page(cx)),
    },
    Page {
        path: "/office/negotiations",
        access: Access::Staff,
        draw: |cx| Box::pin(office::negotiations::list::page(cx)),
    },
    Page {
        path: "/office/negotiations/{id}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::negotiations::detail::page(cx)),
    },
    Page {
        path: "/office/orders",
        access: Access::Staff,
        draw: |cx| Box::pin(office::orders::list::page(cx)),
    },
    Page {
        path: "/office/orders/{id}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::orders::detail::page(cx)),
    },
    Page {
        path: "/office/receivables",
        access: READERS,
        draw: |cx| Box::pin(office::receivables::list::page(cx)),
    },
    Page {
        path: "/office/receivables/{id}",
        access: READERS,
        draw: |cx| Box::pin(office::receivables::detail::page(cx)),
    },
    Page { path: "/office/deposits", access: READERS, draw: |cx| Box::pin(office::deposits::list::page(cx)) },
    Page {
        path: "/office/deposits/returns",
        access: READERS,
        draw: |cx| Box::pin(office::deposits::returns::page(cx)),
    },
    Page {
        path: "/office/deposits/{id}",
        access: READERS,
        draw: |cx| Box::pin(office::deposits::detail::page(cx)),
    },
    Page {
        path: "/office/dealers",
        access: Access::Staff,
        draw: |cx| Box::pin(office::dealers::list::page(cx)),
    },
    Page {
        path: "/office/dealers/new",
        access: SALES,
        draw: |cx| Box::pin(office::dealers::register::page(cx)),
    },
    Page {
        path: "/office/dealers/{id}",
        access: Access::Staff,
        draw: |cx| Box::pin(office::dealers::detail::page(cx)),
    },
    Page { path: "/office/users", access: SALES, draw: |cx| Box::pin(office::users::list::page(cx)) },
    Page {
        path: "/office/users/new",
        access: ADMINS,
        draw: |cx| Box::pin(office::users::register::page(cx)),
    },
    Page { path: "/office/users/{id}", access: SALES, draw: |cx| Box::pin(office::users::detail::page(cx)) },
    Page {
        path: "/office/business-days",
        access: ADMINS,
        draw: |cx| Box::pin(office::business_days::page(cx)),
    },
    Page {
        path: "/office/dead-letters",
        access: OPERATORS,
        draw: |cx| Box::pin(office::dead_letters::page(cx)),
    },
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
