//! What is known of a car: photos, facts, reports, prices.

use std::collections::BTreeMap;

use leptos::prelude::*;
use vehicle::{FactSource, Field, PriceView, ReportView, Reserve, VehicleDetail};

use super::trail::priced;
use super::{reserve_word, source_name};
use crate::car_words::{About, car_word};
use crate::condition::{completeness, graded, measured, papers};
use crate::context::page;
use crate::damage_map::damage_map;
use crate::days;
use crate::i18n::{t, t_with};
use crate::report_changes::report_changes;
use crate::ui::*;

/// The photos, the first one large.
#[component]
pub(super) fn PhotosPanel(car: VehicleDetail, removes: bool, form: Option<AnyView>) -> impl IntoView {
    let lang = page().lang;
    let title = car.facts.title.clone();
    let id = car.id;
    let one = |(n, photo): (usize, vehicle::PhotoView)| {
        let number = (n + 1).to_string();
        let alt = t_with(lang, "vehicle.photo_alt", &[("title", &title), ("n", &number)]);
        let question = t_with(lang, "vehicle.photo_remove_question", &[("title", &title), ("n", &number)]);
        let large = format!("/photos/{}/large", photo.id);
        view! {
            <figure class="grid gap-2 content-start">
                <a href=large><Photo src=Some(format!("/photos/{}/thumb", photo.id)) alt/></a>
                {removes.then(|| view! {
                    <figcaption>
                        <ConfirmButton
                            action=format!("/office/vehicles/{id}/photos/{}/remove", photo.id)
                            label=t(lang, "vehicle.photo_remove")
                            question
                            confirm=t(lang, "vehicle.photo_remove")
                            small=true
                        />
                    </figcaption>
                })}
            </figure>
        }
    };
    let photos = match car.photos.is_empty() {
        true => view! {
            <EmptyState icon=Icon::Camera title=t(lang, "vehicle.photos_empty") text=t(lang, "vehicle.photos_empty_text").into_owned()/>
        }
        .into_any(),
        false => view! {
            <div class="grid gap-3 grid-cols-2 sm:grid-cols-3 xl:grid-cols-4">
                {car.photos.into_iter().enumerate().map(one).collect_view()}
            </div>
        }
        .into_any(),
    };
    view! {
        <Panel title=t(lang, "vehicle.photos").into_owned()>
            {photos}
            {form.map(|form| view! { <div class="mt-4">{form}</div> })}
        </Panel>
    }
}

/// The facts, with where they came from.
#[component]
pub(super) fn FactsPanel(car: VehicleDetail, form: Option<AnyView>) -> impl IntoView {
    let lang = page().lang;
    let (f, said) = (car.facts, car.said);
    let vin = f.vin.map(|vin| view! { <span class="font-mono">{vin.to_string()}</span> });
    let km = f.mileage_km.map(|km| t_with(lang, "vehicle.km", &[("n", &grouped(km.into()))]));
    let source = source_name(lang, &car.source);
    let from = t_with(lang, "vehicle.said_by_source", &[("source", &source)]);
    let word = |about, said: String| given(car_word(lang, about, &said));
    let facts = vec![
        fact(&said, Field::Vin, vin),
        fact(&said, Field::ExternalId, car.external_id),
        fact(&said, Field::Make, given(f.make)),
        fact(&said, Field::Model, given(f.model)),
        fact(&said, Field::Trim, given(f.trim)),
        fact(&said, Field::ModelYear, f.model_year),
        fact(&said, Field::Mileage, km),
        fact(&said, Field::FirstRegistration, given(f.first_registration)),
        fact(&said, Field::PlateNo, given(f.plate_no)),
        fact(&said, Field::PlatePlace, given(f.plate_place)),
        fact(&said, Field::Transfers, f.transfers),
        fact(&said, Field::City, given(f.city)),
        fact(&said, Field::Body, word(About::Body, f.body)),
        fact(&said, Field::Fuel, word(About::Fuel, f.fuel)),
        fact(&said, Field::Transmission, word(About::Gearbox, f.transmission)),
        fact(&said, Field::Colour, word(About::Colour, f.colour)),
        fact(&said, Field::Interior, word(About::Colour, f.interior)),
        fact(&said, Field::SellerName, given(f.seller_name)),
        fact(&said, Field::SourcePrice, given(f.source_price)),
        Fact::new(t(lang, "vehicle.column.source"), source),
        Fact::new(t(lang, "vehicle.column.received"), view! { <Time at=car.received_at/> }),
    ];
    view! {
        <Panel title=t(lang, "vehicle.facts").into_owned()>
            <Facts facts/>
            <p class="field__hint mt-3">{from}</p>
            {form.map(|form| view! { <div class="mt-4">{form}</div> })}
        </Panel>
    }
}

fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// A fact; where it was changed since the car was taken in, by whom, from which file, and when.
fn fact(said: &BTreeMap<String, FactSource>, field: Field, value: Option<impl IntoAny>) -> Fact {
    let lang = page().lang;
    let value = match value {
        Some(value) => value.into_any(),
        None => view! { <span class="none">"—"</span> }.into_any(),
    };
    let source = said.get(field.key()).map(|said| {
        let from = match &said.source {
            Some(file) => source_name(lang, file),
            None => t(lang, &format!("vehicle.said.{}", said.what)).into_owned(),
        };
        let (who, at) = (said.who_name.clone(), said.at);
        view! { <small class="fact-source">{from} " · " {who} " · " <Time at/></small> }
    });
    Fact::new(t(lang, &format!("vehicle.field.{}", field.name())), view! { {value} {source} })
}

/// The reports, the newest open.
#[component]
pub(super) fn ReportsPanel(car: VehicleDetail, form: Option<AnyView>) -> impl IntoView {
    let lang = page().lang;
    let is_missing = car.reports.is_empty();
    // each says what it changed of the one before it, which comes after it in the list
    let earlier = car.reports.iter().skip(1).map(Some).chain([None]);
    let changes: Vec<Vec<String>> = car
        .reports
        .iter()
        .zip(earlier)
        .map(|(report, before)| before.map(|before| report_changes(lang, before, report)).unwrap_or_default())
        .collect();
    let one = move |(n, (report, changes)): (usize, (ReportView, Vec<String>))| {
        let version = t_with(lang, "vehicle.report_version", &[("n", &report.version.to_string())]);
        let kind = (!report.is_inspection()).then(|| t(lang, "vehicle.report_of_source").into_owned());
        let parts = [Some(version), kind, given(car_word(lang, About::Grade, &report.grade))];
        let label = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! { <Disclosure label open=n == 0><ReportBody report changes/></Disclosure> }
    };
    view! {
        <Panel title=t(lang, "vehicle.reports").into_owned()>
            {is_missing.then(|| view! { <p class="opacity-70">{t(lang, "vehicle.report_none")}</p> })}
            <div class="grid gap-2">{car.reports.into_iter().zip(changes).enumerate().map(one).collect_view()}</div>
            {form.map(|form| view! { <div class="mt-4">{form}</div> })}
        </Panel>
    }
}

#[component]
fn ReportBody(report: ReportView, changes: Vec<String>) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let changed = (!changes.is_empty()).then(|| {
        let lines = changes.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! {
            <section>
                <h3 class="measured__title">{t(lang, "vehicle.report_changes")}</h3>
                <ul class="lot-changes">{lines}</ul>
            </section>
        }
    });
    let papers = papers(lang, &report.papers, days::today(&cx));
    let complete = match report.is_inspection() {
        true => completeness(lang, &report.papers),
        false => ().into_any(),
    };
    let facts = vec![
        Fact::text(t(lang, "vehicle.field.grade"), graded(lang, &report.grade, &report.measures)),
        Fact::new(t(lang, "vehicle.papers"), complete),
        Fact::new(t(lang, &format!("vehicle.report_origin.{}", report.origin)), report.who_name.clone()),
        Fact::new(t(lang, "vehicle.import.column.when"), view! { <Time at=report.at form=TimeForm::Exact/> }),
    ];
    let damages = match report.damages.is_empty() {
        // nobody looked: that none is noted says nothing
        true if !report.is_inspection() => ().into_any(),
        true => view! { <p class="opacity-70">{t(lang, "vehicle.no_damage")}</p> }.into_any(),
        false => damage_map(lang, report.damages).into_any(),
    };
    view! {
        <div class="grid gap-3">
            <Facts facts/>
            {changed}
            {damages}
            {measured(lang, &report.measures)}
            {papers}
            {(!report.notes.is_empty()).then(|| view! { <p class="whitespace-pre-line">{report.notes.clone()}</p> })}
            <p class="text-xs opacity-70">
                {t(lang, "vehicle.report_hash")} " " <span class="font-mono break-all">{report.hash}</span>
            </p>
        </div>
    }
}

/// The present price and earlier ones.
#[component]
pub(super) fn PricePanel(
    car: VehicleDetail,
    /// The reserves, for who has asked to see them.
    reserves: Vec<Reserve>,
    form: Option<AnyView>,
) -> impl IntoView {
    let lang = page().lang;
    let present = match (car.guide_fen, car.start_fen) {
        (Some(guide), Some(start)) => {
            let reserve = match reserves.first().and_then(|newest| newest.reserve_fen) {
                Some(reserve) => view! { <Money fen=reserve wan=true/> }.into_any(),
                None => reserve_word(lang, car.has_reserve).into_any(),
            };
            let facts = vec![
                Fact::new(t(lang, "vehicle.price_guide"), view! { <Money fen=guide wan=true/> }),
                Fact::new(t(lang, "vehicle.price_start"), view! { <Money fen=start wan=true/> }),
                Fact::new(t(lang, "vehicle.price_reserve"), reserve),
            ];
            view! { <Facts facts/> }.into_any()
        }
        _ => view! { <p class="opacity-70">{t(lang, "vehicle.price_none")}</p> }.into_any(),
    };
    let earlier = car.prices.len() > 1;
    let history = earlier.then(|| {
        view! {
            <Disclosure label=t(lang, "vehicle.price_history")>
                {car.prices.into_iter().skip(1).map(|price| earlier_price(price, &reserves)).collect_view()}
            </Disclosure>
        }
    });
    view! {
        <Panel title=t(lang, "vehicle.price").into_owned()>
            <div class="grid gap-3">{present}{history}{form}</div>
        </Panel>
    }
}

fn earlier_price(price: PriceView, reserves: &[Reserve]) -> AnyView {
    let lang = page().lang;
    let told = reserves.iter().find(|reserve| reserve.version == price.version);
    let reserve = match told.and_then(|reserve| reserve.reserve_fen) {
        Some(reserve) => reserve.yuan(),
        None => reserve_word(lang, price.has_reserve),
    };
    let amounts = priced(lang, &price.guide_fen.yuan(), &price.start_fen.yuan(), &reserve);
    view! {
        <p class="mb-2">
            <span class="tabular-nums">{amounts}</span>
            <span class="block text-xs opacity-70"><Time at=price.at/> " " {price.who_name} " " {price.reason}</span>
        </p>
    }
    .into_any()
}
