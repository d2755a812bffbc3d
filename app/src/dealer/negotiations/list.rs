//! `/my/negotiations`: whose turn it is, until when. Lines, because a thumb reads them.

use std::sync::Arc;

use auction::{NegotiationPage, NegotiationRow, NegotiationState};
use deal::{Side, Status};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::t;
use crate::negotiation::{StatusBadge, filter_of};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let filter = filter_of(&cx.query);
    let found = cx.services.auction.negotiations(cx.who()?, &filter).await;
    let list = found.map_err(CommandError::into_problem)?;
    let tab = |key: &'static str, state: Option<NegotiationState>| {
        let name = state.map_or("", NegotiationState::name);
        let href = cx.query.with("state", name).href("/my/negotiations");
        Tab::new(t(lang, key), href, filter.state == state)
    };
    let tabs = vec![
        tab("negotiation.tab.all", None),
        tab("negotiation.tab.mine", Some(NegotiationState::Buyer)).count(list.buyers_turn),
        tab("negotiation.tab.theirs", Some(NegotiationState::Seller)).count(list.sellers_turn),
        tab("negotiation.state.agreed", Some(NegotiationState::Agreed)),
        tab("negotiation.state.failed", Some(NegotiationState::Failed)),
    ];
    let body = view! {
        <PageHead title=t(lang, "negotiation.my_title") note=t(lang, "negotiation.my_note")/>
        <Tabs label=t(lang, "negotiation.my_title") tabs/>
        <FilterBar search=t(lang, "negotiation.my_search")/>
        {content(&cx, filter.page, list)}
    };
    Ok(PageView::dealer(t(lang, "negotiation.my_title"), body))
}

fn content(cx: &PageContext, page: u32, list: NegotiationPage) -> AnyView {
    let lang = cx.lang;
    if list.rows.is_empty() {
        let which = if cx.query.is_filtered() { "empty" } else { "my_none" };
        let words = |part: &str| t(lang, &format!("negotiation.{which}.{part}"));
        return view! { <EmptyState icon=Icon::Gavel title=words("title") text=words("text")/> }.into_any();
    }
    let lines: Vec<_> = list.rows.into_iter().map(|row| line(cx, row)).collect();
    view! {
        <Panel flush=true>
            <WorkList>{lines}</WorkList>
        </Panel>
        <Pager current=page total=list.total page_size=list.page_size/>
    }
    .into_any()
}

/// One negotiation as a line; the start page has it too.
pub(crate) fn line(cx: &PageContext, row: NegotiationRow) -> AnyView {
    let lang = cx.lang;
    let href = format!("/my/negotiations/{}", row.id);
    let (title, kind, offer, ask) = (row.lot.title.clone(), row.kind, row.buyer_fen, row.seller_fen);
    let runs = row.status == Status::Open;
    let deadline = runs.then(|| {
        let at = row.deadline_at;
        view! { <span>{t(lang, "negotiation.column.deadline")} " " <Time at/> " · " <Ago at/></span> }
    });
    let ask = ask.map(|ask| {
        view! { <span>{t(lang, "negotiation.seller_ask")} " " <Money fen=ask/></span> }
    });
    let price = row.price_fen.unwrap_or(offer);
    view! {
        <WorkRow href title value=view! { <Money fen=price/> }.into_any()>
            <StatusBadge row=row viewer=Side::Buyer/>
            <span>{t(lang, &format!("negotiation.kind.{}", kind.as_str()))}</span>
            {ask}
            {deadline}
        </WorkRow>
    }
    .into_any()
}
