//! The fields of a car's papers. What is left empty was not looked at.

use leptos::prelude::*;
use vehicle::{KEYS_MAX, MOVES, PAPERS, Papers, SETTLED_BY, UNTIL};

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Papers, days, keys, violations, pledge, and where it can go.
#[component]
pub(super) fn PaperFields(papers: Papers) -> impl IntoView {
    let lang = page().lang;
    let unseen = t(lang, "vehicle.paper.unseen");
    let select = |name: &'static str, label: &str, area: &str, answers: &[&str], value: String| {
        let choice = |answer: &&str| Choice::new(*answer, t(lang, &format!("vehicle.{area}.{answer}")));
        let choices = answers.iter().map(choice).collect();
        view! { <SelectField name label=t(lang, label) choices value none=unseen.clone().into_owned()/> }
            .into_any()
    };
    let yes_or_no = |said: Option<bool>| said.map_or("", |said| if said { "yes" } else { "no" }).to_owned();
    let there = PAPERS.map(|(name, field)| {
        let value = yes_or_no(papers.there.get(name).copied());
        select(field, &format!("vehicle.paper.{name}"), "paper", &["yes", "no"], value)
    });
    let until = UNTIL.map(|(name, field)| {
        let value = papers.until.get(name).cloned().unwrap_or_default();
        let label = t(lang, &format!("vehicle.until.{name}"));
        view! { <TextField name=field label value kind=InputKind::Date/> }
    });
    let number = |value: Option<u16>| value.map(|value| value.to_string()).unwrap_or_default();
    let keys = number(papers.keys.map(u16::from));
    let points = number(papers.violation_points);
    let pledged = select("pledged", "vehicle.pledged", "pledge", &["no", "yes"], yes_or_no(papers.pledged));
    let moves = select("moves", "vehicle.moves", "moves", &MOVES, papers.moves.unwrap_or_default());
    let settled_by = papers.settled_by.unwrap_or_default();
    let settled_by = select("settled_by", "vehicle.settled_by", "settled_by", &SETTLED_BY, settled_by);
    let keys_hint = t_with(lang, "vehicle.keys_hint", &[("most", &KEYS_MAX.to_string())]);
    view! {
        <fieldset class="measure-fields">
            <legend>{t(lang, "vehicle.papers")}</legend>
            <p class="field__hint">{t(lang, "vehicle.papers_hint")}</p>
            <div class="measure-fields__grid">
                {there.into_iter().collect_view()}
                {pledged}
                {moves}
                {until.into_iter().collect_view()}
                <TextField name="keys" label=t(lang, "vehicle.keys") value=keys kind=InputKind::Number max_length=1 hint=keys_hint/>
                <TextField name="violation_points" label=t(lang, "vehicle.violation_points") value=points
                    kind=InputKind::Number max_length=3/>
                <MoneyField name="violation_fine" label=t(lang, "vehicle.violation_fine") value=papers.violation_fine_fen/>
                {settled_by}
            </div>
        </fieldset>
    }
}
