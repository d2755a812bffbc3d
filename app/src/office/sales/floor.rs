//! `/office/sales/{id}/floor`: the clerk's desk. Bids from the floor by paddle number, and who holds which paddle. The
//! price and the amounts follow the auction until somebody types: from then on the page stays as it is, and the auction decides.

use std::sync::Arc;

use auction::{HallLot, LotDetail, Paddle};
use bidding::{LotStatus, quick_bids};
use kernel::{DealerId, Problem, ProblemKind};
use leptos::prelude::*;
use platform_db::CommandError;

use super::lane::load;
use super::{floor_record, light, state_badge};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Takes what changes out of the page as it is now, and with another car, or one that stands still or goes on, the whole page. Never
/// while something is typed, asked or pressed: an amount needs a paddle, so none changes under the finger that is on it.
const FOLLOW: &str = "let held = false; addEventListener('pointerdown', () => held = true); \
    for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(() => held = false, 300)); \
    const fields = 'main :is(input:not([type=hidden]), textarea, select)'; \
    const typed = () => [...document.querySelectorAll(fields)].some((field) => field.value); \
    const busy = () => held || document.hidden || typed() || document.querySelector('main details[open]'); \
    const stage = (page) => page.getElementById('floor-now')?.dataset.stage; \
    const take = (page) => { if (stage(page) !== stage(document)) { const to = new URL(location.href); to.hash = ''; \
    for (const told of ['done', 'problem']) to.searchParams.delete(told); location.replace(to); return; } \
    for (const id of ['floor-now', 'floor-end']) { const [old, fresh] = [document, page].map((it) => it.getElementById(id)); \
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true)); } }; \
    const look = async () => { try { if (!busy()) { const answer = await fetch(location.pathname); \
    const text = answer.ok && !answer.redirected && await answer.text(); \
    if (text && !busy()) take(new DOMParser().parseFromString(text, 'text/html')); } } catch {} \
    setTimeout(look, 2000); }; setTimeout(look, 2000);";

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let (detail, current) = load(&cx).await?;
    let sale_id = detail.sale.id;
    let (paddles, without) =
        cx.services.auction.paddles(sale_id).await.map_err(CommandError::into_problem)?;
    let record = match cx.query.get("merged").and_then(|id| id.parse().ok()) {
        Some(id) => cx.services.auction.floor_record(id).await.map_err(CommandError::into_problem)?,
        None => None,
    };
    let bid = current.as_ref().map(|lot| bid_form(&cx, lot));
    let merged = record.map(|record| floor_record::merged(&cx, record));
    let problem = cx.query.get("problem").map(|code| Problem::new(ProblemKind::Conflict, code));
    let title = t(lang, "format.floor.title").into_owned();
    let (path, name) = (cx.path.clone(), detail.sale.name.clone());
    let (give, list) = (paddle_form(&cx, without), paddle_list(&cx, paddles));
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "sale.title"), "/office/sales")] note=name>
            <LinkButton href=path>{t(lang, "format.floor.reload")}</LinkButton>
            <LinkButton href=format!("/office/sales/{sale_id}/lane") icon=Icon::Gavel>{t(lang, "format.floor.to_console")}</LinkButton>
        </PageHead>
        {problem.map(|problem| view! { <ProblemBanner problem/> })}
        {bid}
        {merged}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-2">
            {give}
            {list}
        </div>
    };
    Ok(PageView::office(title, body))
}

fn bid_form(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let title = format!("{} · {}", lot.lot_no, lot.title);
    let price = lot.lot.price_fen.unwrap_or(lot.start_fen);
    let quick = quick_bids(&lot.lot).into_iter().map(|amount| {
        view! { <Button name="quick_fen" value=amount.0.to_string()>{amount.yuan()}</Button> }
    });
    let (lot_id, badges) = (
        lot.id.to_string(),
        view! { {state_badge(lang, &lot.lot, detail.server_time)} " " {light(lang, &lot.lot)} },
    );
    let quick = quick.collect_view();
    let stage = format!("{lot_id} {} {}", lot.lot.status.as_str(), lot.lot.offline);
    let offline = match lot.lot.status {
        LotStatus::Open => Some(go_offline(cx, lot)),
        _ => lot.lot.offline.then(|| floor_record::form(cx, lot)),
    };
    let form = (lot.lot.status == LotStatus::Open).then(|| {
        view! {
            <PostForm name="bid" keeps_focus=true class="form form--columns floor-bid">
                <input type="hidden" name="lot_id" value=lot_id/>
                <TextField name="paddle" label=t(lang, "format.floor.paddle") kind=InputKind::Number required=true autofocus=true/>
                <MoneyField name="max" label=t(lang, "format.floor.amount") hint=t(lang, "format.floor.amount_hint")/>
                <div class="form__end" id="floor-end">
                    {quick}
                    <Button kind=ButtonKind::Primary>{t(lang, "format.floor.take")}</Button>
                </div>
            </PostForm>
        }
    });
    view! {
        <Panel title>
            <div class="stack">
                <div id="floor-now" data-stage=stage>
                    <p class="lane-block__price"><Money fen=price wan=true/></p>
                    <p>{badges}</p>
                </div>
                {form}
                {offline}
            </div>
        </Panel>
        <script type="module" nonce=cx.nonce.clone()>{FOLLOW}</script>
    }
    .into_any()
}

/// The switch to writing down what is called, for a floor without a network.
fn go_offline(cx: &PageContext, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let question = t_with(lang, "format.lane.offline_question", &[("title", &lot.title)]);
    let (action, fields) =
        (format!("/office/lots/{}/offline", lot.id), vec![("desk", lot.sale_id.to_string())]);
    view! {
        <ConfirmButton action label=t(lang, "format.lane.offline") question confirm=t(lang, "format.lane.offline") fields/>
    }
    .into_any()
}

fn paddle_form(cx: &PageContext, without: Vec<(DealerId, String)>) -> AnyView {
    let lang = cx.lang;
    let choices = without.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    view! {
        <Panel title=t(lang, "format.floor.give_title")>
            <PostForm name="paddle" class="form form--columns">
                <TextField name="paddle" label=t(lang, "format.floor.paddle") kind=InputKind::Number required=true/>
                <SelectField name="dealer_id" label=t(lang, "format.floor.dealer") choices required=true/>
                <div class="form__end"><Button>{t(lang, "format.floor.give")}</Button></div>
            </PostForm>
        </Panel>
    }
    .into_any()
}

fn paddle_list(cx: &PageContext, paddles: Vec<Paddle>) -> AnyView {
    let lang = cx.lang;
    if paddles.is_empty() {
        return view! { <Panel><EmptyState icon=Icon::Hand title=t(lang, "format.floor.no_paddles") text=t(lang, "format.floor.no_paddles_text")/></Panel> }.into_any();
    }
    let columns = vec![
        Column::number(t(lang, "format.floor.paddle")),
        Column::new(t(lang, "format.floor.dealer")),
        Column::new(t(lang, "format.floor.given_by")),
    ];
    let row = |paddle: Paddle| {
        let by = t_with(lang, "format.floor.given", &[("name", &paddle.given_by_name)]);
        view! {
            <tr>
                <td class="num">{paddle.paddle}</td>
                <td>{paddle.dealer_name}</td>
                <td>{by} " " <Time at=paddle.given_at/></td>
            </tr>
        }
    };
    let rows = paddles.into_iter().map(row).collect_view();
    view! {
        <Panel title=t(lang, "format.floor.paddles") flush=true>
            <Table columns caption=t(lang, "format.floor.paddles")>{rows}</Table>
        </Panel>
    }
    .into_any()
}
