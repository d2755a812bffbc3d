//! `/my/selling`: the company's own lots, and what became of those of the last twelve months.

use std::sync::Arc;

use auction::{SellerRecord, SellingFilter, SellingLot, SellingPage, SellingState};
use bidding::LotStatus;
use kernel::Lang;
use leptos::prelude::*;
use platform_db::CommandError;

use super::parts::{Badges, state_word};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::list::exports;
use crate::office::sellers::{gap_words, percent_or_thin};
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// Reads `?q=&state=&page=`; what is unknown counts as absent.
pub fn filter_of(query: &Query) -> SellingFilter {
    SellingFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        state: query.get("state").and_then(SellingState::from_name),
        page: query.parse("page").unwrap_or(1).max(1),
    }
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let who = cx.who()?;
    let filter = filter_of(&cx.query);
    let found = cx.services.auction.selling(who, &filter).await.map_err(CommandError::into_problem)?;
    let body = match cx.services.auction.is_seller(who) {
        true => own(&cx, &filter, found),
        false => nobody(lang),
    };
    Ok(PageView::dealer(t(lang, "selling.title"), body))
}

fn own(cx: &PageContext, filter: &SellingFilter, found: SellingPage) -> AnyView {
    let lang = cx.lang;
    // a search stays within the tab
    let kept = filter.state.map(|state| view! { <input type="hidden" name="state" value=state.name()/> });
    view! {
        <PageHead title=t(lang, "selling.title") note=t(lang, "selling.note").into_owned()/>
        {figures(lang, &found.record)}
        {tabs(cx, filter, &found)}
        <FilterBar search=t(lang, "selling.search") actions=exports("/my/selling")>{kept}</FilterBar>
        {lots(cx, filter.page, found)}
    }
    .into_any()
}

fn nobody(lang: Lang) -> AnyView {
    view! {
        <PageHead title=t(lang, "selling.title")/>
        <EmptyState icon=Icon::Car title=t(lang, "selling.nobody") text=t(lang, "selling.nobody_text")/>
    }
    .into_any()
}

/// The same figures that staff have in their list, of all names of the company together.
fn figures(lang: Lang, record: &SellerRecord) -> AnyView {
    let of = |part: i64, all: i64| {
        t_with(lang, "selling.part_of", &[("part", &grouped(part)), ("all", &grouped(all))])
    };
    let (reach, conversion) = (record.reach_percent(), record.conversion_percent());
    let (reach, conversion) = (percent_or_thin(lang, reach), percent_or_thin(lang, conversion));
    let (reached, sold) = (of(record.reached, record.reserved), of(record.sold, record.lots));
    let (lowered, gap) = (grouped(record.lowered), gap_words(lang, record.gap_bp()));
    view! {
        <Tiles>
            <Tile label=t(lang, "selling.reach") value=reach note=reached/>
            <Tile label=t(lang, "selling.conversion") value=conversion note=sold/>
            <Tile label=t(lang, "seller.column.lowered") value=lowered/>
            <Tile label=t(lang, "seller.column.gap") value=gap/>
        </Tiles>
    }
    .into_any()
}

fn tabs(cx: &PageContext, filter: &SellingFilter, found: &SellingPage) -> AnyView {
    let lang = cx.lang;
    let href = |name: &str| cx.query.without("page").with("state", name).href(&cx.path);
    let tab = |state: SellingState| {
        Tab::new(state_word(lang, state), href(state.name()), filter.state == Some(state))
    };
    let counts = found.counts;
    let tabs = vec![
        Tab::new(
            t(lang, "selling.all"),
            cx.query.without("page").without("state").href(&cx.path),
            filter.state.is_none(),
        ),
        tab(SellingState::On).count(counts.on),
        tab(SellingState::Negotiated).count(counts.negotiated),
        tab(SellingState::Sold).count(counts.sold),
        tab(SellingState::Unsold).count(counts.unsold),
        tab(SellingState::Withdrawn),
    ];
    view! { <Tabs label=t(lang, "selling.title") tabs/> }.into_any()
}

fn lots(cx: &PageContext, page: u32, found: SellingPage) -> AnyView {
    let lang = cx.lang;
    if found.lots.is_empty() {
        let which = if cx.query.is_filtered() { "none_found" } else { "none_yet" };
        let (title, text) = (t(lang, &format!("selling.{which}")), t(lang, &format!("selling.{which}_text")));
        return view! { <EmptyState icon=Icon::Car title text/> }.into_any();
    }
    let lines: Vec<_> = found.lots.into_iter().map(|own| line(cx, own)).collect();
    view! {
        <Panel flush=true><WorkList>{lines}</WorkList></Panel>
        <Pager current=page total=found.total page_size=found.page_size/>
    }
    .into_any()
}

fn line(cx: &PageContext, own: SellingLot) -> AnyView {
    let lang = cx.lang;
    // where the seller has the word, the way to it is the shortest
    let href = match own.negotiation.filter(|_| own.answer_by.is_some()) {
        Some(id) => format!("/my/selling/negotiations/{id}"),
        None => format!("/my/selling/lots/{}", own.lot.id),
    };
    let turn = own.answer_by.map(|at| {
        view! { <Badge tone=Tone::Warn>{t(lang, "selling.turn")} " " <Ago at/></Badge> }
    });
    let title = own.lot.title.clone();
    let price = own.price_fen;
    let reserve = own.reserve_fen.map(|fen| {
        view! { <span>{t(lang, "sale.reserve")} " " <Money fen/></span> }
    });
    let bidders = own.bidders.map(|n| {
        view! { <span>{t_with(lang, "selling.bidders", &[("n", &n.to_string())])}</span> }
    });
    let watchers = t_with(lang, "selling.watchers", &[("n", &grouped(own.watchers))]);
    let (opens_at, end_at) = (own.lot.opens_at, own.lot.ends_at());
    let when = match own.lot.lot.status {
        LotStatus::Scheduled => view! { {t(lang, "sale.opens_at")} " " <Time at=opens_at/> }.into_any(),
        // its clock stands still
        LotStatus::Paused => t(lang, "sale.lot.paused").into_any(),
        LotStatus::Open => {
            view! { {t(lang, "sale.end_at")} " " <Time at=end_at/> " · " <Ago at=end_at/> }.into_any()
        }
        LotStatus::Closed => view! { {t(lang, "sale.end_at")} " " <Time at=end_at/> }.into_any(),
    };
    view! {
        <WorkRow href title value=view! { <Money fen=price/> }.into_any()>
            <Badges own/>
            {turn}
            {reserve}
            {bidders}
            <span>{watchers}</span>
            <span>{when}</span>
        </WorkRow>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_forgives_the_rest() {
        let filter = filter_of(&Query::read("q=途观&state=sold&page=3"));
        assert_eq!(
            (filter.search.as_str(), filter.state, filter.page),
            ("途观", Some(SellingState::Sold), 3)
        );
        let odd = filter_of(&Query::read("state=x&page=0"));
        assert_eq!(odd, SellingFilter { page: 1, ..SellingFilter::default() });
    }
}
