//! The form of an inspection: the score, the damages line by line, what was measured.

use kernel::Lang;
use leptos::prelude::*;
use vehicle::{ACCIDENT, DAMAGE_KINDS, Damage, PARTS, ReportView, VehicleDetail};

use super::measures_form::MeasureFields;
use super::papers_form::PaperFields;
use crate::context::page;
use crate::damage_map::damage_picker;
use crate::i18n::{field_text, t, t_with};
use crate::ui::*;

/// Empty lines for damages that stand open, and those that are folded away below.
const DAMAGE_LINES: usize = 2;
const DAMAGE_LINES_MORE: usize = 10;

/// A tap on the drawing takes the next empty line for that part, and goes on with the kind of damage.
const PICK: &str = "const picker = document.getElementById('damage-picker'); picker.hidden = false; \
    picker.addEventListener('click', (event) => { const { part } = event.target.dataset; if (!part) return; \
    const select = [...document.querySelectorAll('.damage-line [name=part]')].find((one) => !one.value); \
    if (!select) return; select.value = part; event.target.dataset.picked = ''; \
    for (let at = select.closest('details'); at; at = at.parentElement.closest('details')) at.open = true; \
    const line = select.closest('.damage-line'); line.scrollIntoView({ block: 'center' }); \
    line.querySelector('[name=kind]').focus({ preventScroll: true }); });";

/// A new version of the report. It begins with what the last inspection found.
#[component]
pub(super) fn InspectForm(car: VehicleDetail) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let last = car.reports.into_iter().find(ReportView::is_inspection);
    let label = if last.is_some() { "vehicle.inspect_again" } else { "vehicle.inspect" };
    let state = cx.form.of("inspect");
    let (grade, notes, damages, (measures, papers)) =
        last.map(|r| (r.grade, r.notes, r.damages, (r.measures, r.papers))).unwrap_or_default();
    let score = measures.score;
    view! {
        <Disclosure label=t(lang, label) open=state.is_refused()>
            <p class="opacity-70 mb-3">{t(lang, "vehicle.inspect_what")}</p>
            <PostForm name="inspect" guards=true>
                {grade_fields(lang, &grade, score)}
                <DamageFields damages/>
                <MeasureFields measures/>
                <PaperFields papers/>
                <TextArea name="notes" label=t(lang, "vehicle.notes") value=notes max_length=4000/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "vehicle.inspect_save")}</Button></div>
            </PostForm>
        </Disclosure>
    }
}

/// The score, or that it is an accident car. A grade of before, without a score, is said beside it.
fn grade_fields(lang: Lang, grade: &str, score: Option<u8>) -> AnyView {
    let is_accident = grade == ACCIDENT;
    let is_of_before = !grade.is_empty() && !is_accident && score.is_none();
    let before = is_of_before.then(|| {
        view! { <p class="field__hint">{t_with(lang, "vehicle.grade_before", &[("grade", grade)])}</p> }
    });
    let value = score.map(|score| score.to_string()).unwrap_or_default();
    view! {
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.grading")}</legend>
            {before}
            <TextField name="score" label=t(lang, "vehicle.score") value kind=InputKind::Number max_length=3 depends=true
                hint=t(lang, "vehicle.score_hint").into_owned()/>
            <Checkbox name="accident" label=t(lang, "vehicle.accident") checked=is_accident
                hint=t(lang, "vehicle.accident_hint").into_owned()/>
        </fieldset>
    }
    .into_any()
}

/// The damages, a line each, and with a script the drawing on which one is tapped.
#[component]
fn DamageFields(damages: Vec<Damage>) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let state = cx.form.of("inspect");
    let error = state.error("damages").map(|code| field_text(lang, code));
    let held = |n: usize| damages.get(n).cloned();
    // what was typed comes back where it can be seen
    let filled = damages
        .len()
        .max(state.values_of("part").iter().rposition(|part| !part.is_empty()).map_or(0, |n| n + 1));
    let [open, all] = [filled + DAMAGE_LINES, filled + DAMAGE_LINES + DAMAGE_LINES_MORE]
        .map(|lines| lines.min(vehicle::DAMAGES_MAX));
    let rows = (0..open).map(|n| damage_line(n, held(n))).collect_view();
    let more = (open..all).map(|n| damage_line(n, held(n))).collect_view();
    view! {
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.damages")}</legend>
            {error.map(|text| view! { <p class="field__error" role="alert" tabindex="-1" autofocus>{text}</p> })}
            <div class="damage-fields">
                <div id="damage-picker" hidden>
                    {damage_picker(&damages)}
                    <p class="field__hint">{t(lang, "vehicle.damage_pick")}</p>
                </div>
                <div class="damage-lines">
                    {rows}
                    <Disclosure label=t(lang, "vehicle.damages_more")>{more}</Disclosure>
                </div>
            </div>
            <script nonce=cx.nonce.clone()>{PICK}</script>
        </fieldset>
    }
}

/// One damage; the fields of all lines have the same names and are read in their order.
fn damage_line(n: usize, held: Option<Damage>) -> AnyView {
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
        |name: &'static str, label: &'static str, area: &'static str, values: &[&str], chosen: String| {
            let option = |value: &&str| {
                let text = t(lang, &format!("vehicle.{area}.{value}"));
                let (value, selected) = ((*value).to_owned(), *value == chosen);
                view! { <option value=value selected=selected>{text}</option> }
            };
            let word = t(lang, &format!("vehicle.{label}"));
            let label = format!("{word} {}", n + 1);
            view! {
                <select class="input input--select" name=name aria-label=label>
                    // a phone has no room for heads: the empty choice says what the field is
                    <option value="">{word}</option>
                    {values.iter().map(option).collect_view()}
                </select>
            }
        };
    let word = t(lang, "vehicle.damage_note");
    let label = format!("{word} {}", n + 1);
    view! {
        <div class="damage-line">
            {select("part", "damage_part", "part", &PARTS, part)}
            {select("kind", "damage_kind", "damage", &DAMAGE_KINDS, kind)}
            {select("severity", "damage_severity", "severity", &["1", "2", "3"], severity)}
            <input class="input" type="text" name="damage_note" value=note maxlength="200" placeholder=word aria-label=label/>
        </div>
    }
    .into_any()
}
