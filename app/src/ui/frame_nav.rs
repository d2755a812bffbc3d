//! What navigation shows: pages that exist and that this person may see, and nothing else.

use leptos::prelude::*;

use crate::context::{PageContext, page};
use crate::i18n::t;
use crate::routes::is_open_to;

use super::icon::{Icon, IconView};

/// One place to go.
struct Place {
    path: &'static str,
    /// The key of its name.
    name: &'static str,
    icon: Icon,
    shown: Shown,
}

/// Where a place is shown to who may go there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    /// Only where there is room: elsewhere a page that always has a place leads to it.
    Wide,
    /// The same, and only to companies that sell.
    WideToSellers,
}

const fn place(path: &'static str, name: &'static str, icon: Icon) -> Place {
    Place { path, name, icon, shown: Shown::Always }
}

const fn wide(path: &'static str, name: &'static str, icon: Icon) -> Place {
    Place { path, name, icon, shown: Shown::Wide }
}

/// The dealers' places; at most five fit under a thumb. To the calendar leads the hall, to negotiations and
/// to what one sells one's company.
const DEALER: &[Place] = &[
    place("/auctions", "nav.hall", Icon::Gavel),
    wide("/auctions/calendar", "calendar.title", Icon::Calendar),
    place("/my/board", "nav.board", Icon::Monitor),
    place("/my/bids", "nav.my_bids", Icon::Hand),
    wide("/my/negotiations", "nav.negotiations", Icon::Handshake),
    place("/my/orders", "nav.my_orders", Icon::Receipt),
    Place { path: "/my/selling", name: "nav.selling", icon: Icon::Car, shown: Shown::WideToSellers },
    place("/my", "nav.my", Icon::Building),
];

/// The staff's places, in groups: a key for the group's name, empty for none.
const OFFICE: &[(&str, &[Place])] = &[
    ("", &[place("/office", "nav.today", Icon::Dashboard)]),
    (
        "nav.group_trade",
        &[
            place("/office/vehicles", "nav.vehicles", Icon::Car),
            place("/office/sales", "nav.sales", Icon::Gavel),
            place("/office/lots", "sale.lots_title", Icon::Tag),
            place("/office/negotiations", "nav.negotiations", Icon::Handshake),
            place("/office/sellers", "nav.sellers", Icon::Building),
            place("/auctions", "nav.hall", Icon::Eye),
        ],
    ),
    (
        "nav.group_settlement",
        &[
            place("/office/orders", "nav.orders", Icon::Receipt),
            place("/office/receivables", "nav.receivables", Icon::Coins),
            place("/office/deposits", "nav.deposits", Icon::Wallet),
        ],
    ),
    (
        "nav.group_people",
        &[
            place("/office/dealers", "nav.dealers", Icon::Building),
            place("/office/users", "nav.users", Icon::Users),
        ],
    ),
    (
        "nav.group_system",
        &[
            place("/office/business-days", "business_days.title", Icon::Calendar),
            place("/office/dead-letters", "nav.dead_letters", Icon::Inbox),
        ],
    ),
];

/// The dealers' navigation: in the head, and on a phone under the thumb.
#[component]
pub(super) fn DealerNav() -> impl IntoView {
    let cx = page();
    let current = Current {
        wide: current_of(&cx, DEALER.iter()),
        narrow: current_of(&cx, DEALER.iter().filter(|place| place.shown == Shown::Always)),
    };
    let links =
        open_places(&cx, DEALER).map(|place| link(&cx, place, "dealer-nav__link", current)).collect_view();
    view! { <nav class="dealer-nav" aria-label=t(cx.lang, "nav.main")>{links}</nav> }
}

/// The staff's navigation: groups one below the other.
#[component]
pub(super) fn OfficeNav() -> impl IntoView {
    let cx = page();
    let here = current_of(&cx, OFFICE.iter().flat_map(|(_, places)| places.iter()));
    let current = Current { wide: here, narrow: here };
    let group = |(name, places): &(&'static str, &'static [Place])| {
        let links: Vec<_> =
            open_places(&cx, places).map(|place| link(&cx, place, "side-nav__link", current)).collect();
        let title = (!name.is_empty()).then(|| view! { <p class="side-nav__group">{t(cx.lang, name)}</p> });
        (!links.is_empty()).then(|| view! { <div>{title}{links}</div> })
    };
    view! { <nav class="side-nav" aria-label=t(cx.lang, "nav.main")>{OFFICE.iter().map(group).collect_view()}</nav> }
}

fn open_places<'a>(
    cx: &'a PageContext,
    places: &'static [Place],
) -> impl Iterator<Item = &'static Place> + 'a {
    let sells = || cx.principal.as_ref().is_some_and(|who| cx.services.auction.is_seller(who));
    places
        .iter()
        .filter(|place| is_open_to(place.path, cx.principal.as_ref()))
        .filter(move |place| place.shown != Shown::WideToSellers || sells())
}

/// The place this page belongs to, by its path.
#[derive(Clone, Copy)]
struct Current {
    wide: &'static str,
    /// Where there is no room for that one: the place that leads to it.
    narrow: &'static str,
}

impl Current {
    /// What the place's link is to the page: the page itself, or what stands for it where there is no room.
    fn word(self, place: &Place) -> Option<&'static str> {
        if place.path == self.wide { Some("page") } else { (place.path == self.narrow).then_some("true") }
    }
}

/// The place this page belongs to: the one with the longest path that leads here.
fn current_of(cx: &PageContext, places: impl Iterator<Item = &'static Place>) -> &'static str {
    let here = cx.path.as_str();
    let leads_here =
        |path: &str| here == path || here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    let leading = places.map(|place| place.path).filter(|path| leads_here(path));
    leading.max_by_key(|path| path.len()).unwrap_or_default()
}

fn link(cx: &PageContext, place: &'static Place, class: &'static str, current: Current) -> AnyView {
    view! {
        <a class=class data-wide=(place.shown != Shown::Always).then_some("") href=place.path aria-current=current.word(place)>
            <IconView icon=place.icon/>
            <span>{t(cx.lang, place.name)}</span>
        </a>
    }
    .into_any()
}
