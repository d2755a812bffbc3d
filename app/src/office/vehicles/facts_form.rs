//! The fields of a car's facts: for intake and for corrections.

use leptos::prelude::*;
use vehicle::Field;

use crate::car_words::About;
use crate::context::page;
use crate::form::FormState;
use crate::i18n::t;
use crate::ui::*;

/// All fields, in three groups. The grade is the report's and not among them.
#[component]
pub(super) fn FactsFields(
    /// What the fields show before anything is typed.
    #[prop(optional)]
    facts: vehicle::Facts,
    /// The car is new, so it may get a reference of its own.
    #[prop(optional)]
    is_new: bool,
    /// The form's state: decides whether to ask about the VIN.
    state: FormState,
) -> impl IntoView {
    let lang = page().lang;
    let number = |n: Option<i32>| n.map(|n| n.to_string()).unwrap_or_default();
    let label = |field: Field| t(lang, &format!("vehicle.field.{}", field.name()));
    let asks_about_vin =
        state.error("vin") == Some("VIN_CHECK_DIGIT") || state.value("vin_confirmed").is_some();
    let vin = facts.vin.map(String::from).unwrap_or_default();
    let group = |key: &str| t(lang, &format!("vehicle.group.{key}")).into_owned();
    view! {
        <fieldset class="field--wide">
            <legend class="font-semibold mb-2">{group("identity")}</legend>
            <div class="form form--columns">
                <TextField name="vin" label=label(Field::Vin) value=vin code=true max_length=20
                    hint=t(lang, "vehicle.hint.vin").into_owned() autocomplete="off"/>
                {is_new.then(|| view! {
                    <TextField name="external_id" label=label(Field::ExternalId) max_length=60
                        hint=t(lang, "vehicle.hint.external_id").into_owned() autocomplete="off"/>
                })}
                {asks_about_vin.then(|| view! { <Checkbox name="vin_confirmed" label=t(lang, "vehicle.vin_confirmed")/> })}
            </div>
        </fieldset>
        <fieldset class="field--wide">
            <legend class="font-semibold mb-2">{group("car")}</legend>
            <div class="form form--columns">
                <TextField name="make" label=label(Field::Make) value=facts.make required=true max_length=60/>
                <TextField name="model" label=label(Field::Model) value=facts.model required=true max_length=100/>
                <TextField name="trim" label=label(Field::Trim) value=facts.trim max_length=100/>
                <TextField name="model_year" label=label(Field::ModelYear) value=number(facts.model_year) kind=InputKind::Number max_length=6/>
                <TextField name="body" label=label(Field::Body) value=facts.body max_length=40 suggestions=About::Body.usual()/>
                <TextField name="fuel" label=label(Field::Fuel) value=facts.fuel max_length=40 suggestions=About::Fuel.usual()/>
                <TextField name="transmission" label=label(Field::Transmission) value=facts.transmission max_length=40 suggestions=About::Gearbox.usual()/>
                <TextField name="colour" label=label(Field::Colour) value=facts.colour max_length=40 suggestions=About::Colour.usual()/>
                <TextField name="interior" label=label(Field::Interior) value=facts.interior max_length=40 suggestions=About::Colour.usual()/>
                <TextField name="title" label=label(Field::Title) value=facts.title max_length=200 wide=true
                    hint=t(lang, "vehicle.hint.title").into_owned()/>
            </div>
        </fieldset>
        <fieldset class="field--wide">
            <legend class="font-semibold mb-2">{group("use")}</legend>
            <div class="form form--columns">
                <TextField name="mileage" label=t(lang, "vehicle.field.mileage_km") value=number(facts.mileage_km) max_length=20
                    hint=t(lang, "vehicle.hint.mileage").into_owned()/>
                <TextField name="first_registration" label=label(Field::FirstRegistration) value=facts.first_registration
                    max_length=10 hint=t(lang, "vehicle.hint.first_registration").into_owned()/>
                <TextField name="plate_no" label=label(Field::PlateNo) value=facts.plate_no max_length=16
                    hint=t(lang, "vehicle.hint.plate_no").into_owned()/>
                <TextField name="plate_place" label=label(Field::PlatePlace) value=facts.plate_place max_length=40/>
                <TextField name="transfers" label=label(Field::Transfers) value=number(facts.transfers) kind=InputKind::Number max_length=3/>
                <TextField name="city" label=label(Field::City) value=facts.city max_length=40/>
                <TextField name="seller_name" label=label(Field::SellerName) value=facts.seller_name max_length=100/>
            </div>
        </fieldset>
    }
}
