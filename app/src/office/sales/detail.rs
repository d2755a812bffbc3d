//! `/office/sales/{id}`: one sale session and its lots.

use std::sync::Arc;

use auction::{HallLot, SaleDetail};
use kernel::SaleId;
use leptos::prelude::*;
use platform_db::CommandError;

use super::{light, state_badge};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let id: SaleId = cx.id("id")?;
    let detail = cx.services.auction.sale(cx.who()?, id).await.map_err(CommandError::into_problem)?;
    let title = detail.sale.name.clone();
    let note = t_with(lang, "sale.made_by", &[("name", &detail.sale.created_by_name)]);
    let (tiles, terms, columns) = (tiles(&cx, &detail), terms(&cx, &detail), columns(&cx));
    let rows = detail.lots.into_iter().map(|lot| row(&cx, lot)).collect_view();
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "sale.title"), "/office/sales")] note=note/>
        {tiles}
        {terms}
        <Panel title=t(lang, "sale.lots").into_owned() flush=true>
            <Table columns=columns caption=t(lang, "sale.lots")>
                {rows}
            </Table>
        </Panel>
    };
    Ok(PageView::office(title, body))
}

fn tiles(cx: &PageContext, detail: &SaleDetail) -> impl IntoView + use<> {
    let lang = cx.lang;
    let count = detail.sale.count;
    let ended = count.sold + count.provisional + count.unsold;
    let rate = if ended > 0 { format!("{}%", count.sold * 100 / ended) } else { "—".to_owned() };
    let hammer = count.hammer_fen.yuan();
    view! {
        <Tiles>
            <Tile label=t(lang, "sale.lots") value=count.lots.to_string()/>
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
    let facts = vec![
        Fact::new(t(lang, "sale.opens_at"), view! { <Time at=opens_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "sale.last_end_at"), view! { <Time at=last_end_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "sale.window"), t_with(lang, "sale.window_value", &[("n", &seconds)])),
        Fact::new(t(lang, "sale.mode"), t(lang, &format!("sale.mode.{}", sale.below_reserve)).into_owned()),
    ];
    view! { <Panel title=t(lang, "sale.terms").into_owned()><Facts facts=facts/></Panel> }
}

fn columns(cx: &PageContext) -> Vec<Column> {
    let lang = cx.lang;
    vec![
        Column::number(t(lang, "sale.lot_no")),
        Column::new(t(lang, "sale.car")),
        Column::new(t(lang, "sale.state")),
        Column::new(t(lang, "sale.reserve")),
        Column::number(t(lang, "sale.start")),
        Column::number(t(lang, "sale.price")),
        Column::number(t(lang, "sale.bidders")),
        Column::new(t(lang, "sale.end_at")),
    ]
}

fn row(cx: &PageContext, lot: HallLot) -> impl IntoView + use<> {
    let (lang, now) = (cx.lang, cx.now);
    view! {
        <tr>
            <td class="num">{lot.lot_no}</td>
            <td><a class="row-link" href=format!("/office/lots/{}", lot.id)>{lot.title}</a></td>
            <td>{state_badge(lang, &lot.lot, now)}</td>
            <td>{light(lang, &lot.lot)}</td>
            <td class="num"><Money fen=lot.start_fen/></td>
            <td class="num"><Money fen=lot.lot.price_fen wan=true/></td>
            <td class="num">{lot.lot.bidders}</td>
            <td><Time at=lot.lot.end_at/></td>
        </tr>
    }
}
