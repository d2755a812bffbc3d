//! `/my/selling/lots/{id}`: a lot as its seller sees it. Another company's is not there.

use std::sync::Arc;

use auction::{SellingDetail, SellingState, SellingWord};
use bidding::{BidLine, ReserveLight};
use kernel::{Fen, Lang, Problem, ProblemKind};
use leptos::prelude::*;
use platform_db::CommandError;

use super::parts::Badges;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::lots::detail::price_name;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let found = cx.services.auction.selling_lot(cx.who()?, cx.id("id")?).await;
    let detail = found.map_err(CommandError::into_problem)?;
    let lot = &detail.own.lot;
    let title = lot.title.clone();
    let crumbs = vec![Crumb::new(t(lang, "selling.title"), "/my/selling")];
    let note = t_with(lang, "sale.lot_note", &[("no", &lot.lot_no.to_string()), ("sale", &lot.sale_name)]);
    let badge = view! { <Badges own=detail.own.clone()/> }.into_any();
    let problem = cx.query.get("problem").map(|code| Problem::new(ProblemKind::Conflict, code));
    let body = view! {
        <PageHead title=title.clone() crumbs note badge/>
        {problem.map(|problem| view! { <ProblemBanner problem/> })}
        {result(&cx, &detail)}
        {tiles(lang, &detail)}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2">
                {controls(lang, &detail)}
                {bids(lang, &detail)}
            </div>
            <div>
                {facts(lang, &detail)}
                {trail(lang, &detail)}
            </div>
        </div>
    };
    Ok(PageView::dealer(title, body))
}

/// To whom it was sold, or what is still open, and the way to what is or was negotiated.
fn result(cx: &PageContext, detail: &SellingDetail) -> Option<AnyView> {
    let lang = cx.lang;
    let own = &detail.own;
    let (tone, text) = match own.state {
        SellingState::Sold => {
            let buyer = own.buyer_name.clone().unwrap_or_default();
            let amount = own.price_fen.unwrap_or_default().yuan();
            (Tone::Good, t_with(lang, "selling.sold_to", &[("buyer", &buyer), ("amount", &amount)]))
        }
        SellingState::Negotiated if own.answer_by.is_some() => {
            (Tone::Warn, t(lang, "selling.your_turn").into_owned())
        }
        SellingState::Negotiated => (Tone::Warn, t(lang, "selling.negotiated_text").into_owned()),
        SellingState::Unsold if own.negotiation.is_some() => {
            (Tone::Neutral, t(lang, "selling.no_deal").into_owned())
        }
        SellingState::On | SellingState::Unsold | SellingState::Withdrawn => return None,
    };
    let link = own.negotiation.map(|id| {
        let href = format!("/my/selling/negotiations/{id}");
        view! { " " <a href=href>{t(lang, "negotiation.lot.open")}</a> }
    });
    Some(view! { <Banner tone>{text} {link}</Banner> }.into_any())
}

fn tiles(lang: Lang, detail: &SellingDetail) -> AnyView {
    let own = &detail.own;
    let dash = || "—".to_owned();
    let name = t(lang, price_name(&own.lot));
    let price = own.price_fen.map_or_else(dash, |fen| fen.yuan());
    let reserve = own.reserve_fen.map_or_else(dash, |fen| fen.yuan());
    let gap = match own.gap_fen {
        Fen::ZERO => String::new(),
        gap => t_with(lang, "selling.with_gap", &[("amount", &gap.yuan())]),
    };
    let (bidders, watchers) = (own.bidders.map_or_else(dash, |n| n.to_string()), grouped(own.watchers));
    view! {
        <Tiles>
            <Tile label=name value=price/>
            <Tile label=t(lang, "sale.reserve") value=reserve note=gap/>
            <Tile label=t(lang, "sale.bidders") value=bidders/>
            <Tile label=t(lang, "selling.watching") value=watchers/>
        </Tiles>
    }
    .into_any()
}

fn facts(lang: Lang, detail: &SellingDetail) -> AnyView {
    let lot = &detail.own.lot;
    let (opens_at, end_at, start) = (lot.opens_at, lot.ends_at(), lot.start_fen);
    let facts = vec![
        Fact::new(t(lang, "sale.format"), t(lang, &format!("format.{}", lot.format().as_str()))),
        Fact::code("VIN", &lot.vin),
        Fact::text(t(lang, "sale.seller"), lot.seller_name.clone()),
        Fact::new(t(lang, "sale.start"), view! { <Money fen=start/> }),
        Fact::new(t(lang, "sale.opens_at"), view! { <Time at=opens_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "sale.end_at"), view! { <Time at=end_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "sale.extensions"), lot.lot.extensions.to_string()),
    ];
    view! { <Panel title=t(lang, "sale.facts")><Facts facts/></Panel> }.into_any()
}

/// What he may do himself: never raise the reserve, and nothing once it is met or the lot is over.
fn controls(lang: Lang, detail: &SellingDetail) -> Option<AnyView> {
    let own = &detail.own;
    let lot = &own.lot;
    let is_met = lot.lot.reserve == ReserveLight::Met;
    let reserve = own.reserve_fen.filter(|_| own.state == SellingState::On && !is_met)?.yuan();
    let path = format!("/my/selling/lots/{}", lot.id);
    let words = [("title", lot.title.as_str()), ("reserve", reserve.as_str())];
    let question = |key: &str| t_with(lang, key, &words);
    let (lower_q, gap_q, publish_q) =
        (question("selling.lower_q"), question("selling.gap_q"), question("sale.publish_question"));
    // everybody is to know it before anybody bids
    let publish = (lot.lot.reserve_fen.is_none() && lot.lot.bidders == 0).then(|| {
        view! {
            <ConfirmButton action=format!("{path}/publish-reserve") label=t(lang, "sale.publish_reserve")
                question=publish_q confirm=t(lang, "sale.publish_reserve")/>
        }
    });
    let gap_hint = t(lang, "sale.gap_hint").into_owned();
    Some(
        view! {
            <Panel title=t(lang, "sale.controls")>
                <div class="answers">
                    <ConfirmButton action=format!("{path}/reserve") label=t(lang, "sale.lower_reserve")
                        question=lower_q confirm=t(lang, "sale.lower_reserve")>
                        <MoneyField name="amount" label=t(lang, "sale.new_reserve") required=true/>
                    </ConfirmButton>
                    <ConfirmButton action=format!("{path}/gap") label=t(lang, "sale.change_gap")
                        question=gap_q confirm=t(lang, "sale.set_gap")>
                        <MoneyField name="amount" label=t(lang, "sale.new_gap") hint=gap_hint required=true/>
                    </ConfirmButton>
                    {publish}
                </div>
            </Panel>
        }
        .into_any(),
    )
}

/// The newest bids, by the numbers that all bidders see; with names once it is settled what becomes of the lot.
fn bids(lang: Lang, detail: &SellingDetail) -> AnyView {
    let named = !detail.bidders.is_empty();
    let note = if named { "selling.bidders_named" } else { "selling.bidders_hidden" };
    if detail.history.is_empty() {
        let (title, text) = (t(lang, "selling.no_bids"), t(lang, "selling.no_bids_text"));
        return view! { <Panel title=t(lang, "selling.bids")><EmptyState icon=Icon::Hand title text/></Panel> }
            .into_any();
    }
    let columns = vec![
        Column::new(t(lang, "sale.log.at")),
        Column::new(t(lang, "selling.bidder")),
        Column::number(t(lang, "sale.price")),
    ];
    let rows: Vec<_> = detail.history.iter().map(|bid| row(lang, bid, &detail.bidders)).collect();
    view! {
        <Panel title=t(lang, "selling.bids") flush=true>
            <p class="panel__note">{t(lang, note)}</p>
            <Table columns caption=t(lang, "selling.bids")>{rows}</Table>
        </Panel>
    }
    .into_any()
}

fn row(lang: Lang, bid: &BidLine, bidders: &[(u32, String)]) -> AnyView {
    let bidder = bid.by.unwrap_or(bid.alias);
    let number = t_with(lang, "sale.log.bidder", &[("n", &bidder.to_string())]);
    let name = bidders.iter().find(|(alias, _)| *alias == bidder).map(|(_, name)| format!(" · {name}"));
    let (at, price) = (bid.at, bid.price_fen);
    view! {
        <tr>
            <td><Time at form=TimeForm::Exact/></td>
            <td>{number}{name}</td>
            <td class="num"><Money fen=price/></td>
        </tr>
    }
    .into_any()
}

/// What was said for the seller and by whom, and who of the staff looked at his reserve.
fn trail(lang: Lang, detail: &SellingDetail) -> Option<AnyView> {
    if detail.words.is_empty() && detail.reveals.is_empty() {
        return None;
    }
    let word = |word: &SellingWord| {
        let what = t(lang, &format!("sale.command.{}", word.what));
        let step = Step::new(word.at, what, word.by_name.clone());
        match word.amount_fen {
            Some(fen) => (word.at, step.detail(view! { <Money fen/> })),
            None => (word.at, step),
        }
    };
    let looks = detail
        .reveals
        .iter()
        .map(|look| (look.at, Step::new(look.at, t(lang, "sale.revealed"), look.by_name.clone())));
    let mut steps: Vec<_> = detail.words.iter().map(word).chain(looks).collect();
    steps.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let steps = steps.into_iter().map(|(_, step)| step).collect();
    Some(view! { <Panel title=t(lang, "selling.trail")><Timeline steps/></Panel> }.into_any())
}
