//! What is sold: photos, facts, the condition report that bids bind to, the terms.

use auction::{HallLot, LotDetail};
use leptos::prelude::*;

use super::super::words::kilometres;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// So much of a fingerprint tells two reports apart at a glance; the whole one is in the tooltip.
const HASH_SHOWN: usize = 16;

/// Title, lot number and sale.
pub(super) fn head(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let number = t_with(lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())]);
    let facts = [
        t_with(lang, "auction.hall.year", &[("n", &lot.model_year.to_string())]),
        kilometres(lang, lot.mileage_km),
        lot.city.clone(),
    ];
    let note = format!("{} · {} · {}", detail.sale.name, number, facts.join(" · "));
    let crumbs = vec![Crumb::new(t(lang, "auction.lot.back"), "/auctions")];
    view! { <PageHead title=lot.title.clone() crumbs note/> }.into_any()
}

/// What stands below the photos.
pub(super) fn view(cx: &PageContext, detail: &LotDetail) -> AnyView {
    view! {
        {facts(cx, &detail.lot)}
        {report(cx, &detail.lot)}
        {terms(cx, detail)}
    }
    .into_any()
}

/// The photos side by side, to be pushed with a finger; each leads to its large version.
pub(super) fn gallery(cx: &PageContext, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let total = lot.photo_ids.len();
    if total == 0 {
        let none: Option<String> = None;
        return view! {
            <section class="gallery gallery--none" aria-label=t(lang, "auction.lot.photos")>
                <Photo src=none alt=""/>
                <p class="gallery__none">{t(lang, "auction.lot.no_photo")}</p>
            </section>
        }
        .into_any();
    }
    let one = |index: usize| {
        let id = lot.photo_ids[index];
        let n = (index + 1).to_string();
        let alt = t_with(lang, "auction.lot.photo_n", &[("n", &n), ("total", &total.to_string())]);
        let large = format!("/photos/{id}/large");
        let is_first = index == 0;
        let (anchor, href) = (format!("photo-{n}"), large.clone());
        view! {
            <a class="gallery__photo" id=anchor href=href>
                <Photo src=Some(large) alt=alt eager=is_first/>
                <span class="gallery__n">{n} " / " {total}</span>
            </a>
        }
    };
    let thumb = |index: usize| {
        let id = lot.photo_ids[index];
        let n = (index + 1).to_string();
        let label = t_with(lang, "auction.lot.photo_n", &[("n", &n), ("total", &total.to_string())]);
        view! {
            <a href=format!("#photo-{n}") aria-label=label><Photo src=Some(format!("/photos/{id}/thumb")) alt=""/></a>
        }
    };
    let thumbs = (total > 1)
        .then(|| view! { <div class="gallery__rest">{(0..total).map(thumb).collect_view()}</div> });
    view! {
        <section class="gallery" aria-label=t(lang, "auction.lot.photos")>
            <div class="gallery__strip" tabindex="0" role="group" aria-label=t(lang, "auction.lot.photos")>
                {(0..total).map(one).collect_view()}
            </div>
            {thumbs}
        </section>
    }
    .into_any()
}

fn facts(cx: &PageContext, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let facts = vec![
        Fact::new(t(lang, "auction.lot.vin"), view! { <span class="code">{lot.vin.clone()}</span> }),
        Fact::new(t(lang, "auction.lot.model_year"), lot.model_year.to_string()),
        Fact::new(t(lang, "auction.lot.mileage"), kilometres(lang, lot.mileage_km)),
        Fact::new(t(lang, "auction.lot.colour"), lot.colour.clone()),
        Fact::new(t(lang, "auction.lot.city"), lot.city.clone()),
        Fact::new(t(lang, "auction.lot.seller"), lot.seller_name.clone()),
        Fact::new(t(lang, "auction.lot.start"), view! { <Money fen=lot.start_fen wan=true/> }),
        Fact::new(t(lang, "auction.lot.guide"), view! { <Money fen=lot.guide_fen wan=true/> }),
    ];
    view! { <Panel title=t(lang, "auction.lot.facts")><Facts facts/></Panel> }.into_any()
}

fn report(cx: &PageContext, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let short: String = lot.report_hash.chars().take(HASH_SHOWN).collect();
    let hash = view! { <code class="code" title=lot.report_hash.clone()>{short}</code> };
    let grade = view! { <strong class="lot-grade">{lot.grade.clone()}</strong> };
    let facts = vec![
        Fact::new(t(lang, "auction.lot.grade"), grade),
        Fact::new(t(lang, "auction.lot.report_hash"), hash),
    ];
    view! {
        <Panel title=t(lang, "auction.lot.report")>
            <Facts facts/>
            <p class="lot-note">{t(lang, "auction.lot.report_note")}</p>
        </Panel>
    }
    .into_any()
}

fn terms(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let lang = cx.lang;
    let sale = &detail.sale;
    let window = match sale.window_ms / 1000 {
        0 => t(lang, "auction.lot.no_window").into_owned(),
        seconds => t_with(lang, "auction.lot.window", &[("n", &seconds.to_string())]),
    };
    let below = match sale.below_reserve.as_str() {
        "full" => t(lang, "auction.reserve_note.full"),
        _ => t(lang, "auction.reserve_note.stepped"),
    };
    let (href, name) = (format!("/auctions?sale={}", sale.id), sale.name.clone());
    view! {
        <Panel title=t(lang, "auction.lot.terms")>
            <ul class="lot-terms">
                <li>{window}</li>
                <li>{below}</li>
                <li>{t(lang, "auction.lot.terms_tie")}</li>
                <li>{t(lang, "auction.lot.terms_binding")}</li>
                <li>{t(lang, "auction.lot.sale")} " " <a href=href>{name}</a></li>
            </ul>
        </Panel>
    }
    .into_any()
}
