//! `/office/sales/templates`: saved templates of sales; and the form that makes and changes one.

use std::sync::Arc;

use auction::SaleTemplate;
use leptos::prelude::*;
use platform_db::CommandError;
use uuid::Uuid;

use super::fine_print::fine_fields;
use super::form::{
    BY_THE_CLOCK, Rules, audience_fields, follow_on_fields, format_field, money_fields, number_fields,
    reserve_fields,
};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws the list.
pub async fn list(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let templates = cx.services.auction.sale_templates().await.map_err(CommandError::into_problem)?;
    let crumbs = vec![Crumb::new(t(lang, "sale.title"), "/office/sales")];
    let content = match templates.is_empty() {
        true => view! {
            <EmptyState icon=Icon::Gavel title=t(lang, "sale.template.empty") text=t(lang, "sale.template.empty_text")>
                <LinkButton href="/office/sales/templates/new" kind=ButtonKind::Primary>{t(lang, "sale.template.new")}</LinkButton>
            </EmptyState>
        }
        .into_any(),
        false => table(&cx, templates),
    };
    let body = view! {
        <PageHead title=t(lang, "sale.template.title") crumbs note=t(lang, "sale.template.note")>
            <LinkButton href="/office/sales/templates/new" icon=Icon::Plus>{t(lang, "sale.template.new")}</LinkButton>
        </PageHead>
        {content}
    };
    Ok(PageView::office(t(lang, "sale.template.title"), body))
}

fn table(cx: &PageContext, templates: Vec<SaleTemplate>) -> AnyView {
    let lang = cx.lang;
    let columns = vec![
        Column::new(t(lang, "sale.template.name")),
        Column::new(t(lang, "sale.format")),
        Column::number(t(lang, "sale.template.runs")),
        Column::number(t(lang, "sale.window")),
        Column::new(t(lang, "sale.template.changed")),
        Column::new(t(lang, "sale.template.use")),
    ];
    let row = |template: SaleTemplate| {
        let rules = &template.rules;
        let minutes = t_with(lang, "sale.template.minutes", &[("n", &(rules.runs_ms / 60_000).to_string())]);
        let window = t_with(lang, "sale.window_value", &[("n", &(rules.window_ms / 1_000).to_string())]);
        let (edit, make) = (
            format!("/office/sales/templates/{}", template.id),
            format!("/office/sales/new?template={}", template.id),
        );
        view! {
            <tr>
                <td><a href=edit>{rules.name.clone()}</a></td>
                <td>{t(lang, &format!("format.{}", rules.format.as_str()))}</td>
                <td class="num">{if rules.format.ends_by_the_clock() { minutes } else { "—".to_owned() }}</td>
                <td class="num">{if rules.format.is_english() { window } else { "—".to_owned() }}</td>
                <td>{template.changed_by_name} " · " <Time at=template.changed_at/></td>
                <td><LinkButton href=make small=true>{t(lang, "sale.template.make")}</LinkButton></td>
            </tr>
        }
    };
    let rows = templates.into_iter().map(row).collect_view();
    view! {
        <Panel flush=true>
            <Table columns caption=t(lang, "sale.template.title")>{rows}</Table>
        </Panel>
    }
    .into_any()
}

/// Draws the form for a new one.
pub async fn new(cx: Arc<PageContext>) -> PageResult {
    let format = cx.query.get("format").unwrap_or("timed").to_owned();
    let title = t(cx.lang, "sale.template.new").into_owned();
    let groups = cx.services.auction.dealer_groups().await.map_err(CommandError::into_problem)?;
    let templates = cx.services.auction.sale_templates().await.map_err(CommandError::into_problem)?;
    let rules = Rules::of_format(&format);
    Ok(PageView::office(title.clone(), form(&cx, (title, String::new()), rules, 0, (groups, templates))))
}

/// Draws the form of one.
pub async fn edit(cx: Arc<PageContext>) -> PageResult {
    let id: Uuid = cx.id("id")?;
    let template = cx.services.auction.sale_template(id).await.map_err(CommandError::into_problem)?;
    let (name, rules) = (template.rules.name.clone(), Rules::of_template(&template));
    let mut groups = cx.services.auction.dealer_groups().await.map_err(CommandError::into_problem)?;
    // a group that has no store any more is still invited until somebody unticks it
    let gone = rules.groups.iter().filter(|group| !groups.contains(group)).cloned().collect::<Vec<_>>();
    groups.extend(gone);
    let templates = cx.services.auction.sale_templates().await.map_err(CommandError::into_problem)?;
    let body = form(&cx, (name.clone(), name.clone()), rules, template.version, (groups, templates));
    Ok(PageView::office(name, body))
}

fn form(
    cx: &PageContext,
    (title, name): (String, String),
    rules: Rules,
    version: i32,
    (groups, templates): (Vec<String>, Vec<SaleTemplate>),
) -> AnyView {
    let lang = cx.lang;
    let crumbs = vec![
        Crumb::new(t(lang, "sale.title"), "/office/sales"),
        Crumb::new(t(lang, "sale.template.title"), "/office/sales/templates"),
    ];
    let (format, runs) = (rules.format.clone(), rules.runs.clone());
    let money = money_fields(lang, rules.deposit.clone(), rules.gap);
    let reserve = reserve_fields(lang, (rules.reserve_display.clone(), rules.reserve_limit.clone()));
    let fine = fine_fields(cx, rules.fine.clone(), None);
    let next = follow_on_fields(lang, &templates, (rules.next_template.clone(), rules.next_wait.clone()));
    let audience = audience_fields(lang, groups, rules.groups.clone(), rules.sisters.clone());
    view! {
        <PageHead title crumbs/>
        <Panel>
            <PostForm class="form form--columns" guards=true>
                <input type="hidden" name="version" value=version.to_string()/>
                <TextField name="name" label=t(lang, "sale.template.name") required=true max_length=80 wide=true value=name/>
                {format_field(lang, format)}
                <div class="for-format" data-formats=BY_THE_CLOCK>
                    <TextField name="runs" label=t(lang, "sale.template.runs") kind=InputKind::Number value=runs
                        unit=t(lang, "sale.minutes").into_owned() hint=t(lang, "sale.template.runs_hint").into_owned()/>
                </div>
                {number_fields(lang, rules)}
                {reserve}
                {money}
                {next}
                {audience}
                {fine}
                <div class="form__end">
                    <Button kind=ButtonKind::Primary>{t(lang, "sale.template.save")}</Button>
                    <LinkButton href="/office/sales/templates">{t(lang, "ui.cancel")}</LinkButton>
                </div>
            </PostForm>
        </Panel>
    }
    .into_any()
}
