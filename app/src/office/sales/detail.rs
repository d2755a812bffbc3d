//! `/office/sales/{id}`: one sale session and its lots.

use std::sync::Arc;

use auction::{FormatNumbers, HallLot, SaleDetail, SaleTemplate};
use bidding::{Format, LotStatus, Outcome, Terms};
use kernel::{Lang, Role, SaleId};
use leptos::prelude::*;
use platform_db::CommandError;

use super::{change, follow_on, history, light, state_badge};
use crate::context::PageContext;
use crate::dealer::lot::rules;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// The format whose lots have no end of their own before they are on the block.
const LANE: &str = "lane";

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let id: SaleId = cx.id("id")?;
    let mut detail = cx.services.auction.sale(cx.who()?, id).await.map_err(CommandError::into_problem)?;
    if detail.sale.format == LANE {
        detail.lots.sort_by_key(|lot| lot.lot_no);
    }
    let title = detail.sale.name.clone();
    let note = t_with(lang, "sale.made_by", &[("name", &detail.sale.created_by_name)]);
    let relists = cx.who()?.has_role(Role::Auctioneer) && detail.lots.iter().any(can_relist);
    let is_auctioneer = cx.who()?.has_role(Role::Auctioneer);
    let templates = match is_auctioneer {
        true => cx.services.auction.sale_templates().await.map_err(CommandError::into_problem)?,
        false => Vec::new(),
    };
    let next = cx.services.auction.follow_on(id).await.map_err(CommandError::into_problem)?;
    let changes = cx.services.auction.sale_changes(id).await.map_err(CommandError::into_problem)?;
    // no view before this line: views stay on the thread that makes them, and each await may change it
    let badge = (detail.sale.count.lots == 0)
        .then(|| view! { <Badge tone=Tone::Warn>{t(lang, "sale.called_off")}</Badge> }.into_any());
    let may_change = cx.who()?.has_role(Role::Auctioneer) && change::can_change(&detail.sale, cx.now);
    let change = may_change.then(|| {
        let href = format!("/office/sales/{id}/change");
        view! { <LinkButton href>{t(lang, "sale.change")}</LinkButton> }
    });
    // a sale has lots from its making on, and each knows when that was
    let made = detail.lots.first().map(|lot| (lot.terms_at, detail.sale.created_by_name.clone()));
    let history = made.map(|made| history::panel(&cx, made, changes));
    let next = match detail.sale.count.lots {
        // called off: nothing of it is unsold
        0 => None,
        _ => follow_on::panel(&cx, id, next, is_auctioneer.then(|| templates.clone())),
    };
    let (tiles, terms) = (tiles(&cx, &detail), terms(&cx, &detail));
    let lane = (detail.sale.format == LANE && cx.who()?.has_role(Role::Auctioneer)).then(|| {
        let href = format!("/office/sales/{id}/lane");
        view! { <LinkButton href icon=Icon::Gavel kind=ButtonKind::Primary>{t(lang, "format.lane.console")}</LinkButton> }
    });
    let waiting = reserves_wait(&cx, &detail);
    let rows = detail
        .lots
        .into_iter()
        .map(|lot| {
            let waits = detail.reserves_wait.contains(&lot.id);
            row(&cx, lot, (relists, waits))
        })
        .collect_view();
    let columns = columns(&cx, relists);
    let table = view! { <Table columns=columns caption=t(lang, "sale.lots")>{rows}</Table> };
    let lots = match relists {
        true => relisting(&cx, templates, table.into_any()),
        false => {
            view! { <Panel title=t(lang, "sale.lots").into_owned() flush=true>{table}</Panel> }.into_any()
        }
    };
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "sale.title"), "/office/sales")] note=note badge=badge>
            {change}
            {lane}
        </PageHead>
        {waiting}
        {tiles}
        {terms}
        {lots}
        {next}
        {history}
    };
    Ok(PageView::office(title, body))
}

/// How many lots do not open before somebody has agreed to their reserves.
fn reserves_wait(cx: &PageContext, detail: &SaleDetail) -> Option<AnyView> {
    let count = detail.reserves_wait.len();
    (count > 0).then(|| {
        let text = t_with(cx.lang, "reserve_approval.in_sale", &[("n", &count.to_string())]);
        view! { <Banner tone=Tone::Warn>{text}</Banner> }.into_any()
    })
}

/// The lots in a form that makes a new sale of those that are ticked (申请二拍).
fn relisting(cx: &PageContext, templates: Vec<SaleTemplate>, table: AnyView) -> AnyView {
    let lang = cx.lang;
    let usual = ["timed", "flash", "sealed_first", "dutch", "lane"]
        .map(|format| Choice::new(format, t(lang, &format!("format.{format}"))));
    let saved =
        templates.into_iter().map(|template| Choice::new(template.id.to_string(), template.rules.name));
    let choices: Vec<Choice> = saved.chain(usual).collect();
    view! {
        <form method="get" action="/office/sales/new">
            <Panel title=t(lang, "sale.lots").into_owned() flush=true>
                <div class="filter">
                    <p class="muted">{t(lang, "sale.relist_note")}</p>
                    <SelectField name="template" label=t(lang, "sale.template.title") choices value="timed" required=true/>
                    <Button>{t(lang, "sale.relist")}</Button>
                </div>
                {table}
            </Panel>
        </form>
    }
    .into_any()
}

fn tiles(cx: &PageContext, detail: &SaleDetail) -> impl IntoView + use<> {
    let lang = cx.lang;
    let count = detail.sale.count;
    let ended = count.sold + count.provisional + count.unsold;
    let rate = if ended > 0 { format!("{}%", count.sold * 100 / ended) } else { "—".to_owned() };
    let hammer = count.hammer_fen.yuan();
    let withdrawn = match count.withdrawn {
        0 => String::new(),
        n => t_with(lang, "sale.withdrawn_count", &[("n", &n.to_string())]),
    };
    view! {
        <Tiles>
            <Tile label=t(lang, "sale.lots") value=count.lots.to_string() note=withdrawn/>
            <Tile label=t(lang, "sale.open_lots") value=count.open.to_string() tone=Tone::Active/>
            <Tile label=t(lang, "sale.lot.sold") value=count.sold.to_string() tone=Tone::Good/>
            <Tile label=t(lang, "sale.sell_through") value=rate note=t(lang, "sale.sell_through_note").into_owned()/>
            <Tile label=t(lang, "sale.hammer") value=hammer/>
        </Tiles>
    }
}

fn terms(cx: &PageContext, detail: &SaleDetail) -> impl IntoView + use<> {
    let lang = cx.lang;
    let sale = &detail.sale;
    let (opens_at, last_end_at) = (sale.opens_at, sale.last_end_at);
    let seconds = (sale.window_ms / 1_000).to_string();
    let mut facts = vec![
        Fact::new(t(lang, "sale.format"), t(lang, &format!("format.{}", sale.format))),
        Fact::new(t(lang, "sale.opens_at"), view! { <Time at=opens_at form=TimeForm::Exact/> }),
        // when a lane is over nobody knows before
        Fact::new(
            t(lang, "sale.last_end_at"),
            view! { <Time at=(sale.format != LANE).then_some(last_end_at) form=TimeForm::Exact/> },
        ),
    ];
    // offers and falling prices have neither a window nor a price that shows
    if matches!(sale.format.as_str(), "timed" | "flash" | LANE) {
        facts.extend([
            Fact::new(t(lang, "sale.window"), t_with(lang, "sale.window_value", &[("n", &seconds)])),
            Fact::new(
                t(lang, "sale.mode"),
                t(lang, &format!("sale.mode.{}", sale.below_reserve)).into_owned(),
            ),
        ]);
    }
    facts.extend(sale.numbers.buy_now_percent.map(|percent| {
        Fact::new(t(lang, "sale.buy_now"), t_with(lang, "sale.of_guide", &[("n", &percent.to_string())]))
    }));
    facts.extend(dutch(cx, &sale.numbers));
    facts.extend(sale.numbers.lane_lot_ms.map(|ms| {
        Fact::new(
            t(lang, "sale.lane_lot"),
            t_with(lang, "sale.window_value", &[("n", &(ms / 1_000).to_string())]),
        )
    }));
    let invited = match sale.groups.is_empty() {
        true => t(lang, "sale.for_all").into_owned(),
        false => sale.groups.join("、"),
    };
    facts.push(Fact::new(
        t(lang, "sale.reserve_display"),
        t(lang, &format!("sale.reserve_display.{}", sale.reserve.display.as_str())),
    ));
    facts.push(Fact::new(
        t(lang, "sale.reserve_limit"),
        t_with(lang, "sale.of_guide", &[("n", &sale.reserve.limit_percent.to_string())]),
    ));
    facts.push(Fact::new(t(lang, "sale.audience"), invited));
    facts.push(Fact::new(
        t(lang, "sale.sisters"),
        t(lang, &format!("sale.sisters.{}", sale.sisters.as_str())),
    ));
    let amounts = detail.lots.first().map(|lot| amounts(lang, lot.terms()));
    view! { <Panel title=t(lang, "sale.terms").into_owned()><Facts facts=facts/> {amounts}</Panel> }
}

/// By which amounts its lots are bid on.
fn amounts(lang: Lang, terms: &Terms) -> AnyView {
    let lines = rules::amounts(lang, terms)
        .into_iter()
        .chain(rules::negotiated(lang, terms))
        .chain(rules::interrupted(lang, terms))
        .chain(rules::early_hold(lang, terms))
        .chain(rules::first_look(lang, terms))
        .map(|line| view! { <li>{line}</li> })
        .collect_view();
    view! {
        <div class="mt-3">
            <Disclosure label=t(lang, "fine_print.title")>
                <ul class="lot-terms" data-testid="sale-amounts">{lines}</ul>
            </Disclosure>
        </div>
    }
    .into_any()
}

fn dutch(cx: &PageContext, numbers: &FormatNumbers) -> Option<Fact> {
    let lang = cx.lang;
    let values = [
        ("start", numbers.dutch_start_percent?.to_string()),
        ("n", numbers.dutch_steps?.to_string()),
        ("s", (numbers.dutch_step_ms? / 1_000).to_string()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    Some(Fact::new(t(lang, "format.dutch.steps"), t_with(lang, "sale.dutch_value", &values)))
}

fn columns(cx: &PageContext, relists: bool) -> Vec<Column> {
    let lang = cx.lang;
    let choose = relists.then(|| Column::new(t(lang, "sale.relist_column")));
    let others = vec![
        Column::number(t(lang, "sale.lot_no")),
        Column::new(t(lang, "sale.car")),
        Column::new(t(lang, "sale.state")),
        Column::new(t(lang, "sale.reserve")),
        Column::number(t(lang, "sale.start")),
        Column::number(t(lang, "sale.price")),
        Column::number(t(lang, "sale.bidders")),
        Column::new(t(lang, "sale.end_at")),
    ];
    choose.into_iter().chain(others).collect()
}

/// Whether its car may be in another sale.
fn can_relist(lot: &HallLot) -> bool {
    matches!(lot.lot.outcome, Some(Outcome::Unsold | Outcome::Withdrawn))
}

fn row(cx: &PageContext, lot: HallLot, (relists, waits_for_word): (bool, bool)) -> impl IntoView + use<> {
    let (lang, now) = (cx.lang, cx.now);
    let choose = relists.then(|| {
        let id = lot.vehicle_id.to_string();
        let title = lot.title.clone();
        let tick = can_relist(&lot).then(|| view! { <input type="checkbox" class="checkbox" name="vehicle_id" value=id aria-label=title/> });
        view! { <td class="cell-choice">{tick}</td> }
    });
    let word =
        waits_for_word.then(|| view! { <Badge tone=Tone::Warn>{t(lang, "reserve_approval.badge")}</Badge> });
    let taken =
        lot.transferred().then(|| view! { <Badge tone=Tone::Neutral>{t(lang, "first_look.badge")}</Badge> });
    let waits = lot.lot.status == LotStatus::Scheduled && matches!(lot.format(), Format::Lane(_));
    let (price, ends) = (lot.price_at(now), (!waits).then(|| lot.ends_at()));
    view! {
        <tr>
            {choose}
            <td class="num">{lot.lot_no}</td>
            <td><a class="row-link" href=format!("/office/lots/{}", lot.id)>{lot.title}</a></td>
            <td>{state_badge(lang, &lot.lot, now)} " " {word} {taken}</td>
            <td>{light(lang, &lot.lot)}</td>
            <td class="num"><Money fen=lot.start_fen/></td>
            <td class="num"><Money fen=price wan=true/></td>
            <td class="num">{lot.lot.bidders}</td>
            <td><Time at=ends/></td>
        </tr>
    }
}
