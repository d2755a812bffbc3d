//! The fields of what an inspection measures. What is left empty was not measured.

use leptos::prelude::*;
use vehicle::{BATTERY, BatteryReading, Measures, PANELS, WHEELS, tread_text};

use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

/// Battery, tread depths, paint thickness, fault codes.
#[component]
pub(super) fn MeasureFields(measures: Measures) -> impl IntoView {
    let lang = page().lang;
    let tread = |(wheel, field): &(&'static str, &'static str)| {
        let value = measures.treads.get(*wheel).map(|tenths| tread_text(*tenths)).unwrap_or_default();
        let label = t(lang, &format!("vehicle.wheel.{wheel}"));
        view! { <TextField name=*field label value kind=InputKind::Decimal unit="mm" max_length=5/> }
    };
    let paint = |(panel, field): &(&'static str, &'static str)| {
        let value = measures.paint_um.get(*panel).map(ToString::to_string).unwrap_or_default();
        let label = t(lang, &format!("vehicle.part.{panel}"));
        view! { <TextField name=*field label value kind=InputKind::Decimal unit="µm" max_length=5/> }
    };
    let battery = |reading: &BatteryReading| {
        let value =
            measures.battery.get(reading.name).map(|value| reading.number(*value)).unwrap_or_default();
        let label = t(lang, &format!("vehicle.battery.{}", reading.name));
        match reading.unit {
            "" => view! { <TextField name=reading.field label value kind=InputKind::Number max_length=6/> }.into_any(),
            unit => {
                view! { <TextField name=reading.field label value kind=InputKind::Decimal unit max_length=6/> }.into_any()
            }
        }
    };
    let batteries = BATTERY.iter().map(battery).collect_view();
    let treads = WHEELS.iter().map(tread).collect_view();
    let paints = PANELS.iter().map(paint).collect_view();
    let is_read = measures.fault_codes.is_some();
    let codes = measures.fault_codes.unwrap_or_default().join(" ");
    view! {
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.battery")}</legend>
            <p class="field__hint">{t(lang, "vehicle.battery_hint")}</p>
            <div class="measure-fields__grid">{batteries}</div>
        </fieldset>
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.treads")}</legend>
            <div class="measure-fields__grid">{treads}</div>
        </fieldset>
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.paint")}</legend>
            <p class="field__hint">{t(lang, "vehicle.paint_hint")}</p>
            <div class="measure-fields__grid">{paints}</div>
        </fieldset>
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.obd")}</legend>
            <Checkbox name="obd_read" label=t(lang, "vehicle.obd_read") checked=is_read
                hint=t(lang, "vehicle.obd_read_hint").into_owned()/>
            <TextField name="fault_codes" label=t(lang, "vehicle.fault_codes") value=codes code=true
                hint=t(lang, "vehicle.fault_codes_hint").into_owned()/>
        </fieldset>
    }
}
