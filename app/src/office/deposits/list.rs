//! `/office/deposits`: all deposits, the largest first.

use std::sync::Arc;

use finance::DepositRow;
use kernel::Fen;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::t;
use crate::office::orders::list::exports;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let rows = cx.services.finance.deposits(cx.who()?).await.map_err(CommandError::into_problem)?;
    let title = t(lang, "deposit.title");
    let content = if rows.is_empty() {
        view! { <EmptyState icon=Icon::Wallet title=t(lang, "deposit.none_yet") text=t(lang, "deposit.none_yet_text")/> }
            .into_any()
    } else {
        table(&cx, rows)
    };
    let body = view! {
        <PageHead title=title.clone() note=t(lang, "deposit.note")>
            <LinkButton href="/office/deposits/returns" icon=Icon::Receipt>{t(lang, "deposit.returns")}</LinkButton>
            {exports("/office/deposits")}
        </PageHead>
        {content}
    };
    Ok(PageView::office(title, body))
}

fn table(cx: &PageContext, rows: Vec<DepositRow>) -> AnyView {
    let lang = cx.lang;
    let columns = vec![
        Column::new(t(lang, "deposit.column.dealer")),
        Column::new(t(lang, "deposit.column.state")),
        Column::number(t(lang, "deposit.column.balance")),
        Column::number(t(lang, "deposit.column.asked")),
        Column::new(t(lang, "deposit.column.changed")),
    ];
    let total = Fen(rows.iter().map(|row| row.balance_fen.0).sum());
    let asked = Fen(rows.iter().map(|row| row.asked_fen.0).sum());
    let row = move |row: DepositRow| {
        let href = format!("/office/deposits/{}", row.dealer_id);
        let (tone, state) = if row.frozen { (Tone::Bad, "frozen") } else { (Tone::Good, "usable") };
        view! {
            <tr>
                <td><a class="row-link" href=href>{row.dealer_name}</a></td>
                <td><Badge tone>{t(lang, &format!("deposit.state.{state}"))}</Badge></td>
                <td class="num"><Money fen=row.balance_fen/></td>
                <td class="num">{(row.asked_fen > Fen::ZERO).then(|| view! { <Money fen=row.asked_fen/> })}</td>
                <td><Time at=row.changed_at/></td>
            </tr>
        }
    };
    let foot = view! {
        <tr><td colspan="2">{t(lang, "deposit.total")}</td><td class="num"><Money fen=total/></td><td class="num"><Money fen=asked/></td><td></td></tr>
    };
    view! {
        <Table columns caption=t(lang, "deposit.title") foot=foot.into_any()>
            {rows.into_iter().map(row).collect_view()}
        </Table>
    }
    .into_any()
}
