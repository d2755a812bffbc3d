//! What stands at a lot's side beside the live panel.

mod dutch;

use auction::{HallLot, LotDetail};
use bidding::Format;
use kernel::Fen;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::live::falling::Falling;
use crate::ui::*;

/// What stands below the live panel: the timetable of a price that falls, and the way to the lane from elsewhere.
pub(super) fn below_panel(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let (lang, lot) = (cx.lang, &detail.lot);
    let leads_there = matches!(lot.format(), Format::Lane(_)) && !cx.path.starts_with("/auctions/lanes/");
    let lane = leads_there.then(|| {
        let href = format!("/auctions/lanes/{}", lot.sale_id);
        view! { <LinkButton href icon=Icon::Gavel>{t(lang, "format.lane.to_lane")}</LinkButton> }
    });
    let timetable = falling(lot).map(|falling| dutch::view(cx, detail, falling));
    view! { {timetable} {lane} }.into_any()
}

/// How its price falls, where it does.
pub(in crate::dealer) fn falling(lot: &HallLot) -> Option<Falling> {
    Some(Falling { start_fen: lot.start_fen, steps: lot.format().dutch()? })
}

/// How long bidding lasts in all; of a price that falls, how long a step does.
pub(super) fn span_ms(lot: &HallLot) -> i64 {
    match lot.format() {
        Format::Lane(times) => times.lot_ms,
        Format::Dutch(steps) => steps.step_ms,
        _ => lot.lot.end_at.since(lot.opens_at),
    }
}

/// The price that is asked for now, where it falls.
pub(super) fn step_price(detail: &LotDetail) -> Option<Fen> {
    let step = falling(&detail.lot)?.step(&detail.lot.lot, detail.server_time)?;
    Some(step.price_fen)
}

/// The format's name, for heads and cards.
pub(in crate::dealer) fn format_word(cx: &PageContext, format: Format) -> String {
    t(cx.lang, &format!("format.{}", format.as_str())).into_owned()
}
