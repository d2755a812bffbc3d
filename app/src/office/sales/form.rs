//! The part of a form that sales and their templates have in common: the format and its numbers, money, audience.

use auction::{FinePrint, FollowOn, FormatNumbers, ReserveDisplay, ReserveRules, SaleTemplate, SisterPolicy};
use bidding::{BelowReserve, Ladder};
use kernel::{Fen, Lang, parse_amount};
use leptos::prelude::*;
use serde_json::{Value, json};

use super::fine_print::FineFields;
use crate::context::page;
use crate::formats::{FORMATS, format_choices};
use crate::i18n::t;
use crate::ui::*;

/// Those whose lots end at the time that the sale names; a word each, as the style sheet reads them.
pub(super) const BY_THE_CLOCK: &str = "timed flash sealed_first sealed_second";
/// Those whose price rises in the open.
pub(super) const ENGLISH: &str = "timed flash lane";

/// Where unsold cars are not offered again by themselves: an empty value would be the list's own "choose one".
pub(super) const NO_TEMPLATE: &str = "none";

/// What the fields hold before anything is typed.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) format: String,
    /// Minutes.
    pub(super) runs: String,
    /// Seconds.
    pub(super) stagger: String,
    /// Seconds.
    pub(super) window: String,
    /// Minutes.
    pub(super) cap: String,
    pub(super) below_reserve: String,
    /// Percent.
    pub(super) buy_now: String,
    /// Percent.
    pub(super) dutch_start: String,
    pub(super) dutch_steps: String,
    /// Seconds.
    pub(super) dutch_step: String,
    /// Seconds.
    pub(super) lane_lot: String,
    /// Percent.
    pub(super) deposit: String,
    pub(super) gap: Option<Fen>,
    pub(super) groups: Vec<String>,
    pub(super) sisters: String,
    /// The id of a template, or [`NO_TEMPLATE`].
    pub(super) next_template: String,
    /// Hours.
    pub(super) next_wait: String,
    /// A line a band.
    pub(super) ladder: String,
    pub(super) reserve_display: String,
    /// Percent of the guide price.
    pub(super) reserve_limit: String,
    pub(super) fine: FineFields,
}

impl Rules {
    /// What the domain rules say of a format [default, configurable].
    pub(super) fn of_format(word: &str) -> Rules {
        let format = FORMATS.into_iter().find(|format| *format == word).unwrap_or("timed");
        let (runs, window) = match format {
            "flash" => ("45", "60"),
            "lane" => ("60", "12"),
            _ => ("60", "120"),
        };
        let text = str::to_owned;
        Rules {
            format: text(format),
            runs: text(runs),
            stagger: text("30"),
            window: text(window),
            cap: text("60"),
            below_reserve: text("full"),
            buy_now: String::new(),
            dutch_start: text("110"),
            dutch_steps: text("10"),
            dutch_step: text("300"),
            lane_lot: text("45"),
            deposit: (auction::DEPOSIT_BP / 100).to_string(),
            gap: None,
            groups: Vec::new(),
            sisters: text(SisterPolicy::default().as_str()),
            next_template: text(NO_TEMPLATE),
            next_wait: text("24"),
            ladder: lines(&Ladder::standard()),
            reserve_display: text(ReserveDisplay::default().as_str()),
            reserve_limit: ReserveRules::default().limit_percent.to_string(),
            fine: FineFields::of(FinePrint::default()),
        }
    }

    /// What a template says; what its format has no use for is as by default.
    pub(super) fn of_template(template: &SaleTemplate) -> Rules {
        let rules = &template.rules;
        let numbers = FormatNumbers::of(rules.format, rules.buy_now_percent);
        let usual = Rules::of_format(rules.format.as_str());
        let or = |number: Option<i64>, usual: String| number.map_or(usual, |number| number.to_string());
        Rules {
            format: usual.format,
            runs: (rules.runs_ms / 60_000).to_string(),
            stagger: (rules.stagger_ms / 1_000).to_string(),
            window: (rules.window_ms / 1_000).to_string(),
            cap: (rules.cap_ms / 60_000).to_string(),
            below_reserve: match rules.below_reserve {
                BelowReserve::Full => "full".to_owned(),
                BelowReserve::Stepped => "stepped".to_owned(),
            },
            buy_now: or(rules.buy_now_percent, String::new()),
            dutch_start: or(numbers.dutch_start_percent.map(i64::from), usual.dutch_start),
            dutch_steps: or(numbers.dutch_steps.map(i64::from), usual.dutch_steps),
            dutch_step: or(numbers.dutch_step_ms.map(|ms| ms / 1_000), usual.dutch_step),
            lane_lot: or(numbers.lane_lot_ms.map(|ms| ms / 1_000), usual.lane_lot),
            deposit: (rules.deposit_bp / 100).to_string(),
            gap: Some(rules.gap_fen).filter(|gap| *gap != Fen::ZERO),
            groups: rules.audience.groups.clone(),
            sisters: rules.audience.sisters.as_str().to_owned(),
            next_template: rules.follow_on.map_or(usual.next_template, |next| next.template_id.to_string()),
            next_wait: or(rules.follow_on.map(hours), usual.next_wait),
            ladder: lines(&rules.ladder),
            reserve_display: rules.reserve.display.as_str().to_owned(),
            reserve_limit: rules.reserve.limit_percent.to_string(),
            fine: FineFields::of(rules.fine),
        }
    }

    /// The same with what a search of the cars brings back.
    pub(super) fn typed(mut self, query: &crate::query::Query) -> Rules {
        let fields = [
            ("format", &mut self.format),
            ("runs", &mut self.runs),
            ("stagger", &mut self.stagger),
            ("window", &mut self.window),
            ("cap", &mut self.cap),
            ("below_reserve", &mut self.below_reserve),
            ("buy_now", &mut self.buy_now),
            ("dutch_start", &mut self.dutch_start),
            ("dutch_steps", &mut self.dutch_steps),
            ("dutch_step", &mut self.dutch_step),
            ("lane_lot", &mut self.lane_lot),
            ("deposit", &mut self.deposit),
            ("sisters", &mut self.sisters),
            ("next_template", &mut self.next_template),
            ("next_wait", &mut self.next_wait),
            ("ladder", &mut self.ladder),
            ("reserve_display", &mut self.reserve_display),
            ("reserve_limit", &mut self.reserve_limit),
        ];
        for (name, field) in fields {
            if let Some(value) = query.get(name) {
                value.clone_into(field);
            }
        }
        self.fine = self.fine.typed(query);
        if let Some(gap) = query.get("gap") {
            self.gap = parse_amount(gap).ok();
        }
        // the whole form was sent: what is not ticked was unticked
        if query.get("sisters").is_some() {
            self.groups = query.all("group").into_iter().map(str::to_owned).collect();
        }
        self
    }
}

/// `50000 500`: from ¥50 000 on at least ¥500 more, a line for each band, in whole yuan.
fn lines(ladder: &Ladder) -> String {
    let band = |band: &bidding::Band| format!("{} {}", band.from_fen.0 / 100, band.step_fen.0 / 100);
    ladder.0.iter().map(band).collect::<Vec<_>>().join("\n")
}

/// How many hours a follow-on waits.
pub(super) fn hours(follow_on: FollowOn) -> i64 {
    follow_on.wait_ms / 3_600_000
}

/// What becomes of unsold cars: by which of these templates they are offered again, and how many hours later.
pub(super) fn follow_on_fields(
    lang: Lang,
    templates: &[SaleTemplate],
    (template, wait): (String, String),
) -> AnyView {
    let none = Choice::new(NO_TEMPLATE, t(lang, "sale.follow_on.none"));
    let saved = templates.iter().map(|saved| Choice::new(saved.id.to_string(), saved.rules.name.clone()));
    let choices: Vec<Choice> = std::iter::once(none).chain(saved).collect();
    view! {
        <SelectField name="next_template" label=t(lang, "sale.follow_on") choices value=template required=true
            hint=t(lang, "sale.follow_on.hint").into_owned()/>
        <TextField name="next_wait" label=t(lang, "sale.follow_on.wait") kind=InputKind::Number value=wait
            depends=true unit=t(lang, "sale.follow_on.hours").into_owned() hint=t(lang, "sale.follow_on.wait_hint").into_owned()/>
    }
    .into_any()
}

/// What is held, and what sellers allow.
pub(super) fn money_fields(lang: Lang, deposit: String, gap: Option<Fen>) -> AnyView {
    view! {
        <TextField name="deposit" label=t(lang, "sale.deposit") kind=InputKind::Number required=true value=deposit
            unit="%".to_owned() hint=t(lang, "sale.deposit_hint").into_owned()/>
        <MoneyField name="gap" label=t(lang, "sale.gap") hint=t(lang, "sale.gap_hint").into_owned() value=gap/>
    }
    .into_any()
}

/// What is done with reserves.
pub(super) fn reserve_fields(lang: Lang, (display, limit): (String, String)) -> AnyView {
    let displays = ReserveDisplay::ALL
        .map(ReserveDisplay::as_str)
        .map(|word| Choice::new(word, t(lang, &format!("sale.reserve_display.{word}"))))
        .to_vec();
    view! {
        <SelectField name="reserve_display" label=t(lang, "sale.reserve_display") choices=displays value=display
            required=true hint=t(lang, "sale.reserve_display_hint").into_owned()/>
        <TextField name="reserve_limit" label=t(lang, "sale.reserve_limit") kind=InputKind::Number required=true value=limit
            unit="%".to_owned() hint=t(lang, "sale.reserve_limit_hint").into_owned()/>
    }
    .into_any()
}

/// Whom the sale is for: `all` groups there are, those that are `ticked`, and what sister stores may.
pub(super) fn audience_fields(lang: Lang, all: Vec<String>, ticked: Vec<String>, sisters: String) -> AnyView {
    let none = all.is_empty().then(|| view! { <p class="muted mb-3">{t(lang, "sale.no_groups")}</p> });
    let choices: Vec<Choice> = all.into_iter().map(|group| Choice::new(group.clone(), group)).collect();
    let boxes = (!choices.is_empty()).then(|| {
        let hint = t(lang, "sale.audience_hint").into_owned();
        view! { <Choices name="group" label=t(lang, "sale.groups") choices values=ticked many=true hint=hint/> }
    });
    let policies = SisterPolicy::ALL
        .map(SisterPolicy::as_str)
        .map(|word| Choice::new(word, t(lang, &format!("sale.sisters.{word}"))))
        .to_vec();
    view! {
        {none}
        {boxes}
        <SelectField name="sisters" label=t(lang, "sale.sisters") choices=policies value=sisters required=true
            hint=t(lang, "sale.sisters_hint").into_owned()/>
    }
    .into_any()
}

/// Who chooses another format gets the numbers that are usual for it, where those of the one before still stand.
const USUAL: &str = "const place = document.querySelector('[data-usual]'); const usual = JSON.parse(place.dataset.usual); \
    const select = place.querySelector('select'); let before = select.value; \
    select.addEventListener('change', () => { for (const [name, value] of Object.entries(usual[before] ?? {})) { \
    const field = select.form.elements[name]; if (field?.value === value) field.value = usual[select.value][name]; } \
    before = select.value; });";

/// For each format the numbers that differ from format to format.
fn usual() -> String {
    let numbers = FORMATS.map(|format| {
        let rules = Rules::of_format(format);
        (format.to_owned(), json!({ "runs": rules.runs, "window": rules.window }))
    });
    Value::Object(numbers.into_iter().collect()).to_string()
}

/// The list of formats.
pub(super) fn format_field(lang: Lang, format: String) -> AnyView {
    let choices = format_choices(lang);
    let cx = page();
    view! {
        <div class="contents" data-usual=usual()>
            <SelectField name="format" label=t(lang, "sale.format") choices value=format required=true
                hint=t(lang, "sale.format_hint").into_owned()/>
        </div>
        <script type="module" nonce=cx.nonce.clone()>{USUAL}</script>
    }
    .into_any()
}

/// The numbers, each for the formats that read it: the style sheet shows those of the chosen one.
pub(super) fn number_fields(lang: Lang, rules: Rules) -> AnyView {
    let modes =
        ["full", "stepped"].map(|mode| Choice::new(mode, t(lang, &format!("sale.mode.{mode}")))).to_vec();
    let (seconds, minutes, percent) =
        (t(lang, "sale.seconds").into_owned(), t(lang, "sale.minutes").into_owned(), "%".to_owned());
    view! {
        <div class="for-format" data-formats=BY_THE_CLOCK>
            <TextField name="stagger" label=t(lang, "sale.stagger") kind=InputKind::Number value=rules.stagger
                unit=seconds.clone() hint=t(lang, "sale.stagger_hint").into_owned()/>
        </div>
        <div class="for-format" data-formats=ENGLISH>
            <TextField name="window" label=t(lang, "sale.window") kind=InputKind::Number value=rules.window
                unit=seconds.clone() hint=t(lang, "sale.window_hint").into_owned()/>
            <TextField name="cap" label=t(lang, "sale.cap") kind=InputKind::Number value=rules.cap
                unit=minutes hint=t(lang, "sale.cap_hint").into_owned()/>
            <SelectField name="below_reserve" label=t(lang, "sale.mode") choices=modes value=rules.below_reserve
                required=true hint=t(lang, "sale.mode_hint").into_owned()/>
        </div>
        <div class="for-format" data-formats=ENGLISH>
            <TextArea name="ladder" label=t(lang, "sale.ladder") value=rules.ladder rows=6
                hint=t(lang, "sale.ladder_hint").into_owned()/>
        </div>
        <div class="for-format" data-formats=ENGLISH data-optional="">
            <TextField name="buy_now" label=t(lang, "sale.buy_now") kind=InputKind::Number value=rules.buy_now
                unit=percent.clone() hint=t(lang, "sale.buy_now_hint").into_owned()/>
        </div>
        <div class="for-format" data-formats="dutch">
            <TextField name="dutch_start" label=t(lang, "sale.dutch_start") kind=InputKind::Number value=rules.dutch_start
                unit=percent hint=t(lang, "sale.dutch_start_hint").into_owned()/>
            <TextField name="dutch_steps" label=t(lang, "sale.dutch_steps") kind=InputKind::Number value=rules.dutch_steps
                hint=t(lang, "sale.dutch_steps_hint").into_owned()/>
            <TextField name="dutch_step" label=t(lang, "sale.dutch_step") kind=InputKind::Number value=rules.dutch_step
                unit=seconds.clone() hint=t(lang, "sale.dutch_step_hint").into_owned()/>
        </div>
        <div class="for-format" data-formats="lane">
            <TextField name="lane_lot" label=t(lang, "sale.lane_lot") kind=InputKind::Number value=rules.lane_lot
                unit=seconds hint=t(lang, "sale.lane_lot_hint").into_owned()/>
        </div>
    }
    .into_any()
}
