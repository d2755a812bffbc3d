//! A Dutch lot (降价拍): what each step costs and when it begins, and the button that takes the lot at the current one.

use auction::{HallLot, LotDetail};
use bidding::{DutchSteps, LotStatus, StepClock};
use kernel::{Fen, UnixMs};
use leptos::prelude::*;

use super::{ended, final_price, told};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::Notice;
use crate::ui::*;

/// So many steps after the current one are listed; the last one always is.
const STEPS_AHEAD: u32 = 8;
/// The page waits no longer than this for the next step: an auctioneer may have paused the lot meanwhile.
const REFRESH_MAX_S: i64 = 60;

/// The price now, the button, and the table of steps.
pub(super) fn view(
    cx: &PageContext,
    detail: &LotDetail,
    steps: DutchSteps,
    notice: Option<&Notice>,
) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let now = detail.server_time;
    let current = lot.step(now).filter(|_| lot.lot.status != LotStatus::Closed);
    let paused = (lot.lot.status == LotStatus::Paused)
        .then(|| view! { <Banner tone=Tone::Warn>{t(lang, "format.dutch.paused")}</Banner> });
    let price = current.map(|(_, price)| view! { <p class="take__price"><Money fen=price wan=true/></p> });
    let next = current.and_then(|(step, _)| next_line(cx, lot, steps, step));
    let price = current.map(|_| view! { <div>{price} {next}</div> });
    let table = (lot.lot.status != LotStatus::Closed).then(|| table(cx, lot, steps, now));
    let button = current.and_then(|(step, price)| button(cx, detail, step, price));
    let (told, ended) = (told(cx, lot, notice, "format.dutch.accepted"), ended(cx, lot));
    let bought = final_price(cx, lot).map(|fact| view! { <Facts facts=vec![fact]/> });
    let note = (lot.lot.status != LotStatus::Closed)
        .then(|| view! { <p class="lot-note">{t(lang, "format.dutch.note")}</p> });
    view! {
        <section id="bid">
            <Panel title=t(lang, "format.dutch.title")>
                <div class="stack">
                    {told}
                    {ended}
                    {bought}
                    {paused}
                    {price}
                    {button}
                </div>
                {note}
            </Panel>
            {table}
        </section>
    }
    .into_any()
}

/// After so many seconds the page is out of date: the next step begins, or the lot opens.
pub(super) fn next_change(detail: &LotDetail) -> Option<u32> {
    let steps = detail.lot.format().dutch()?;
    let (lot, now) = (&detail.lot, detail.server_time);
    let at = match (lot.lot.status, lot.step_clock()) {
        (LotStatus::Closed, _) => return None,
        (LotStatus::Open, Some(StepClock::From(_))) => {
            let (step, _) = lot.step(now)?;
            if step == steps.last(lot.start_fen) { lot.lot.end_at } else { begins(lot, steps, step + 1)? }
        }
        (LotStatus::Scheduled, _) => lot.opens_at,
        _ => now.plus_ms(REFRESH_MAX_S * 1_000),
    };
    // a moment after the change, so that the server agrees that it is over
    let seconds = (at.since(now) / 1_000 + 1).clamp(1, REFRESH_MAX_S);
    u32::try_from(seconds).ok()
}

/// When a step begins; not known before the opening (then by the plan) and while paused.
fn begins(lot: &HallLot, steps: DutchSteps, step: u32) -> Option<UnixMs> {
    let from = match lot.step_clock() {
        Some(StepClock::From(from)) => from,
        Some(StepClock::Held(_)) => return None,
        None => lot.opens_at,
    };
    Some(from.plus_ms(steps.step_ms.saturating_mul(i64::from(step))))
}

fn next_line(cx: &PageContext, lot: &HallLot, steps: DutchSteps, step: u32) -> Option<AnyView> {
    let lang = cx.lang;
    if step == steps.last(lot.start_fen) {
        return Some(view! { <p class="take__next">{t(lang, "format.dutch.floor")}</p> }.into_any());
    }
    let next = steps.price(lot.start_fen, step + 1);
    let at = begins(lot, steps, step + 1)?;
    let clock = time::exact(at, cx.zone);
    let words = t_with(lang, "format.dutch.next", &[("price", &next.yuan()), ("time", clock_of(&clock))]);
    Some(view! { <p class="take__next">{words}</p> }.into_any())
}

/// `16:30:05` of `2026-11-22 16:30:05`.
fn clock_of(exact: &str) -> &str {
    exact.split_once(' ').map_or(exact, |(_, clock)| clock)
}

fn button(cx: &PageContext, detail: &LotDetail, step: u32, price: Fen) -> Option<AnyView> {
    let lang = cx.lang;
    let lot = &detail.lot;
    let takes = lot.lot.status == LotStatus::Open && detail.server_time < lot.lot.end_at;
    let action = format!("/auctions/lots/{}/accept", lot.id);
    let price_words = price.yuan();
    let values = [("price", price_words.as_str()), ("title", lot.title.as_str())];
    let report = lot.report_hash.clone();
    let fields = vec![("step", step.to_string()), ("price_fen", price.0.to_string()), ("report", report)];
    takes.then(|| {
        view! {
            <ConfirmButton action kind=ButtonKind::Primary first=ButtonKind::Primary
                label=t_with(lang, "format.dutch.button", &[("price", &price_words)])
                question=t_with(lang, "format.dutch.question", &values)
                confirm=t(lang, "format.dutch.confirm")
                fields/>
        }
        .into_any()
    })
}

fn table(cx: &PageContext, lot: &HallLot, steps: DutchSteps, now: UnixMs) -> AnyView {
    let lang = cx.lang;
    let last = steps.last(lot.start_fen);
    let current = lot.step(now).map(|(step, _)| step);
    let first = current.unwrap_or(0);
    let to = first.saturating_add(STEPS_AHEAD);
    // the floor always; where more than one step is left out before it, a line says so
    let is_cut = last > to.saturating_add(2);
    let shown = if is_cut { first..=to } else { first..=last };
    let gap = is_cut.then(|| view! { <tr><td class="num">"⋮"</td><td colspan="3"></td></tr> });
    let row = |step: u32| {
        let price = steps.price(lot.start_fen, step);
        let at = begins(lot, steps, step).map(|at| clock_of(&time::exact(at, cx.zone)).to_owned());
        let state = (current == Some(step))
            .then(|| view! { <Badge tone=Tone::Active>{t(lang, "format.dutch.current")}</Badge> });
        view! {
            <tr aria-current=(current == Some(step)).then_some("step")>
                <td class="num">{step + 1}</td>
                <td class="num"><Money fen=price wan=true/></td>
                <td class="num">{at.unwrap_or_else(|| "—".to_owned())}</td>
                <td>{state}</td>
            </tr>
        }
    };
    let columns = vec![
        Column::number(t(lang, "format.dutch.step")),
        Column::number(t(lang, "format.dutch.price")),
        Column::number(t(lang, "format.dutch.from")),
        Column::new(t(lang, "sale.state")),
    ];
    let rows = shown.map(row).collect_view();
    let floor = is_cut.then(|| row(last));
    view! {
        <Panel title=t(lang, "format.dutch.steps") flush=true>
            <Table columns caption=t(lang, "format.dutch.steps")>{rows} {gap} {floor}</Table>
        </Panel>
    }
    .into_any()
}
