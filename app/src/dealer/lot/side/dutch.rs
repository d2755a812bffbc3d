//! The timetable of a Dutch lot (降价拍): what each step costs and when it begins. The live panel keeps it up to date; without
//! a script the page is asked for anew when the next step begins.

use auction::LotDetail;
use bidding::LotStatus;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::live::clock::time_of_day;
use crate::live::falling::Falling;
use crate::live::panel::is_shown;
use crate::ui::*;

/// The page waits no longer than this for the next step: an auctioneer may have paused the lot meanwhile.
const REFRESH_MAX_S: i64 = 60;

/// The timetable, and what asks for the page anew.
pub(super) fn view(cx: &PageContext, detail: &LotDetail, falling: Falling) -> AnyView {
    let refresh = next_change(detail, falling).map(
        |seconds| view! { <noscript><meta http-equiv="refresh" content=seconds.to_string()/></noscript> },
    );
    view! { {refresh} {table(cx, detail, falling)} }.into_any()
}

/// After so many seconds the page is out of date: the next step begins, or the lot opens.
fn next_change(detail: &LotDetail, falling: Falling) -> Option<i64> {
    let (lot, now) = (&detail.lot.lot, detail.server_time);
    let next = falling.step(lot, now).and_then(|step| step.next).map(|(at, _)| at);
    let at = match lot.status {
        LotStatus::Closed => return None,
        LotStatus::Open => next.unwrap_or(lot.end_at),
        LotStatus::Scheduled => detail.lot.opens_at,
        LotStatus::Paused => now.plus_ms(REFRESH_MAX_S * 1_000),
    };
    // a moment after the change, so that the server agrees that it is over
    Some((at.since(now) / 1_000 + 1).clamp(1, REFRESH_MAX_S))
}

fn table(cx: &PageContext, detail: &LotDetail, falling: Falling) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot.lot;
    let current = falling.step(lot, detail.server_time).map(|step| step.no);
    let last = falling.last();
    let row = |no: u32| {
        let at = falling.begins(lot, no).map(|at| time_of_day(at, cx.zone.whole_seconds() / 60));
        let hidden = !is_shown(no, current.unwrap_or_default(), last);
        view! {
            <tr data-step=no.to_string() data-now=(current == Some(no)).then_some("") hidden=hidden>
                <td class="num">{no + 1}</td>
                <td class="num"><Money fen=falling.price(no) wan=true/></td>
                <td class="num" data-from="">{at.unwrap_or_else(|| "—".to_owned())}</td>
                <td><span class="step-now"><Badge tone=Tone::Active>{t(lang, "format.dutch.current")}</Badge></span></td>
            </tr>
        }
    };
    let columns = vec![
        Column::number(t(lang, "format.dutch.step")),
        Column::number(t(lang, "format.dutch.price")),
        Column::number(t(lang, "format.dutch.from")),
        Column::new(t(lang, "sale.state")),
    ];
    let rows = (0..=last).map(row).collect_view();
    view! {
        <div id="steps" hidden=lot.status == LotStatus::Closed>
            <Panel title=t(lang, "format.dutch.steps") flush=true>
                <Table columns caption=t(lang, "format.dutch.steps")>{rows}</Table>
            </Panel>
        </div>
    }
    .into_any()
}
