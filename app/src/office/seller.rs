//! `/office/sellers/{name}`: a seller, and the company that speaks for him.

use std::sync::Arc;

use auction::{Company, Lead, SellerDetail, SellerLink};
use kernel::{Lang, Problem};
use leptos::prelude::*;
use platform_db::CommandError;

use super::sellers::{gap_words, percent_or_thin};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let who = cx.who()?;
    let name = cx.params.get("name").unwrap_or_default();
    let detail = cx.services.auction.seller(who, name).await.map_err(CommandError::into_problem)?;
    let typed = cx.query.get("company").unwrap_or(&detail.name).to_owned();
    let is_linked = detail.links.iter().any(|link| link.undone.is_none());
    let companies = match detail.may_link && !is_linked {
        true => cx.services.auction.companies_named(who, &typed).await.map_err(CommandError::into_problem)?,
        false => Vec::new(),
    };
    let crumbs = vec![Crumb::new(t(lang, "seller.title"), "/office/sellers")];
    let body = view! {
        <PageHead title=detail.name.clone() crumbs/>
        {problem(&cx)}
        {own_leads(lang, &detail)}
        {figures(lang, &detail)}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2">{company(&cx, &detail, &typed, companies)}</div>
            <div>{history(lang, &detail.links)}</div>
        </div>
    };
    Ok(PageView::office(detail.name.clone(), body))
}

/// Why neither link nor undo was done; no form of the page has a place of its own for it.
fn problem(cx: &PageContext) -> Option<AnyView> {
    let problem = cx.form.problem.clone()?;
    // the one field is a reason: what is wrong with it is what there is to say
    let of_field = problem.fields.first().map(|field| Problem::new(problem.kind, &field.code));
    Some(view! { <ProblemBanner problem=of_field.unwrap_or(problem)/> }.into_any())
}

/// What the company bid on its own cars before it was linked.
fn own_leads(lang: Lang, detail: &SellerDetail) -> Option<AnyView> {
    if detail.own_leads.is_empty() {
        return None;
    }
    let line = |lead: &Lead| {
        let (href, title, price, end_at) =
            (format!("/office/lots/{}", lead.lot_id), lead.title.clone(), lead.price_fen, lead.end_at);
        view! { <li><a href=href>{title}</a> " " <Money fen=price/> " · " <Ago at=end_at/></li> }
    };
    let lines: Vec<_> = detail.own_leads.iter().map(line).collect();
    Some(
        view! { <Banner tone=Tone::Warn>{t(lang, "seller.link.leads")} <ul>{lines}</ul></Banner> }.into_any(),
    )
}

fn figures(lang: Lang, detail: &SellerDetail) -> Option<AnyView> {
    let record = detail.record.as_ref()?;
    let conversion = percent_or_thin(lang, record.conversion_percent());
    let reach = percent_or_thin(lang, record.reach_percent());
    let of = t_with(lang, "seller.of_lots", &[("n", &grouped(record.reserved))]);
    let (lots, lowered) = (grouped(record.lots), grouped(record.lowered));
    let gap = gap_words(lang, record.gap_bp());
    Some(
        view! {
            <Tiles>
                <Tile label=t(lang, "seller.column.lots") value=lots/>
                <Tile label=t(lang, "seller.column.conversion") value=conversion/>
                <Tile label=t(lang, "seller.column.reach") value=reach note=of/>
                <Tile label=t(lang, "seller.column.lowered") value=lowered/>
                <Tile label=t(lang, "seller.column.gap") value=gap/>
            </Tiles>
        }
        .into_any(),
    )
}

/// Whose company he is, and the way to change that.
fn company(cx: &PageContext, detail: &SellerDetail, typed: &str, companies: Vec<Company>) -> AnyView {
    let lang = cx.lang;
    if let Some(link) = detail.links.iter().find(|link| link.undone.is_none()) {
        return linked(cx, detail, link);
    }
    let form = detail.may_link.then(|| search(cx, detail, typed, companies));
    view! {
        <Panel title=t(lang, "seller.link.title")>
            <p class="mb-4">{t(lang, "seller.link.none")}</p>
            {form}
        </Panel>
    }
    .into_any()
}

fn linked(cx: &PageContext, detail: &SellerDetail, link: &SellerLink) -> AnyView {
    let lang = cx.lang;
    let names = [("seller", detail.name.as_str()), ("company", link.dealer_name.as_str())];
    let text = t_with(lang, "seller.link.is", &names);
    let fields = vec![("form", "unlink".to_owned()), ("link", link.id.to_string())];
    let undo = detail.may_link.then(|| {
        view! {
            <ConfirmButton action=cx.path.clone() label=t(lang, "seller.link.undo")
                question=t_with(lang, "seller.link.undo_q", &names) confirm=t(lang, "seller.link.undo") fields>
                <TextField name="reason" label=t(lang, "seller.link.reason") required=true max_length=500/>
            </ConfirmButton>
        }
    });
    let (href, company) = (format!("/office/dealers/{}", link.dealer_id), link.dealer_name.clone());
    view! {
        <Panel title=t(lang, "seller.link.title")>
            <p class="mb-4">{text}</p>
            <div class="answers">
                <LinkButton href icon=Icon::Building>{company}</LinkButton>
                {undo}
            </div>
        </Panel>
    }
    .into_any()
}

/// Companies by a part of the name; the first look is for the seller's own.
fn search(cx: &PageContext, detail: &SellerDetail, typed: &str, companies: Vec<Company>) -> AnyView {
    let lang = cx.lang;
    let none =
        companies.is_empty().then(|| view! { <p class="muted">{t(lang, "seller.link.no_company")}</p> });
    let rows: Vec<_> = companies.into_iter().map(|company| row(cx, detail, company)).collect();
    let columns = vec![
        Column::new(t(lang, "seller.column.company")),
        Column::new(t(lang, "seller.link.group")),
        Column::new(""),
    ];
    let table = (!rows.is_empty()).then(|| {
        view! { <Table columns caption=t(lang, "seller.link.title")>{rows}</Table> }
    });
    view! {
        <form method="get" action=cx.path.clone() class="filter" role="search">
            <div class="filter__search">
                <input class="input" type="search" name="company" value=typed.to_owned() aria-label=t(lang, "seller.link.search")/>
            </div>
            <button class="button" type="submit">{t(lang, "seller.link.search")}</button>
        </form>
        {none}
        {table}
    }
    .into_any()
}

fn row(cx: &PageContext, detail: &SellerDetail, company: Company) -> AnyView {
    let lang = cx.lang;
    let names = [("seller", detail.name.as_str()), ("company", company.name.as_str())];
    let fields = vec![
        ("form", "link".to_owned()),
        ("seller", detail.name.clone()),
        ("dealer", company.dealer_id.to_string()),
    ];
    let button = view! {
        <ConfirmButton action=cx.path.clone() label=t(lang, "seller.link.do") small=true kind=ButtonKind::Primary
            question=t_with(lang, "seller.link.do_q", &names) confirm=t(lang, "seller.link.do") fields/>
    };
    view! {
        <tr>
            <td class="text">{company.name.clone()}</td>
            <td>{or_dash(company.group.clone())}</td>
            <td>{button}</td>
        </tr>
    }
    .into_any()
}

fn history(lang: Lang, links: &[SellerLink]) -> Option<AnyView> {
    if links.is_empty() {
        return None;
    }
    let mut steps = Vec::new();
    for link in links {
        if let Some(undone) = &link.undone {
            let step = Step::new(undone.at, t(lang, "seller.link.undone"), undone.by_name.clone());
            let detail = format!("{} · {}", link.dealer_name, undone.reason);
            steps.push((undone.at, step.tone(Tone::Bad).detail(detail)));
        }
        let step = Step::new(link.at, t(lang, "seller.link.done"), link.by_name.clone());
        steps.push((link.at, step.tone(Tone::Good).detail(link.dealer_name.clone())));
    }
    steps.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let steps = steps.into_iter().map(|(_, step)| step).collect();
    Some(view! { <Panel title=t(lang, "seller.link.history")><Timeline steps/></Panel> }.into_any())
}
