//! `/office/business-days`: which days are holidays, which weekends are worked, and who said so. The hours in which a seller
//! has to answer and the days in which a buyer has to pay go by it.

use std::sync::Arc;

use ::time::Date;
use auction::{BusinessDay, BusinessDayChange};
use kernel::{Day, DayKind, Lang};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// The number that [`Date`] gives to 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let (who, auction) = (cx.who()?, &cx.services.auction);
    let days = auction.business_days(who).await.map_err(CommandError::into_problem)?;
    let changes = auction.business_day_changes(who).await.map_err(CommandError::into_problem)?;
    let body = view! {
        <PageHead title=t(lang, "business_days.title") note=t(lang, "business_days.note").into_owned()/>
        {problem(&cx)}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2">{list(&cx, days)}</div>
            <div>{form(lang)}</div>
        </div>
        {history(lang, changes)}
    };
    Ok(PageView::office(t(lang, "business_days.title"), body))
}

/// `2026-10-01 周四`.
fn words(lang: Lang, day: Day) -> String {
    let date = i32::try_from(day.0 + EPOCH).ok().and_then(|number| Date::from_julian_day(number).ok());
    let Some(date) = date else { return String::new() };
    let weekday = t(lang, &format!("calendar.weekday.{}", date.weekday().number_from_monday()));
    format!("{} {weekday}", iso(date))
}

fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// Why a day could not be made ordinary again; the form with fields says it itself.
fn problem(cx: &PageContext) -> Option<AnyView> {
    let problem = cx.form.of("ordinary").problem?;
    Some(view! { <ProblemBanner problem/> }.into_any())
}

fn list(cx: &PageContext, days: Vec<BusinessDay>) -> AnyView {
    let lang = cx.lang;
    if days.is_empty() {
        let (title, text) = (t(lang, "business_days.empty"), t(lang, "business_days.empty_text"));
        return view! { <Panel><EmptyState icon=Icon::Calendar title text/></Panel> }.into_any();
    }
    let columns = vec![
        Column::new(t(lang, "business_days.day")),
        Column::new(t(lang, "business_days.kind")),
        Column::new(t(lang, "business_days.name")),
        Column::new(""),
    ];
    let rows = days.into_iter().map(|told| {
        let (tone, number) = (tone(told.kind), told.day.0.to_string());
        let fields = vec![("form", "ordinary".to_owned()), ("day", number)];
        view! {
            <tr>
                <td class="num">{words(lang, told.day)}</td>
                <td><Badge tone>{kind_word(lang, Some(told.kind))}</Badge></td>
                <td class="text">{told.name}</td>
                <td><PostButton action=cx.path.clone() kind=ButtonKind::Quiet small=true fields>{t(lang, "business_days.make_ordinary")}</PostButton></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Panel flush=true><Table columns caption=t(lang, "business_days.title")>{rows}</Table></Panel> }
        .into_any()
}

const fn tone(kind: DayKind) -> Tone {
    match kind {
        DayKind::Holiday => Tone::Good,
        DayKind::Workday => Tone::Active,
    }
}

fn kind_word(lang: Lang, kind: Option<DayKind>) -> String {
    t(lang, &format!("business_days.kind.{}", kind.map_or("ordinary", DayKind::as_str))).into_owned()
}

fn form(lang: Lang) -> AnyView {
    let kind = |kind: DayKind| Choice::new(kind.as_str(), kind_word(lang, Some(kind)));
    let kinds = vec![kind(DayKind::Holiday), kind(DayKind::Workday)];
    view! {
        <Panel title=t(lang, "business_days.add")>
            <PostForm name="set">
                <TextField name="first" label=t(lang, "business_days.first") kind=InputKind::Date required=true/>
                <TextField name="last" label=t(lang, "business_days.last") kind=InputKind::Date
                    hint=t(lang, "business_days.last_hint").into_owned()/>
                <SelectField name="kind" label=t(lang, "business_days.kind") choices=kinds value=DayKind::Holiday.as_str()
                    required=true/>
                <TextField name="name" label=t(lang, "business_days.name") required=true max_length=40/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "business_days.save")}</Button></div>
            </PostForm>
        </Panel>
    }
    .into_any()
}

fn history(lang: Lang, changes: Vec<BusinessDayChange>) -> Option<AnyView> {
    if changes.is_empty() {
        return None;
    }
    let steps = changes.into_iter().map(|change| {
        let days = match change.first == change.last {
            true => words(lang, change.first),
            false => {
                let (first, last) = (words(lang, change.first), words(lang, change.last));
                t_with(lang, "business_days.range", &[("first", &first), ("last", &last)])
            }
        };
        let step = Step::new(change.at, kind_word(lang, change.kind), change.by_name);
        step.detail(view! { <span class="tabular-nums">{days}</span> " " {change.name} })
    });
    let steps: Vec<Step> = steps.collect();
    Some(view! { <Panel title=t(lang, "business_days.history")><Timeline steps/></Panel> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_with_its_weekday() {
        assert_eq!(words(Lang::Zh, Day(20_780)), "2026-11-23 周一");
        assert_eq!(words(Lang::En, Day(i64::MAX - EPOCH)), "");
    }
}
