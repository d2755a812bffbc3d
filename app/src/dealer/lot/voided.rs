//! Bids that were voided: everybody who looks at the lot is told, above all else.

use auction::VoidedBid;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// So many are told; more than that has not happened.
const SHOWN: usize = 3;

/// A banner for each of the newest.
pub(super) fn view(cx: &PageContext, voided: Vec<VoidedBid>) -> AnyView {
    voided.into_iter().take(SHOWN).map(|voided| banner(cx, &voided)).collect_view().into_any()
}

fn banner(cx: &PageContext, voided: &VoidedBid) -> AnyView {
    let lang = cx.lang;
    let (alias, no) = (voided.alias.unwrap_or_default().to_string(), voided.bid_seq.to_string());
    let reason = t(lang, &format!("void.reason.{}", voided.reason.as_str()));
    let text = t_with(lang, "void.told", &[("no", &no), ("alias", &alias), ("reason", &reason)]);
    let at = voided.at;
    let price = match voided.price_fen {
        Some(fen) => t_with(lang, "void.price_after", &[("price", &fen.yuan())]),
        None => t(lang, "void.no_bid_left").into_owned(),
    };
    view! {
        <Banner tone=Tone::Warn>
            <Time at=at/> " " {text} " " {price} " " {t(lang, "void.more_time")}
        </Banner>
    }
    .into_any()
}
