//! What is sold: photos, facts, the terms.

use auction::{HallLot, LotDetail, SellerRecord};
use bidding::{BelowReserve, Format, LotStatus, ReserveLight};
use kernel::Lang;
use leptos::prelude::*;
use vehicle::OfferedCar;

use super::super::words::{joined, kilometres, reserve_note};
use super::report;
use super::side::format_word;
use crate::car_words::{About, car_word};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Title, lot number and sale.
pub(super) fn head(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let number = t_with(lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())]);
    let facts = [
        lot.sale_name.clone(),
        number,
        format_word(cx, lot.format()),
        t_with(lang, "auction.hall.year", &[("n", &lot.model_year.to_string())]),
        kilometres(lang, lot.mileage_km),
        lot.city.clone(),
    ];
    let note = joined(facts);
    let crumbs = vec![Crumb::new(t(lang, "auction.lot.back"), "/auctions")];
    // the first bid puts the lot on the list of who bids: his button says so before the page is loaded again
    let joins = !lot.watched && lot.mine.max_fen.is_none() && lot.mine.alias.is_none();
    let class = if joins { "watch watch--joins" } else { "watch" };
    let (button, takes_off) = (watch(cx, lot, !lot.watched), joins.then(|| watch(cx, lot, false)));
    view! {
        <PageHead title=lot.title.clone() crumbs note>
            <div class=class>{button} {takes_off}</div>
        </PageHead>
    }
    .into_any()
}

/// The button that puts the lot on the list of what is watched, or takes it off.
fn watch(cx: &PageContext, lot: &HallLot, puts_on: bool) -> AnyView {
    let action = format!("/auctions/lots/{}/watch", lot.id);
    let (key, watched) = if puts_on { ("auction.lot.watch", "on") } else { ("auction.lot.unwatch", "") };
    let word = t(cx.lang, key);
    view! {
        <PostForm action name="watch">
            <input type="hidden" name="watched" value=watched/>
            <Button>{word}</Button>
        </PostForm>
    }
    .into_any()
}

/// What stands below the photos.
pub(super) fn view(cx: &PageContext, detail: &LotDetail, car: Option<OfferedCar>, rules: AnyView) -> AnyView {
    view! {
        {facts(cx, detail, car.as_ref())}
        {report::view(cx, &detail.lot, car.map(|car| car.report))}
        {terms(cx, detail, rules)}
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
                <span class="gallery__n" aria-hidden="true">{n} " / " {total}</span>
            </a>
        }
    };
    let thumb = |index: usize| {
        let id = lot.photo_ids[index];
        let href = format!("#photo-{}", index + 1);
        view! { <a href=href tabindex="-1"><Photo src=Some(format!("/photos/{id}/thumb")) alt=""/></a> }
    };
    // for a finger and a mouse: by the keyboard, and read aloud, the strip itself has every photo once
    let thumbs = (total > 1).then(|| {
        view! { <div class="gallery__rest" aria-hidden="true">{(0..total).map(thumb).collect_view()}</div> }
    });
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

fn facts(cx: &PageContext, detail: &LotDetail, car: Option<&OfferedCar>) -> AnyView {
    let (lang, lot) = (cx.lang, &detail.lot);
    let mut facts = vec![
        Fact::code(t(lang, "auction.lot.vin"), &lot.vin),
        Fact::new(t(lang, "auction.lot.model_year"), lot.model_year.to_string()),
        Fact::new(t(lang, "auction.lot.mileage"), kilometres(lang, lot.mileage_km)),
        Fact::text(t(lang, "auction.lot.colour"), car_word(lang, About::Colour, &lot.colour)),
    ];
    facts.extend(car.into_iter().flat_map(|car| more_facts(lang, car)));
    let falls = matches!(lot.format(), Format::Dutch(_));
    let start = if falls { "format.dutch.first" } else { "auction.lot.start" };
    facts.extend([
        Fact::text(t(lang, "auction.lot.city"), lot.city.clone()),
        Fact::text(t(lang, "auction.lot.seller"), lot.seller_name.clone()),
        Fact::new(t(lang, "seller.lately"), seller_words(lang, detail.seller.as_ref())),
        Fact::new(t(lang, start), view! { <Money fen=lot.start_fen wan=true/> }),
        Fact::new(t(lang, "auction.lot.guide"), view! { <Money fen=lot.guide_fen wan=true/> }),
    ]);
    view! { <Panel title=t(lang, "auction.lot.facts")><Facts facts/></Panel> }.into_any()
}

/// How often the seller's reserves are reached, and how often he lowers them; that too few lots say nothing.
fn seller_words(lang: Lang, seller: Option<&SellerRecord>) -> String {
    let known = seller.and_then(|seller| Some((seller, seller.reach_percent()?)));
    known.map_or_else(
        || t(lang, "seller.thin").into_owned(),
        |(seller, percent)| {
            let (percent, lots, lowered) =
                (percent.to_string(), seller.reserved.to_string(), seller.lowered.to_string());
            t_with(lang, "seller.words", &[("percent", &percent), ("lots", &lots), ("lowered", &lowered)])
        },
    )
}

/// What the car's record knows beside the lot; what nobody said is left out.
fn more_facts(lang: Lang, car: &OfferedCar) -> Vec<Fact> {
    let transfers = car.transfers.map(|count| count.to_string()).unwrap_or_default();
    let known = [
        ("vehicle.field.interior", car_word(lang, About::Colour, &car.interior)),
        ("vehicle.field.first_registration", car.first_registration.clone()),
        ("vehicle.field.plate_place", car.plate_place.clone()),
        ("vehicle.field.transfers", transfers),
        ("vehicle.field.fuel", car_word(lang, About::Fuel, &car.fuel)),
        ("vehicle.field.transmission", car_word(lang, About::Gearbox, &car.transmission)),
        ("vehicle.field.body", car_word(lang, About::Body, &car.body)),
    ];
    let said = known.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(label, value)| Fact::new(t(lang, label), value)).collect()
}

/// How the lot shows a max below its reserve; without a reserve nothing can be below it.
pub(in crate::dealer) fn below_reserve(detail: &LotDetail) -> Option<BelowReserve> {
    (detail.lot.lot.reserve != ReserveLight::None).then_some(detail.terms.below_reserve)
}

fn terms(cx: &PageContext, detail: &LotDetail, all: AnyView) -> AnyView {
    let lang = cx.lang;
    let terms = &detail.terms;
    let has_reserve = detail.lot.lot.reserve != ReserveLight::None;
    let format = match terms.format {
        Format::Dutch(_) if has_reserve => t(lang, "format.terms.dutch_reserve"),
        format => t(lang, &format!("format.terms.{}", format.as_str())),
    };
    let window = match terms.window_ms / 1000 {
        0 => t(lang, "auction.lot.no_window").into_owned(),
        seconds => t_with(lang, "auction.lot.window", &[("n", &seconds.to_string())]),
    };
    // what is said of maxes is nothing to offers and to falling prices
    let rules: &[&str] = match terms.format {
        Format::SealedFirst | Format::SealedSecond => &["auction.lot.terms_sealed"],
        Format::Dutch(_) if has_reserve => &["auction.lot.terms_accept_reserve"],
        Format::Dutch(_) => &["auction.lot.terms_accept"],
        Format::Timed | Format::Flash | Format::Lane(_) => {
            &["auction.lot.terms_tie", "auction.lot.terms_binding"]
        }
    };
    let rules = rules.iter().map(|key| view! { <li>{t(lang, key)}</li> }).collect_view();
    let below = below_reserve(detail).filter(|_| terms.format.is_english());
    let below = below.map(|mode| view! { <li>{reserve_note(lang, mode)}</li> });
    // how much it is stands in the panel, which keeps up with the seller
    let public =
        terms.published_reserve_fen.map(|_| view! { <li>{t(lang, "auction.lot.terms_public_reserve")}</li> });
    // it is published once the price is settled
    let is_over = detail.lot.lot.status == LotStatus::Closed
        && detail.lot.lot.outcome != Some(bidding::Outcome::Provisional)
        && !detail.lot.tells_an_offer();
    let log = is_over.then(|| {
        let href = format!("/auctions/lots/{}/log.json", detail.lot.id);
        let check = format!("/proof?lot={}", detail.lot.id);
        view! {
            " · " <a href=href download>{t(lang, "proof.log")}</a>
            " · " <a href=check>{t(lang, "proof.log_check")}</a>
        }
    });
    let (href, name) = (format!("/auctions?sale={}", detail.lot.sale_id), detail.lot.sale_name.clone());
    view! {
        <Panel title=t(lang, "auction.lot.terms")>
            <ul class="lot-terms">
                <li>{format}</li>
                <li>{window}</li>
                {public}
                {below}
                {rules}
                <li>{t(lang, "auction.lot.sale")} " " <a href=href>{name}</a></li>
                <li>{t(lang, "proof.lot")} " " <a href="/proof">{t(lang, "proof.title")}</a>{log}</li>
            </ul>
            {all}
        </Panel>
    }
    .into_any()
}
