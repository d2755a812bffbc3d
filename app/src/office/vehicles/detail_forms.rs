//! What can be done with a car besides inspecting it: price, correct, add photos.

use kernel::{Fen, VehicleId};
use leptos::prelude::*;
use vehicle::{Status, VehicleDetail};

use super::facts_form::FactsFields;
use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

/// Guide, start and reserve price.
#[component]
pub(super) fn PriceForm(
    car: VehicleDetail,
    /// The reserve that there is, for who has asked to see it.
    reserve_fen: Option<Fen>,
    /// Whether it stands open.
    opens: bool,
) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    if car.reports.is_empty() {
        return view! { <Banner tone=Tone::Neutral>{t(lang, "vehicle.price_needs_report")}</Banner> }
            .into_any();
    }
    let is_first = car.start_fen.is_none();
    let label = if is_first { "vehicle.price" } else { "vehicle.price_again" };
    let state = cx.form.of("price");
    let open = is_first || opens || state.is_refused();
    let asks_about_reserve =
        state.error("reserve") == Some("RESERVE_ABOVE_GUIDE") || state.value("reserve_confirmed").is_some();
    view! {
        <Disclosure label=t(lang, label) open=open>
            <p class="opacity-70 mb-3">{t(lang, "vehicle.price_what")}</p>
            <PostForm name="price">
                <MoneyField name="guide" label=t(lang, "vehicle.price_guide") value=car.guide_fen required=true/>
                <MoneyField name="start" label=t(lang, "vehicle.price_start") value=car.start_fen required=true/>
                <MoneyField name="reserve" label=t(lang, "vehicle.price_reserve") value=reserve_fen
                    hint=t(lang, "vehicle.price_reserve_hint").into_owned()/>
                {asks_about_reserve.then(|| view! {
                    <Checkbox name="reserve_confirmed" label=t(lang, "vehicle.reserve_confirmed")/>
                })}
                <TextField name="reason" label=t(lang, "vehicle.price_reason") max_length=200/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "vehicle.price_save")}</Button></div>
            </PostForm>
        </Disclosure>
    }
    .into_any()
}

/// Corrects the facts.
#[component]
pub(super) fn CorrectForm(car: VehicleDetail) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let state = cx.form.of("correct");
    let needs_reason = car.status == Status::Priced;
    view! {
        <Disclosure label=t(lang, "vehicle.correct") open=state.is_refused()>
            <p class="opacity-70 mb-3">{t(lang, "vehicle.correct_what")}</p>
            <PostForm name="correct">
                <FactsFields facts=car.facts state/>
                <TextField name="reason" label=t(lang, "vehicle.correct_why") max_length=200 wide=true required=needs_reason/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "vehicle.correct_save")}</Button></div>
            </PostForm>
        </Disclosure>
    }
}

/// Adds photos.
#[component]
pub(super) fn PhotoForm(id: VehicleId) -> impl IntoView {
    let lang = page().lang;
    view! {
        <Disclosure label=t(lang, "vehicle.photos_add")>
            <PostForm action=format!("/office/vehicles/{id}/photos") upload=true name="photos">
                <FileField name="photos" label=t(lang, "vehicle.photos") hint=t(lang, "vehicle.photos_hint").into_owned()
                    accept="image/jpeg,image/png,image/webp" multiple=true required=true/>
                <div class="form__end"><Button icon=Icon::Upload>{t(lang, "vehicle.photos_send")}</Button></div>
            </PostForm>
        </Disclosure>
    }
}
