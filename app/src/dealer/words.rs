//! Words that several of the dealers' pages share.

use auction::{Kin, LotDetail, SaleChangeKind, Withdrawal};
use bidding::{Bar, BelowReserve, Format, Terms};
use kernel::{Fen, Lang};
use leptos::prelude::*;

use super::lot::car::below_reserve;
use crate::context::PageContext;
use crate::i18n::{known, t, t_with};
use crate::live::clock::moment;
use crate::live::hall::HallLive;
use crate::live::props::{HallProps, around};
use crate::live::words::Words;
use crate::ui::*;

/// From so many kilometres on the trade counts in 万.
const WAN_KM: i64 = 10_000;

/// The texts of the live islands in this person's language. `below_reserve` is how a lot with a reserve shows
/// a max below it; each way has its own note.
pub(super) fn words(cx: &PageContext, below_reserve: Option<BelowReserve>) -> Words {
    let zone_min = cx.zone.whole_seconds() / 60;
    Words::new(cx.lang, zone_min, |key| match (key, below_reserve) {
        ("auction.live.reserve_note", Some(mode)) => reserve_note(cx.lang, mode),
        ("auction.live.reserve_note", None) => String::new(),
        (key, _) => t(cx.lang, key).into_owned(),
    })
}

/// The same for one lot: where it is sold otherwise than by bids that everybody sees, the words of its format stand in the
/// place of the usual ones.
pub(super) fn lot_words(cx: &PageContext, detail: &LotDetail, withdrawal: Option<&Withdrawal>) -> Words {
    let lang = cx.lang;
    let ban = cx.principal.as_ref().and_then(|who| cx.services.auction.ban_of(who));
    let usual = words(cx, below_reserve(detail));
    let format = match detail.terms.format {
        Format::SealedFirst | Format::SealedSecond => "sealed",
        Format::Dutch(_) => "dutch",
        Format::Timed | Format::Flash | Format::Lane(_) => "rising",
    };
    let title = [("title", detail.lot.title.as_str())];
    // a step below a secret reserve sells nothing by itself: where there is one, no word may promise that
    let guarded = format!("{format}_reserve");
    let names = match below_reserve(detail) {
        Some(_) => vec![guarded.as_str(), format],
        None => vec![format],
    };
    usual.changed(|key| {
        match key {
            // in the panel, which is in view on a phone
            "auction.live.withdrawn_hint" if withdrawal.is_some() => {
                return withdrawal.map(|why| withdrawn(cx, why));
            }
            // what it is worth, beside what it would be bid
            "auction.live.confirm_steps" if detail.lot.guide_fen > Fen::ZERO => {
                let guide = t_with(lang, "auction.lot.guide_is", &[("amount", &detail.lot.guide_fen.yuan())]);
                return Some([t(lang, key).as_ref(), &guide].concat());
            }
            "auction.live.paused_hint" => return Some(paused(lang, &detail.terms)),
            // neither a bid nor a max before the opening
            "auction.live.upcoming_hint" | "auction.live.not_bid_hint" if detail.kin.is_some() => {
                return detail.kin.map(|kin| t(lang, kin_key(kin)).into_owned());
            }
            "auction.live.not_bid" if detail.kin.is_some() => {
                return detail.kin.map(|kin| t(lang, own_key(kin)).into_owned());
            }
            "auction.live.voided_hint" if ban.is_some() => return ban.map(|bar| voided(cx, bar)),
            _ => {}
        }
        names.iter().find_map(|name| {
            let own = key.replacen("auction.live", &format!("format.{name}.live"), 1);
            known(lang, &own).map(|_| t_with(lang, &own, &title))
        })
    })
}

/// Why it takes no bids of this dealer.
const fn kin_key(kin: Kin) -> &'static str {
    match kin {
        Kin::Seller => "auction.lot.kin.seller",
        Kin::Sister => "auction.lot.kin.sister",
    }
}

/// What the car is to him, in place of where he stands on it.
const fn own_key(kin: Kin) -> &'static str {
    match kin {
        Kin::Seller => "auction.lot.kin.own",
        Kin::Sister => "auction.lot.kin.of_group",
    }
}

/// How much time is left when a paused lot goes on.
fn paused(lang: Lang, terms: &Terms) -> String {
    match terms.format {
        Format::Lane(_) => t(lang, "format.lane.paused_hint").into_owned(),
        Format::Dutch(_) => t(lang, "format.dutch.live.paused_hint").into_owned(),
        _ => {
            let minutes = (terms.house.resume_left_ms / 60_000).to_string();
            t_with(lang, "auction.live.paused_hint", &[("n", &minutes)])
        }
    }
}

/// The prices of the page's cards, kept up to date.
pub(super) fn live_prices(cx: &PageContext) -> AnyView {
    around(HallProps { words: words(cx, None) }, || view! { <HallLive/> }.into_any())
}

/// The line above a list of cards that says when it can no longer be trusted. The island writes it.
pub(super) fn list_lost() -> AnyView {
    view! { <p class="list-lost" role="alert" data-list-lost=""></p> }.into_any()
}

/// That one's bids were voided because the company may not bid, and until when.
fn voided(cx: &PageContext, bar: Bar) -> String {
    match bar {
        Bar::Struck { until: Some(until) } => {
            let until = moment(until, cx.zone.whole_seconds() / 60);
            t_with(cx.lang, "auction.lot.voided_until", &[("until", &until)])
        }
        _ => t(cx.lang, "auction.lot.voided_barred").into_owned(),
    }
}

fn withdrawn(cx: &PageContext, found: &Withdrawal) -> String {
    let key = match found.kind {
        SaleChangeKind::CalledOff => "auction.lot.sale_called_off",
        SaleChangeKind::LotNotReleased => "auction.lot.not_released",
        SaleChangeKind::LotWithdrawn | SaleChangeKind::Changed | SaleChangeKind::TermsChanged => {
            "auction.lot.withdrawn"
        }
    };
    t_with(cx.lang, key, &[("reason", &found.reason)])
}

/// Why a lot is no longer in its sale.
pub(crate) fn withdrawal_banner(cx: &PageContext, found: &Withdrawal) -> AnyView {
    let (words, at) = (withdrawn(cx, found), found.at);
    view! { <Banner tone=Tone::Warn>{words} " · " <Time at=at form=TimeForm::Exact/></Banner> }.into_any()
}

/// What happens to a max below the reserve.
pub(super) fn reserve_note(lang: Lang, mode: BelowReserve) -> String {
    let key = match mode {
        BelowReserve::Full => "auction.reserve_note.full",
        BelowReserve::Stepped => "auction.reserve_note.stepped",
    };
    t(lang, key).into_owned()
}

/// `杭州专场 · 第 3 号 · 杭州`; what is not known leaves no gap.
pub(crate) fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" · ")
}

/// `3.25 万公里`, `8,500 公里`, `32,500 km`.
pub(crate) fn kilometres(lang: Lang, km: i64) -> String {
    if lang == Lang::Zh && km >= WAN_KM {
        let hundreds = km / 100;
        let mut wan = format!("{}.{:02}", hundreds / 100, hundreds % 100);
        while wan.ends_with('0') {
            wan.pop();
        }
        return t_with(lang, "auction.km_wan", &[("n", wan.trim_end_matches('.'))]);
    }
    t_with(lang, "auction.km", &[("n", &grouped(km))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_leaves_no_gap() {
        assert_eq!(
            joined(["2020 款", "3 万公里", "", "评级 B"].map(str::to_owned)),
            "2020 款 · 3 万公里 · 评级 B"
        );
        assert_eq!(joined(["3 万公里", ""].map(str::to_owned)), "3 万公里");
    }

    #[test]
    fn kilometres_as_the_trade_says_them() {
        assert_eq!(kilometres(Lang::Zh, 32_540), "3.25 万公里");
        assert_eq!(kilometres(Lang::Zh, 30_000), "3 万公里");
        assert_eq!(kilometres(Lang::Zh, 120_500), "12.05 万公里");
        assert_eq!(kilometres(Lang::Zh, 8_500), "8,500 公里");
        assert_eq!(kilometres(Lang::En, 32_540), "32,540 km");
    }
}
