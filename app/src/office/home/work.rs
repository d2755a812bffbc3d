//! What waits for this person: one line a kind of work, and only where there is some.

use kernel::{Principal, Role, UnixMs};
use leptos::prelude::*;
use vehicle::Status;

use super::{Figures, LETTERS_MAX};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;
use auction::SaleLine;

/// A kind of work.
struct Work {
    /// The key of what is to be done.
    words: &'static str,
    /// Whose it is; administrators see all.
    roles: &'static [Role],
    count: i64,
    /// The key of the count's unit.
    unit: &'static str,
    /// Beside the count: the money it is about.
    money: Option<String>,
    href: String,
    tone: Tone,
}

/// The panel above the figures.
pub(super) fn panel(cx: &PageContext, who: &Principal, figures: &Figures) -> AnyView {
    let lang = cx.lang;
    let is_mine = |work: &Work| work.count > 0 && work.roles.iter().any(|role| who.has_role(*role));
    let row = |work: Work| {
        let more = if work.count >= LETTERS_MAX && work.unit == EVENTS { "+" } else { "" };
        let count = t_with(lang, work.unit, &[("n", &format!("{}{more}", grouped(work.count)))]);
        let value = view! { <Badge tone=work.tone>{count}</Badge> }.into_any();
        view! {
            <WorkRow href=work.href title=t(lang, work.words) value=value>
                {work.money}
            </WorkRow>
        }
    };
    let lanes: Vec<_> = lanes(who, figures, cx.now).map(|(sale, is_on)| lane(cx, sale, is_on)).collect();
    let rows: Vec<_> = all(figures).into_iter().filter(is_mine).map(row).collect();
    if lanes.is_empty() && rows.is_empty() {
        return view! {
            <Panel title=t(lang, "home.work")>
                <p class="work__none"><IconView icon=Icon::Check/> <strong>{t(lang, "home.work_none")}</strong> <span>{t(lang, "home.work_none_text")}</span></p>
            </Panel>
        }
        .into_any();
    }
    view! { <Panel title=t(lang, "home.work") flush=true><WorkList>{lanes}{rows}</WorkList></Panel> }
        .into_any()
}

/// The lanes that this person runs: those that are on, which cannot wait, and those that open soon. Those that are on first.
fn lanes<'a>(
    who: &Principal,
    figures: &'a Figures,
    now: UnixMs,
) -> impl Iterator<Item = (&'a SaleLine, bool)> {
    let runs_lanes = who.has_role(Role::Auctioneer);
    let of_lanes = figures.sales.iter().filter(move |sale| runs_lanes && sale.format == "lane");
    let left = |sale: &&SaleLine| sale.count.open + sale.count.scheduled > 0;
    let soon = |sale: &&SaleLine| sale.opens_at <= now.plus_ms(SOON_MS);
    let mut lanes: Vec<_> =
        of_lanes.filter(left).filter(soon).map(|sale| (sale, sale.opens_at <= now)).collect();
    lanes.sort_by_key(|(sale, _)| sale.opens_at);
    lanes.into_iter()
}

/// A line that leads to the lane's console.
fn lane(cx: &PageContext, sale: &SaleLine, is_on: bool) -> AnyView {
    let lang = cx.lang;
    let (words, tone) = match is_on {
        true => ("home.work.lane_on", Tone::Active),
        false => ("home.work.lane_soon", Tone::Warn),
    };
    let left = grouped(sale.count.open + sale.count.scheduled);
    let value =
        view! { <Badge tone>{t_with(lang, "home.work.lane_left", &[("n", &left)])}</Badge> }.into_any();
    let title = t_with(lang, words, &[("name", &sale.name)]);
    let opens = (!is_on).then(|| view! { {t(lang, "sale.opens_at")} " " <Time at=sale.opens_at/> });
    view! { <WorkRow href=format!("/office/sales/{}/lane", sale.id) title value>{opens}</WorkRow> }.into_any()
}

/// A lane that opens within so long is looked at already.
const SOON_MS: i64 = 60 * 60 * 1000;

const CARS: &str = "home.work.cars";
const PIECES: &str = "home.work.pieces";
const EVENTS: &str = "home.work.events";

/// The most urgent first.
fn all(figures: &Figures) -> Vec<Work> {
    let work = |words, roles, count, unit, href: &str, tone| Work {
        words,
        roles,
        count,
        unit,
        money: None,
        href: href.to_owned(),
        tone,
    };
    let cars = |status| figures.cars(status);
    let late = figures.overdue.as_ref();
    let unpaid = figures.unpaid.as_ref();
    vec![
        work(
            "home.work.letters",
            &[Role::Admin],
            figures.letters.unwrap_or(0),
            EVENTS,
            "/office/dead-letters",
            Tone::Bad,
        ),
        Work {
            money: late.map(|late| late.overdue_fen.yuan()),
            ..work(
                "home.work.overdue",
                &[Role::Finance],
                late.map_or(0, |late| late.count),
                PIECES,
                "/office/receivables?state=overdue",
                Tone::Bad,
            )
        },
        Work {
            money: figures.asked_back.map(|(_, money)| money.yuan()),
            ..work(
                "home.work.asked_back",
                &[Role::Finance],
                figures.asked_back.map_or(0, |(count, _)| count),
                PIECES,
                "/office/deposits/returns?state=ready",
                Tone::Warn,
            )
        },
        work(
            "home.work.negotiate",
            &[Role::Auctioneer, Role::Sales],
            figures.negotiated.0,
            CARS,
            "/office/negotiations?state=seller",
            Tone::Warn,
        ),
        work(
            "home.work.reserves",
            &[Role::Auctioneer, Role::Pricing],
            figures.reserves.0,
            CARS,
            &figures.reserves.1.map(|sale| format!("/office/sales/{sale}")).unwrap_or_default(),
            Tone::Warn,
        ),
        work(
            "home.work.inspect",
            &[Role::Inspector],
            cars(Status::Received),
            CARS,
            "/office/vehicles?status=received",
            Tone::Warn,
        ),
        work(
            "home.work.price",
            &[Role::Pricing],
            cars(Status::Inspected),
            CARS,
            "/office/vehicles?status=inspected",
            Tone::Warn,
        ),
        work(
            "home.work.offer",
            &[Role::Auctioneer],
            cars(Status::Priced),
            CARS,
            "/office/sales/new",
            Tone::Active,
        ),
        Work {
            money: figures.owed.map(|owed| owed.yuan()),
            ..work(
                "home.work.unpaid",
                &[Role::Sales, Role::Service, Role::Finance],
                unpaid.map_or(0, |unpaid| unpaid.count),
                PIECES,
                "/office/orders?payment=open",
                Tone::Active,
            )
        },
    ]
}
