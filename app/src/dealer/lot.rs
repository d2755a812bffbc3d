//! `/auctions/lots/{id}`: a lot. To the left what it is, to the right, always in view, what it costs and how to bid.

pub(super) mod car;
pub(crate) mod first_look;
pub(super) mod incidents;
pub(in crate::dealer) mod landed;
mod notice;
mod pre_bid;
mod report;
mod report_news;
pub(crate) mod rules;
pub(in crate::dealer) mod side;
mod sister;
mod voided;

use std::sync::Arc;

use auction::LotDetail;
use bidding::{Format, Outcome};
use fees::Landing;
use futures_util::future::join5;
use kernel::{LotId, Problem};
use leptos::prelude::*;
use platform_db::{CommandError, new_id};
use vehicle::OfferedCar;

use crate::context::{PageContext, page as current};
use crate::i18n::t;
use crate::live::panel::BidPanel;
use crate::live::props::{PanelProps, around};
use crate::live::words::Words;
use crate::live::{Notice, Start};
use crate::negotiation::{load_of_lot, of_lot};
use crate::page::{PageResult, PageView};
use crate::ui::*;

use super::deposit;
use super::words::{lot_words, withdrawal_banner};

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let (detail, body) = draw(&cx, cx.id("id")?, |_| None).await?;
    Ok(PageView::dealer(detail.lot.title, body))
}

/// A lot, and the content of its page. `first` stands above what the page says of the car; it is drawn when all is loaded.
pub(in crate::dealer) async fn draw(
    cx: &PageContext,
    lot_id: LotId,
    first: impl FnOnce(&PageContext) -> Option<AnyView>,
) -> Result<(LotDetail, AnyView), Problem> {
    let detail = cx.services.auction.lot(cx.who()?, lot_id).await.map_err(CommandError::into_problem)?;
    let notice = notice::of(cx, lot_id).await?;
    let (vehicle_id, hash) = (detail.lot.vehicle_id, &detail.lot.report_hash);
    // side by side: none needs what another finds
    let car = cx.services.vehicle.offered_car(cx.who()?, vehicle_id, hash);
    let incidents = cx.services.auction.incidents(lot_id);
    let asked = join5(
        car,
        landed::load(cx, &detail.lot),
        load_of_lot(cx, &detail.lot),
        incidents,
        report_news::load(cx, &detail),
    );
    let (car, costs, negotiation, incidents, before) = asked.await;
    let withdrawal = match detail.lot.lot.outcome {
        Some(Outcome::Withdrawn) => {
            cx.services.auction.withdrawal(lot_id).await.map_err(CommandError::into_problem)?
        }
        _ => None,
    };
    let (car, costs, negotiation, before) =
        (car.map_err(CommandError::into_problem)?, costs?, negotiation?, before?);
    let incidents = incidents.map_err(CommandError::into_problem)?;
    // no view before this line: views stay on the thread that makes them, and each await may change it
    let negotiation = of_lot(cx, &detail.lot, negotiation)?;
    let power = power(cx, &detail)?;
    let news = report_news::view(cx, &detail, before.as_ref(), car.as_ref());
    let top_up = top_up(cx, &detail);
    let lang = cx.lang;
    let in_gap = detail
        .lot
        .in_gap()
        .then(|| view! { <Banner tone=Tone::Neutral>{t(lang, "auction.lot.in_gap")}</Banner> });
    let sister = sister::view(cx, &detail);
    let taken = first_look::taken(cx, &detail);
    let words = lot_words(cx, &detail, withdrawal.as_ref());
    let withdrawal = withdrawal.map(|found| withdrawal_banner(cx, &found));
    let voided = voided::view(cx, detail.voided.clone());
    let rules = rules::folded(cx, &detail, costs.as_ref().map(landed::Costs::schedule));
    // who may neither bid nor take it at a first look has nothing to work out
    let costs = costs.filter(|_| detail.kin.is_none() || detail.first_offer.is_some());
    let landing = costs.as_ref().and_then(landed::Costs::landing);
    let landed = costs.map(|costs| landed::view(cx, &detail, &costs));
    let more = view! { {first(cx)} {landed} {incidents::panel(cx.lang, incidents)} }.into_any();
    let negotiate = negotiation.is_none().then(|| negotiate(cx, &detail)).flatten();
    let lot = view(cx, (detail.clone(), words), car, (notice, landing), (power, more, rules, negotiate));
    Ok((
        detail,
        view! { {withdrawal} {in_gap} {sister} {taken} {top_up} {negotiation} {voided} {news} {lot} }
            .into_any(),
    ))
}

/// Who leads again and lacks the deposit is told what to do; others see that the lot stands still.
fn top_up(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let (dealer_id, until) = detail.lot.waits_for_deposit()?;
    let is_mine = cx.principal.as_ref()?.dealer().is_some_and(|seat| seat.dealer_id == dealer_id);
    let lang = cx.lang;
    is_mine.then(|| {
        view! {
            <Banner tone=Tone::Bad>
                {t(lang, "auction.lot.top_up")} " " <Time at=until form=TimeForm::Exact/> " "
                <a href="/my/deposit">{t(lang, "auction.lot.top_up_link")}</a>
            </Banner>
        }
        .into_any()
    })
}

/// The way to the answer that the highest bidder below the reserve gives. It is there from the beginning: the island shows it with
/// the close, and a page that is loaded between the close and the beginning of the negotiation has it at once.
fn negotiate(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let may_bid = cx.principal.as_ref()?.dealer().is_some() && detail.kin.is_none();
    let lot = &detail.lot;
    let is_his = lot.lot.outcome == Some(Outcome::Provisional) && lot.mine.leading;
    let lang = cx.lang;
    may_bid.then(|| {
        view! {
            <p class="lot__after" id="negotiate" hidden=!is_his>
                {t(lang, "negotiation.lot.mine")} " " <a href="/my/negotiations">{t(lang, "negotiation.lot.open")}</a>
            </p>
        }
        .into_any()
    })
}

/// What this dealer can bid with, on a lot whose bids hold a deposit and that is not over.
fn power(cx: &PageContext, detail: &LotDetail) -> Result<Option<AnyView>, Problem> {
    let bids = detail.kin.is_none() || detail.first_offer.is_some();
    if !bids || detail.terms.deposit_bp == 0 || detail.lot.lot.outcome.is_some() {
        return Ok(None);
    }
    let free = cx.services.auction.free_power(cx.who()?)?;
    Ok(deposit::line(cx, free, &detail.terms))
}

fn view(
    cx: &PageContext,
    (detail, words): (LotDetail, Words),
    car: Option<OfferedCar>,
    (notice, landing): (Option<Notice>, Option<Landing>),
    (power, more, rules, negotiate): (Option<AnyView>, AnyView, AnyView, Option<AnyView>),
) -> AnyView {
    let lang = cx.lang;
    let replay = format!("/auctions/lots/{}/replay", detail.lot.id);
    let no_replay = !detail.lot.has_replay();
    let window_ms = detail.terms.window_ms;
    let gallery = car::gallery(cx, &detail.lot);
    let about = car::view(cx, &detail, car, rules);
    let about = view! { {more} {about} }.into_any();
    let head = car::head(cx, &detail);
    let below = side::below_panel(cx, &detail);
    let typed = notice::typed(cx, notice.as_ref());
    let first_look = first_look::view(cx, &detail);
    let pre_bid = pre_bid::view(cx, &detail, typed.clone());
    let report = detail.lot.report_hash.clone();
    let (span_ms, sealed) = (side::span_ms(&detail.lot), detail.terms.format.is_sealed());
    let (falling, tick_fen) = (side::falling(&detail.lot), detail.lot.tick_fen());
    let buy_now = detail.lot.buy_now().zip(detail.lot.buy_now_end());
    let barred = detail.kin.is_some();
    let start = Start {
        lot_id: detail.lot.id,
        lot: detail.lot.lot,
        mine: detail.lot.mine,
        history: detail.history,
        opens_at: detail.lot.opens_at,
        server_time: detail.server_time,
        notice,
    };
    let key = new_id();
    let given = PanelProps {
        start,
        words,
        key,
        report,
        window_ms,
        span_ms,
        sealed,
        barred,
        falling,
        buy_now,
        tick_fen,
        landing,
        typed,
    };
    let panel = around(given, || view! { <BidPanel/> }.into_any());
    let noscript =
        view! { <noscript><Banner tone=Tone::Warn>{t(lang, "auction.lot.noscript")}</Banner></noscript> };
    // there is nothing to be seen again before it is settled; the panel shows the way then, but where it cannot know whether
    // the log is published
    let shown_later = (detail.terms.format != Format::SealedSecond).then_some("replay");
    let after = view! {
        <p class="lot__after" id=shown_later hidden=no_replay><a href=replay>{t(lang, "replay.link")}</a> " " {t(lang, "replay.link_note")}</p>
    };
    let side = view! { {panel} {negotiate} {first_look} {pre_bid} {below} {power} {after} }.into_any();
    page_of(view! { {head} {noscript} }.into_any(), gallery, side, about)
}

fn page_of(head: AnyView, gallery: AnyView, side: AnyView, about: AnyView) -> AnyView {
    // a dozen photos lie between the head and the bid
    view! {
        <a class="skip-link" href="#bid">{t(current().lang, "auction.lot.skip_to_bid")}</a>
        {head}
        <div class="lot">
            {gallery}
            <aside class="lot__side" >{side}</aside>
            <div class="lot__main">{about}</div>
        </div>
    }
    .into_any()
}
