//! What can be done with a car: inspect, price, correct, add photos.

use kernel::{Fen, VehicleId};
use leptos::prelude::*;
use vehicle::{DAMAGE_KINDS, PARTS, ReportView, VehicleDetail};

use super::facts_form::FactsFields;
use super::measures_form::MeasureFields;
use crate::context::page;
use crate::i18n::{field_text, t};
use crate::ui::*;

/// Empty lines for damages that stand open, and those that are folded away below.
const DAMAGE_LINES: usize = 2;
const DAMAGE_LINES_MORE: usize = 10;
/// The grades that are offered; houses that grade in numbers type theirs.
const GRADES: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A new version of the report. It begins with what the last inspection found.
#[component]
pub(super) fn InspectForm(car: VehicleDetail) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let last = car.reports.into_iter().find(ReportView::is_inspection);
    let label = if last.is_some() { "vehicle.inspect_again" } else { "vehicle.inspect" };
    let state = cx.form.of("inspect");
    let error = state.error("damages").map(|code| field_text(lang, code));
    let (grade, notes, damages, measures) =
        last.map(|r| (r.grade, r.notes, r.damages, r.measures)).unwrap_or_default();
    let held = |n: usize| damages.get(n).cloned();
    // what was typed comes back where it can be seen
    let filled = damages
        .len()
        .max(state.values_of("part").iter().rposition(|part| !part.is_empty()).map_or(0, |n| n + 1));
    let [open, all] = [filled + DAMAGE_LINES, filled + DAMAGE_LINES + DAMAGE_LINES_MORE]
        .map(|lines| lines.min(vehicle::DAMAGES_MAX));
    let rows = (0..open).map(|n| damage_line(n, held(n))).collect_view();
    let more = (open..all).map(|n| damage_line(n, held(n))).collect_view();
    let more_label = t(lang, "vehicle.damages_more");
    let grades = GRADES.map(str::to_owned).to_vec();
    let columns = ["damage_part", "damage_kind", "damage_severity", "damage_note"]
        .map(|name| Column::new(t(lang, &format!("vehicle.{name}"))))
        .to_vec();
    let columns_of_more = columns.clone();
    view! {
        <Disclosure label=t(lang, label) open=state.is_refused()>
            <p class="opacity-70 mb-3">{t(lang, "vehicle.inspect_what")}</p>
            <PostForm name="inspect">
                <TextField name="grade" label=t(lang, "vehicle.field.grade") value=grade required=true max_length=20 suggestions=grades autocomplete="off"/>
                {error.map(|text| view! { <p class="field__error" role="alert">{text}</p> })}
                <Table columns caption=t(lang, "vehicle.damages")>{rows}</Table>
                <Disclosure label=more_label.clone()>
                    <Table columns=columns_of_more caption=more_label>{more}</Table>
                </Disclosure>
                <MeasureFields measures/>
                <TextArea name="notes" label=t(lang, "vehicle.notes") value=notes max_length=4000/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "vehicle.inspect_save")}</Button></div>
            </PostForm>
        </Disclosure>
    }
}

/// One damage; the fields of all lines have the same names and are read in their order.
fn damage_line(n: usize, held: Option<vehicle::Damage>) -> AnyView {
    let cx = page();
    let lang = cx.lang;
    let state = cx.form.of("inspect");
    let typed = |name: &str, stored: Option<String>| match state.is_refused() {
        true => state.values_of(name).get(n).map(|text| (*text).to_owned()).unwrap_or_default(),
        false => stored.unwrap_or_default(),
    };
    let part = typed("part", held.as_ref().map(|d| d.part.clone()));
    let kind = typed("kind", held.as_ref().map(|d| d.kind.clone()));
    let severity = typed("severity", held.as_ref().map(|d| d.severity.to_string()));
    let note = typed("damage_note", held.map(|d| d.note));
    let select =
        |name: &'static str, label: &'static str, area: &'static str, values: Vec<String>, chosen: String| {
            let option = |value: String| {
                let text = t(lang, &format!("vehicle.{area}.{value}"));
                let selected = value == chosen;
                view! { <option value=value selected=selected>{text}</option> }
            };
            let label = format!("{} {}", t(lang, &format!("vehicle.{label}")), n + 1);
            view! {
                <select class="input input--select" name=name aria-label=label>
                    <option value="">"—"</option>
                    {values.into_iter().map(option).collect_view()}
                </select>
            }
        };
    let words = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let levels = ["1", "2", "3"].map(str::to_owned).to_vec();
    let label = format!("{} {}", t(lang, "vehicle.damage_note"), n + 1);
    view! {
        <tr>
            <td>{select("part", "damage_part", "part", words(&PARTS), part)}</td>
            <td>{select("kind", "damage_kind", "damage", words(&DAMAGE_KINDS), kind)}</td>
            <td>{select("severity", "damage_severity", "severity", levels, severity)}</td>
            <td><input class="input" type="text" name="damage_note" value=note maxlength="200" aria-label=label/></td>
        </tr>
    }
    .into_any()
}

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
    view! {
        <Disclosure label=t(lang, "vehicle.correct") open=state.is_refused()>
            <p class="opacity-70 mb-3">{t(lang, "vehicle.correct_what")}</p>
            <PostForm name="correct">
                <FactsFields facts=car.facts state/>
                <TextField name="reason" label=t(lang, "vehicle.correct_why") max_length=200 wide=true/>
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
