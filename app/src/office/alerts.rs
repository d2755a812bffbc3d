//! `/office/alerts`: what the staff who speak for sellers are told of negotiations.

use std::sync::Arc;

use auction::{AlertKind, SellerNews, SellerNewsPage};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::{time, *};

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let number = cx.query.parse("page").unwrap_or(1).max(1);
    let found = cx.services.auction.seller_news(cx.who()?, number).await;
    let page = found.map_err(CommandError::into_problem)?;
    let (total, page_size) = (page.total, page.page_size);
    let read_all = page.news.iter().any(|news| !news.is_read).then(|| {
        let fields = vec![("until", cx.now.0.to_string())];
        view! { <PostButton action=cx.href() icon=Icon::Check fields>{t(lang, "alerts.read_all")}</PostButton> }
    });
    let body = view! {
        <PageHead title=t(lang, "alerts.title") note=t(lang, "alerts.office_note").into_owned()>
            {read_all}
            <LinkButton href="/office/negotiations?state=seller" icon=Icon::Handshake>{t(lang, "negotiation.title")}</LinkButton>
        </PageHead>
        {list(&cx, page)}
        <Pager current=number total=total page_size=page_size/>
    };
    Ok(PageView::office(t(lang, "alerts.title"), body))
}

fn list(cx: &PageContext, page: SellerNewsPage) -> AnyView {
    let lang = cx.lang;
    if page.news.is_empty() {
        return view! {
            <Panel>
                <EmptyState icon=Icon::Bell title=t(lang, "alerts.empty_title") text=t(lang, "alerts.office_empty")/>
            </Panel>
        }
        .into_any();
    }
    let lines = page.news.into_iter().map(|news| line(cx, news)).collect_view();
    view! { <Panel flush=true><ul class="alerts" data-testid="alerts">{lines}</ul></Panel> }.into_any()
}

fn line(cx: &PageContext, news: SellerNews) -> AnyView {
    let lang = cx.lang;
    let tone = match news.kind {
        _ if news.is_over => Tone::Neutral,
        AlertKind::Agreed => Tone::Good,
        AlertKind::NoDeal => Tone::Bad,
        _ => Tone::Warn,
    };
    let kind = news.kind.name();
    let what = t(lang, &format!("alerts.kind.{kind}"));
    let answer_by = news.answer_by.map(|at| match news.is_over {
        true => t(lang, "alerts.turn_over").into_owned(),
        false => t_with(lang, "alerts.answer_by", &[("at", &time::exact(at, cx.zone))]),
    });
    let no_deal = news.no_deal.map(|why| {
        view! { <span>{t(lang, &format!("alerts.office_no_deal.{}", why.name()))}</span> }
    });
    // what nobody need answer any more is as good as read
    let is_read = news.is_read || news.is_over;
    let read = (!is_read).then(|| {
        let fields = vec![("id", news.id.to_string()), ("until", cx.now.0.to_string())];
        view! {
            <PostButton action=cx.href() kind=ButtonKind::Quiet small=true fields>{t(lang, "alerts.read")}</PostButton>
        }
    });
    let href = format!("/office/negotiations/{}", news.negotiation_id);
    view! {
        <li class="alerts__line" data-read=is_read.to_string() data-kind=kind>
            <span class="alerts__what"><Badge tone>{what}</Badge></span>
            <div class="alerts__main">
                <a class="alerts__title" href=href>{news.title}</a>
                <p class="alerts__facts">
                    <Ago at=news.at/> <span>{news.buyer_name}</span> <Money fen=news.price_fen/> {no_deal}
                    {answer_by.map(|text| view! { <span>{text}</span> })}
                </p>
            </div>
            {read}
        </li>
    }
    .into_any()
}
