//! How a lot is bid on, at its side: the live panel where the price rises, plain forms in the other formats.

mod dutch;
mod sealed;

use auction::{HallLot, LotDetail};
use bidding::{Format, LotStatus};
use kernel::{Fen, Problem, ProblemKind};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::Notice;
use crate::live::room::Question;
use crate::live::words::{KEYS, loss_text};
use crate::ui::*;

/// What stands at the side, drawn without a script; `None` where the live panel does it all.
pub(super) fn instead_of_panel(
    cx: &PageContext,
    detail: &LotDetail,
    notice: Option<&Notice>,
) -> Option<AnyView> {
    match detail.lot.format() {
        Format::SealedFirst | Format::SealedSecond => Some(sealed::view(cx, detail, notice)),
        Format::Dutch(steps) => Some(dutch::view(cx, detail, steps, notice)),
        Format::Timed | Format::Flash | Format::Lane(_) => None,
    }
}

/// What stands below the live panel: the buy-now button while it is offered, and the way to the lane from elsewhere.
pub(super) fn below_panel(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let (lang, lot) = (cx.lang, &detail.lot);
    let leads_there = matches!(lot.format(), Format::Lane(_)) && !cx.path.starts_with("/auctions/lanes/");
    let lane = leads_there.then(|| {
        let href = format!("/auctions/lanes/{}", lot.sale_id);
        view! { <LinkButton href icon=Icon::Gavel>{t(lang, "format.lane.to_lane")}</LinkButton> }
    });
    view! { {buy_now(cx, detail)} {lane} }.into_any()
}

fn buy_now(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let (lang, lot) = (cx.lang, &detail.lot);
    let price = lot.buy_now()?;
    // the panel shows and hides it while the page is open
    let waits = lot.lot.status != LotStatus::Open || detail.server_time >= lot.lot.end_at;
    let action = format!("/auctions/lots/{}/buy-now", lot.id);
    let words = price.yuan();
    let fields = vec![("price_fen", price.0.to_string()), ("report", lot.report_hash.clone())];
    let question =
        t_with(lang, "format.buy_now.question", &[("price", words.as_str()), ("title", lot.title.as_str())]);
    Some(
        view! {
            <div id="buy-now" data-price=price.0.to_string() hidden=waits>
            <Panel title=t(lang, "format.buy_now.title")>
                <div class="stack">
                    <p class="take__price"><Money fen=price wan=true/></p>
                    <ConfirmButton action kind=ButtonKind::Primary
                        label=t_with(lang, "format.buy_now.button", &[("price", &words)])
                        question=question
                        confirm=t(lang, "format.buy_now.confirm")
                        fields/>
                </div>
                <p class="lot-note">{t(lang, "format.buy_now.note")}</p>
            </Panel>
            </div>
        }
        .into_any(),
    )
}

/// After so many seconds the page is drawn again: when the next step of a falling price begins. Rising prices have a
/// live panel, and a sealed lot shows nothing that changes.
pub(super) fn refresh_after(detail: &LotDetail) -> Option<u32> {
    dutch::next_change(detail)
}

/// What came of the last form.
fn told(cx: &PageContext, lot: &HallLot, notice: Option<&Notice>, accepted: &'static str) -> Option<AnyView> {
    let lang = cx.lang;
    match notice? {
        Notice::Accepted { max_fen, .. } => {
            let text = t_with(lang, accepted, &[("price", &max_fen.yuan())]);
            Some(view! { <Banner tone=Tone::Good>{text}</Banner> }.into_any())
        }
        Notice::Refused { code, data } => {
            let problem = Problem::new(ProblemKind::Conflict, code).with(data.clone());
            Some(view! { <ProblemBanner problem/> }.into_any())
        }
        Notice::Confirm { max_fen, asked } => Some(confirm(cx, lot, *max_fen, asked)),
        _ => None,
    }
}

/// An unusually high amount is sent again, with what confirms it.
fn confirm(cx: &PageContext, lot: &HallLot, max_fen: Fen, asked: &Question) -> AnyView {
    let lang = cx.lang;
    let action = format!("/auctions/lots/{}/bids", lot.id);
    let (key, token, report) = (asked.key.to_string(), asked.token.clone(), lot.report_hash.clone());
    view! {
        <Banner tone=Tone::Warn>
            {t_with(lang, "format.sealed.confirm_text", &[("price", &max_fen.yuan())])}
            <form method="post" action=action class="inline-form">
                <input type="hidden" name="key" value=key/>
                <input type="hidden" name="quick_fen" value=max_fen.0.to_string()/>
                <input type="hidden" name="confirmation" value=token/>
                <input type="hidden" name="report" value=report/>
                <Button kind=ButtonKind::Danger>{t(lang, "format.sealed.confirm_yes")}</Button>
            </form>
        </Banner>
    }
    .into_any()
}

/// How the lot ended for who looks; `None` while it is not closed.
fn ended(cx: &PageContext, lot: &HallLot) -> Option<AnyView> {
    let lang = cx.lang;
    let outcome = lot.lot.outcome?;
    let (tone, key) = match (outcome, lot.mine.leading) {
        (bidding::Outcome::Sold, true) => (Tone::Good, "format.ended.won"),
        (bidding::Outcome::Sold, false) => (Tone::Neutral, "format.ended.sold"),
        (bidding::Outcome::Provisional, true) => (Tone::Warn, "format.ended.yours_to_negotiate"),
        (bidding::Outcome::Provisional, false) => (Tone::Neutral, "format.ended.negotiated"),
        (bidding::Outcome::Unsold, _) => (Tone::Neutral, "format.ended.unsold"),
        // why stands above
        (bidding::Outcome::Withdrawn, _) => (Tone::Neutral, "format.ended.withdrawn"),
    };
    let is_bought = (outcome, lot.mine.leading) == (bidding::Outcome::Sold, true);
    let order =
        is_bought.then(|| view! { " " <a href="/my/orders">{t(lang, "auction.live.go_to_orders")}</a> });
    let why = loss_text(&lot.lot, &lot.mine, |word| t(lang, KEYS[word as usize]).into_owned());
    Some(view! { <Banner tone>{t(lang, key)} " " {why} {order}</Banner> }.into_any())
}

/// What the car went for, or the highest that was offered.
fn final_price(cx: &PageContext, lot: &HallLot) -> Option<Fact> {
    let (outcome, price) = (lot.lot.outcome?, lot.lot.price_fen?);
    let key = match outcome {
        bidding::Outcome::Sold => "format.ended.price",
        _ => "format.ended.highest",
    };
    Some(Fact::new(t(cx.lang, key), view! { <Money fen=price wan=true/> }))
}

/// The format's name, for heads and cards.
pub(in crate::dealer) fn format_word(cx: &PageContext, format: Format) -> String {
    t(cx.lang, &format!("format.{}", format.as_str())).into_owned()
}
