//! The form of an import's columns and units. It begins with what was kept for the source, or guessed.

use kernel::{Lang, Role};
use leptos::prelude::*;
use vehicle::import::{DELIMITERS, ENCODINGS, FirstLine, ImportJob, Mapping};
use vehicle::{Field, MileageUnit};

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The names under which forms send delimiters: a tab in a form is hard to see.
const DELIMITER_NAMES: [&str; 4] = ["comma", "semicolon", "tab", "pipe"];

/// The facts in the groups of the form.
const GROUPS: [(&str, &[Field]); 3] = [
    ("identity", &[Field::Vin, Field::ExternalId]),
    (
        "car",
        &[
            Field::Make,
            Field::Model,
            Field::Title,
            Field::Trim,
            Field::ModelYear,
            Field::Body,
            Field::Fuel,
            Field::Transmission,
            Field::Colour,
            Field::Interior,
        ],
    ),
    (
        "use",
        &[
            Field::Mileage,
            Field::FirstRegistration,
            Field::PlateNo,
            Field::PlatePlace,
            Field::Transfers,
            Field::City,
            Field::Grade,
            Field::SellerName,
            Field::SourcePrice,
        ],
    ),
];

/// The form.
#[component]
pub(super) fn MappingForm(job: ImportJob) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let missing = job.mapping.missing(&job.layout.header).join("、");
    let missing = (!missing.is_empty()).then(|| {
        let names = [("source", job.source.as_str()), ("columns", missing.as_str())];
        let text = t_with(lang, "vehicle.import.missing_columns", &names);
        view! { <Banner tone=Tone::Warn>{text}</Banner> }
    });
    let doubt = job.layout.is_first_line_doubtful().then(|| doubt(lang, cx.path.clone(), &job.layout.header));
    let prices = cx.principal.as_ref().is_some_and(|who| who.has_role(Role::Pricing));
    let (sample, layout) = (view! { <Sample job=job.clone()/> }, view! { <LayoutFields job=job.clone()/> });
    let (columns, units) =
        (view! { <ColumnFields job=job.clone()/> }, view! { <UnitFields job=job.clone()/> });
    let pricing = prices.then(|| {
        view! { <Panel title=t(lang, "vehicle.import.pricing").into_owned()><PriceFields job/></Panel> }
    });
    view! {
        {doubt}
        {missing}
        <Panel title=t(lang, "vehicle.import.sample").into_owned() flush=true>{sample}</Panel>
        <PostForm class="form">
            <Panel title=t(lang, "vehicle.import.layout").into_owned()>{layout}</Panel>
            <Panel title=t(lang, "vehicle.import.mapping").into_owned()>{columns}</Panel>
            <Panel title=t(lang, "vehicle.import.units").into_owned()>{units}</Panel>
            {pricing}
            <div class="form__end items-center">
                <Button kind=ButtonKind::Primary icon=Icon::Play>{t(lang, "vehicle.import.start")}</Button>
                <span class="opacity-70">{t(lang, "vehicle.import.start_note")}</span>
            </div>
        </PostForm>
    }
}

/// So many cells show what the first line is.
const DOUBTED_CELLS: usize = 6;

/// That values stand where names are due, what that costs, and the way on.
fn doubt(lang: Lang, path: String, first_line: &[String]) -> AnyView {
    let cells = first_line.iter().take(DOUBTED_CELLS).map(String::as_str).collect::<Vec<_>>().join(" · ");
    let text = t_with(lang, "vehicle.import.first_line_doubtful", &[("cells", &cells)]);
    let fields = vec![("first_line", FirstLine::Data.name().to_owned()), ("read_anew", "1".to_owned())];
    view! {
        <Banner tone=Tone::Warn>
            <p>{text}</p>
            <div class="mt-2 flex flex-wrap items-center gap-3">
                <PostButton action=path small=true icon=Icon::Check fields=fields>
                    {t(lang, "vehicle.import.first_line_is_data")}
                </PostButton>
                <span class="field__hint">{t(lang, "vehicle.import.first_line_is_names")}</span>
            </div>
        </Banner>
    }
    .into_any()
}

/// Which column is which fact.
#[component]
fn ColumnFields(job: ImportJob) -> impl IntoView {
    let lang = page().lang;
    let columns: Vec<Choice> =
        job.layout.header.iter().map(|name| Choice::new(name, with_sample(lang, &job, name))).collect();
    let none = t(lang, "vehicle.import.unmapped").into_owned();
    let field = |field: &Field| {
        let value = job.mapping.columns.get(field).cloned().unwrap_or_default();
        let label = t(lang, &format!("vehicle.field.{}", field.name()));
        let hint = match field {
            Field::Vin | Field::ExternalId => Some("vehicle.import.hint.identity"),
            Field::Model => Some("vehicle.import.hint.model"),
            _ => None,
        };
        let (choices, none) = (columns.clone(), none.clone());
        let required = *field == Field::Make;
        match hint {
            Some(key) => {
                let hint = t(lang, key).into_owned();
                view! { <SelectField name=field.name() label choices value none required hint/> }.into_any()
            }
            None => view! { <SelectField name=field.name() label choices value none required/> }.into_any(),
        }
    };
    let group = |(name, fields): (&str, &[Field])| {
        view! {
            <fieldset class="mb-4">
                <legend class="font-semibold mb-2">{t(lang, &format!("vehicle.group.{name}")).into_owned()}</legend>
                <div class="form form--columns form--thirds">{fields.iter().map(field).collect_view()}</div>
            </fieldset>
        }
    };
    view! {
        <p class="opacity-70 mb-3">{t(lang, "vehicle.import.mapping_note")}</p>
        {GROUPS.into_iter().map(group).collect_view()}
    }
}

/// Units of what is in the columns, and how strictly VINs are taken.
#[component]
fn UnitFields(job: ImportJob) -> impl IntoView {
    let lang = page().lang;
    let units = MileageUnit::ALL
        .map(|unit| Choice::new(unit.name(), t(lang, &format!("vehicle.unit.{}", unit.name()))))
        .to_vec();
    let (unit, currency) = (job.mapping.mileage_unit.name(), job.mapping.currency);
    view! {
        <div class="form form--columns">
            <SelectField name="mileage_unit" label=t(lang, "vehicle.import.mileage_unit") choices=units value=unit required=true/>
            <TextField name="currency" label=t(lang, "vehicle.import.currency") value=currency max_length=12
                hint=t(lang, "vehicle.import.currency_hint").into_owned()/>
            <div class="field--wide">
                <Checkbox name="vin_strict" label=t(lang, "vehicle.import.vin_strict") checked=job.mapping.vin_strict
                    hint=t(lang, "vehicle.import.vin_strict_hint").into_owned()/>
            </div>
        </div>
    }
}

/// A column's name with its first value, so that a person sees what is in it.
fn with_sample(lang: Lang, job: &ImportJob, name: &str) -> String {
    let place = job.layout.header.iter().position(|column| column == name);
    let values = place.into_iter().flat_map(|at| job.layout.sample.iter().filter_map(move |row| row.get(at)));
    match values.into_iter().find(|value| !value.trim().is_empty()) {
        Some(value) => {
            let value: String = value.chars().take(24).collect();
            let (open, close) = if lang == Lang::Zh { ("（", "）") } else { (" (", ")") };
            format!("{name}{open}{value}{close}")
        }
        None => name.to_owned(),
    }
}

#[component]
fn Sample(job: ImportJob) -> impl IntoView {
    let columns = job.layout.header.into_iter().map(Column::new).collect();
    let row = |cells: Vec<String>| {
        view! { <tr>{cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> }
    };
    let rows = job.layout.sample.into_iter().map(row).collect_view();
    view! { <Table columns caption=t(page().lang, "vehicle.import.sample")>{rows}</Table> }
}

#[component]
fn LayoutFields(job: ImportJob) -> impl IntoView {
    let lang = page().lang;
    let mut names: Vec<String> = ENCODINGS.iter().map(|name| (*name).to_owned()).collect();
    if !names.contains(&job.layout.encoding) {
        names.insert(0, job.layout.encoding.clone());
    }
    let encodings = names.into_iter().map(|name| Choice::new(name.clone(), name)).collect();
    let delimiters = DELIMITER_NAMES
        .map(|name| Choice::new(name, t(lang, &format!("vehicle.import.delimiter.{name}"))))
        .to_vec();
    let delimiter = delimiter_name(job.layout.delimiter);
    let first_lines = FirstLine::ALL
        .map(|line| Choice::new(line.name(), t(lang, &format!("vehicle.import.first_line.{}", line.name()))))
        .to_vec();
    let first_line = job.layout.first_line.name();
    view! {
        <div class="form form--columns form--thirds">
            <SelectField name="encoding" label=t(lang, "vehicle.import.encoding") choices=encodings
                value=job.layout.encoding required=true/>
            <SelectField name="delimiter" label=t(lang, "vehicle.import.delimiter") choices=delimiters
                value=delimiter required=true/>
            <SelectField name="first_line" label=t(lang, "vehicle.import.first_line") choices=first_lines
                value=first_line required=true/>
            <div class="field--wide flex flex-wrap items-center gap-3">
                // what is not filled in below does not matter to it
                <button class="button button--small" type="submit" name="read_anew" value="1" formnovalidate>
                    <IconView icon=Icon::Refresh/>{t(lang, "vehicle.import.read_anew")}
                </button>
                <span class="field__hint">{t(lang, "vehicle.import.read_anew_hint")}</span>
            </div>
        </div>
    }
}

fn delimiter_name(delimiter: char) -> &'static str {
    DELIMITERS
        .iter()
        .position(|d| *d == delimiter)
        .and_then(|at| DELIMITER_NAMES.get(at))
        .copied()
        .unwrap_or("comma")
}

/// The delimiter that a form names.
pub fn delimiter_of(name: &str) -> Option<char> {
    DELIMITER_NAMES.iter().position(|n| *n == name).and_then(|at| DELIMITERS.get(at)).copied()
}

#[component]
fn PriceFields(job: ImportJob) -> impl IntoView {
    let lang = page().lang;
    let is_on = job.mapping.price.is_some();
    let rule = job.mapping.price.or_else(|| Mapping::suggested_price(&job.layout.header));
    let columns = job.layout.header.iter().map(|name| Choice::new(name, name)).collect();
    let units =
        ["yuan", "wan"].map(|unit| Choice::new(unit, t(lang, &format!("vehicle.unit.{unit}")))).to_vec();
    let column = rule.as_ref().map(|rule| rule.column.clone()).unwrap_or_default();
    let unit = rule.as_ref().map_or("yuan", |rule| rule.unit.name());
    let (factor, start, reserve) = match &rule {
        Some(rule) => (rule.factor_bp, rule.start_bp, rule.reserve_bp),
        None => (10_000, 7_000, 9_000),
    };
    view! {
        <div class="form form--columns">
            <div class="field--wide">
                <Checkbox name="price_on" label=t(lang, "vehicle.import.price_on") checked=is_on/>
            </div>
            <SelectField name="price_column" label=t(lang, "vehicle.import.price_column") choices=columns value=column/>
            <TextField name="factor_bp" label=t(lang, "vehicle.import.factor") value=decimal(factor, 10_000) kind=InputKind::Decimal
                hint=t(lang, "vehicle.import.factor_hint").into_owned()/>
            <SelectField name="price_unit" label=t(lang, "vehicle.import.price_unit") choices=units value=unit required=true/>
            <TextField name="start_bp" label=t(lang, "vehicle.import.start_percent") value=decimal(start, 100)
                kind=InputKind::Decimal unit="%"/>
            <TextField name="reserve_bp" label=t(lang, "vehicle.import.reserve_percent") value=decimal(reserve, 100)
                kind=InputKind::Decimal unit="%" hint=t(lang, "vehicle.import.reserve_percent_hint").into_owned()/>
        </div>
    }
}

/// `72000` of 10 000 as `7.2`.
fn decimal(n: u32, unit: u32) -> String {
    let digits = if unit == 100 { 2 } else { 4 };
    let text = format!("{}.{:0digits$}", n / unit, n % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_shown_as_people_type_them() {
        assert_eq!(decimal(72_000, 10_000), "7.2");
        assert_eq!(decimal(10_000, 10_000), "1");
        assert_eq!(decimal(7_050, 100), "70.5");
        assert_eq!(decimal(0, 100), "0");
    }

    #[test]
    fn every_delimiter_has_a_name() {
        for delimiter in DELIMITERS {
            assert_eq!(delimiter_of(delimiter_name(delimiter)), Some(delimiter));
        }
    }
}
