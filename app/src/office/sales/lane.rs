//! `/office/sales/{id}/lane`: the auctioneer's console. The car on the block, large; what he calls; what comes next.
//! The page asks for itself again all the time; who types has the desk on the floor (`floor.rs`).

use std::sync::Arc;

use auction::{HallLot, LogLine, LotDetail, SaleDetail, SellersWord};
use bidding::{Call, LotStatus, ReserveLight, quick_bids};
use kernel::{LotId, Problem, ProblemKind, SaleId};
use leptos::prelude::*;
use platform_db::CommandError;

use super::{light, line_answer, line_command, line_who, state_badge};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::clock::time_left;
use crate::live::panel::price_label;
use crate::live::words::KEYS;
use crate::office::lots::revealed;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// The console is drawn again after so many seconds.
const REFRESH_S: u32 = 2;
/// `?ask=pass`, and others like it: the console stands still and asks.
const ASK: &str = "ask";
/// `?ask=still`: it asks nothing, and stands still for who goes through it by the keyboard.
const STILL: &str = "still";
/// The keys of what is said and done many times an hour.
const ACCESS_KEYS: [(&str, &str); 4] =
    [("attention", "1"), ("last_call", "2"), ("pause", "3"), ("hammer", "4")];
/// A console that reloads itself keeps the focus where it was. A button of the car before is another's: an Enter that was meant for
/// it must not be about the next car.
const KEEP_FOCUS: &str = "const name = (it) => [it.tagName, it.id, it.className, it.getAttribute('href'), \
    it.form?.getAttribute('action'), it.name, it.value, it.accessKey].join(' '); \
    const place = 'luochui-focus ' + location.pathname, car = document.getElementById('run-list').dataset.block; \
    const [was, at, of] = JSON.parse(sessionStorage.getItem(place) || '[]'); sessionStorage.removeItem(place); \
    if (was && of === car && Date.now() - at < 10000) \
    [...document.querySelectorAll('a[href], button, summary, input, select, [tabindex]')] \
    .find((it) => name(it) === was && it.getClientRects().length)?.focus({ preventScroll: true }); \
    addEventListener('pagehide', () => { const it = document.activeElement; if (it && it !== document.body) \
    sessionStorage.setItem(place, JSON.stringify([name(it), Date.now(), car])); });";
/// A console that asks something keeps up all the same: the price, the clock, the log and the question itself are taken out of the page
/// as it is by now; when there is nothing to ask any more, or another car is on the block, it runs on.
const KEEP_UP: &str = "const block = (it) => it.getElementById('run-list').dataset.block; \
    const asks = (it) => !!it.querySelector('#lane-asked, .floor-bid'); \
    const take = (page) => { if (block(page) !== block(document) || asks(page) !== asks(document)) \
    { location.replace(location.pathname); return true; } \
    for (const id of ['lane-facts', 'lane-asked', 'lane-lines']) { \
    const [old, fresh] = [document, page].map((it) => it.getElementById(id)); \
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true)); } }; \
    const look = async () => { try { if (!document.hidden) { const answer = await fetch(location.href); \
    const text = answer.ok && !answer.redirected && await answer.text(); \
    if (text && take(new DOMParser().parseFromString(text, 'text/html'))) return; } } catch {} \
    setTimeout(look, 1000); }; setTimeout(look, 1000);";
/// So many lines of the log the console shows.
const LINES: usize = 8;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let (detail, current) = load(&cx).await?;
    let word = match &current {
        Some(lot) => revealed(&cx, lot.lot.id).await?,
        None => None,
    };
    let sale = &detail.sale;
    let problem = cx.query.get("problem").map(|code| Problem::new(ProblemKind::Conflict, code));
    let (sale_id, title) = (sale.id, sale.name.clone());
    let problem = problem.map(|problem| view! { <ProblemBanner problem/> }.into_any());
    let block = match &current {
        Some(lot) => block(&cx, sale_id, lot, (word, problem)),
        None => view! { {problem} {over(&cx)} }.into_any(),
    };
    // the question would be gone before it was read
    let asks = cx.query.get(ASK).is_some();
    let runs = !asks && !detail.lots.iter().all(|lot| lot.lot.status == LotStatus::Closed);
    let list = run_list(&cx, &detail.lots, current.as_ref().map(|lot| lot.lot.id), "/office/lots");
    let note = if runs { "format.lane.console_note" } else { "format.lane.console_still" };
    let is_over = current.is_none();
    let script = (!is_over).then_some(if runs { KEEP_FOCUS } else { KEEP_UP });
    let focus = script.map(|script| view! { <script type="module" nonce=cx.nonce.clone()>{script}</script> });
    let body = view! {
        <PageHead title=title.clone() crumbs=vec![Crumb::new(t(lang, "sale.title"), "/office/sales")]
            note=t(lang, note)>
            <LinkButton href=format!("/office/sales/{sale_id}/floor") icon=Icon::Hand>{t(lang, "format.lane.to_floor")}</LinkButton>
            <LinkButton href=format!("/office/sales/{sale_id}")>{t(lang, "sale.to_sale")}</LinkButton>
            {still(&cx, sale_id, runs)}
        </PageHead>
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="min-w-0 lg:col-span-2">{block}</div>
            <div class="min-w-0">{list}</div>
        </div>
        {focus}
    };
    let page = PageView::office(title, body);
    Ok(if runs { page.refreshing(REFRESH_S) } else { page })
}

/// The sale with its lots in the order of the run, and the one on the block (or next on it).
pub(super) async fn load(cx: &PageContext) -> Result<(SaleDetail, Option<LotDetail>), Problem> {
    let sale_id: SaleId = cx.id("id")?;
    let auction = &cx.services.auction;
    let mut detail = auction.sale(cx.who()?, sale_id).await.map_err(CommandError::into_problem)?;
    if detail.sale.format != "lane" {
        return Err(Problem::not_found());
    }
    detail.lots.sort_by_key(|lot| lot.lot_no);
    let current = on_block(&detail.lots, &detail.reserves_wait).map(|lot| lot.id);
    let current = match current {
        Some(id) => Some(auction.lot(cx.who()?, id).await.map_err(CommandError::into_problem)?),
        None => None,
    };
    Ok((detail, current))
}

/// The car on the block, or the one that comes next on it. One that waits for somebody to agree to its reserve lets the others pass.
fn on_block<'a>(lots: &'a [HallLot], waiting: &[LotId]) -> Option<&'a HallLot> {
    let left = || lots.iter().filter(|lot| lot.lot.status != LotStatus::Closed);
    let runs = |lot: &&HallLot| lot.lot.status != LotStatus::Scheduled;
    left().find(runs).or_else(|| left().find(|lot| !waiting.contains(&lot.id))).or_else(|| left().next())
}

/// The switch between a console that reloads itself and one that stands still.
fn still(cx: &PageContext, sale_id: SaleId, runs: bool) -> AnyView {
    let lane = format!("/office/sales/{sale_id}/lane");
    let (href, word) = match runs {
        true => (format!("{lane}?{ASK}={STILL}"), "format.lane.stand_still"),
        false => (lane, "format.lane.run_on"),
    };
    let word = t(cx.lang, word);
    view! { <LinkButton href kind=ButtonKind::Quiet>{word}</LinkButton> }.into_any()
}

fn key_of(name: &str) -> Option<&'static str> {
    ACCESS_KEYS.iter().find(|(known, _)| *known == name).map(|(_, key)| *key)
}

fn over(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! { <Panel><EmptyState icon=Icon::Gavel title=t(lang, "format.lane.over") text=t(lang, "format.lane.over_text")/></Panel> }
        .into_any()
}

/// The car on the block. Whatever comes and goes while it is there has its place, and why something was refused stands below
/// the buttons: none of them moves under the finger.
fn block(
    cx: &PageContext,
    sale_id: SaleId,
    detail: &LotDetail,
    (word, problem): (Option<SellersWord>, Option<AnyView>),
) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.lot;
    let photo = lot.photo_ids.first().map(|id| format!("/photos/{id}/large"));
    let number = t_with(lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())]);
    let price = lot.lot.price_fen.unwrap_or(lot.start_fen);
    let left = (lot.lot.status == LotStatus::Open)
        .then(|| time_left(lot.lot.end_at.since(detail.server_time), &t(lang, "auction.live.day")));
    let stands = |line: &&LogLine| {
        line.code.is_none() && !detail.voided.iter().any(|voided| Some(voided.bid_seq) == line.seq)
    };
    let standing = detail.log.iter().filter(stands).filter(|_| lot.lot.leader_alias.is_some());
    let leader = standing.filter_map(|line| line.dealer_name.clone()).next();
    let (state, reserve_light) = (state_badge(lang, &lot.lot, detail.server_time), light(lang, &lot.lot));
    let leader = match leader {
        Some(name) => t_with(lang, "format.lane.last_bidder", &[("name", &name)]),
        None if lot.lot.price_fen.is_none() => t(lang, "auction.live.history_empty").into_owned(),
        None => String::new(),
    };
    let price_word = t(lang, KEYS[price_label(&lot.lot) as usize]);
    let reserve = reserve(cx, sale_id, lot, word);
    let left = left.map(|time| t_with(lang, "format.lane.left", &[("time", &time)]));
    let called = lot.call().map(|call| (call.as_str(), call_word(cx, call)));
    let call_name = called.as_ref().map(|(name, _)| *name);
    let called = called.map(|(_, word)| view! { " " <Badge tone=Tone::Warn>{word}</Badge> });
    let (title, buttons, lines) = (lot.title.clone(), buttons(cx, sale_id, lot), lines(cx, detail));
    view! {
        <Panel>
            <div class="lane-block">
                <div class="lane-block__photo"><Photo src=photo alt="" eager=true/></div>
                <div class="lane-block__facts" id="lane-facts">
                    <p class="lane-block__no">{number} " " {state} " " {reserve_light}</p>
                    <h2 class="lane-block__title">{title}</h2>
                    <p class="lane-block__price"><span class="lane-block__label">{price_word}</span> " " <Money fen=price wan=true/></p>
                    <p class="muted lane-block__leader">{leader}</p>
                    {reserve}
                    <p class="lane-block__left" data-call=call_name>{left}{called}</p>
                </div>
            </div>
            {buttons}
            {problem.map(|problem| view! { <div class="mt-4">{problem}</div> })}
        </Panel>
        {lines}
    }
    .into_any()
}

/// The reserve of the car on the block, for who has asked to see it.
fn reserve(cx: &PageContext, sale_id: SaleId, lot: &HallLot, word: Option<SellersWord>) -> Option<AnyView> {
    if !lot.has_reserve() {
        return None;
    }
    let lang = cx.lang;
    if let Some(fen) = lot.lot.reserve_fen {
        let text = t_with(lang, "auction.live.reserve_at", &[("amount", &fen.yuan())]);
        return Some(view! { <p class="muted">{text}</p> }.into_any());
    }
    Some(match word.and_then(|word| word.reserve_fen) {
        Some(fen) => {
            let text = t_with(lang, "format.lane.reserve", &[("fen", &fen.yuan())]);
            view! { <p class="muted">{text}</p> }.into_any()
        }
        None => {
            let (action, fields) =
                (format!("/office/lots/{}/reveal", lot.id), vec![("lane", sale_id.to_string())]);
            view! { <PostButton action small=true fields>{t(lang, "sale.reveal")}</PostButton> }.into_any()
        }
    })
}

/// The word of a call.
fn call_word(cx: &PageContext, call: Call) -> String {
    t(cx.lang, &format!("format.call.{}", call.as_str())).into_owned()
}

fn buttons(cx: &PageContext, sale_id: SaleId, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let path = format!("/office/lots/{}", lot.id);
    let lane = || ("lane", sale_id.to_string());
    let call = |call: Call| {
        let fields = vec![lane(), ("call", call.as_str().to_owned())];
        let word = call_word(cx, call);
        let access_key = key_of(call.as_str());
        view! { <PostButton action=format!("{path}/call") icon=Icon::Bell fields access_key>{word}</PostButton> }
    };
    if let Some(question) = asked(cx, sale_id, lot) {
        return question;
    }
    // the hammer follows the last call, and a lot without a bid has none; it comes last, so that no other button moves
    let hammer = (lot.call() == Some(Call::LastCall) && lot.lot.price_fen.is_some()).then(|| {
        let href = format!("/office/sales/{sale_id}/lane?{ASK}=hammer");
        let access_key = key_of("hammer");
        view! {
            <LinkButton href kind=ButtonKind::Primary icon=Icon::Gavel access_key>{t(lang, "format.lane.hammer")}</LinkButton>
        }
    });
    // it keeps its place, so that no other button moves
    let pass = match lot.can_be_passed(cx.services.auction.now()) {
        true => {
            let href = format!("/office/sales/{sale_id}/lane?{ASK}=pass");
            view! { <LinkButton href>{t(lang, "format.lane.pass")}</LinkButton> }.into_any()
        }
        false => {
            let why = t(lang, "format.lane.cannot_pass");
            view! { <span class="button button--off" title=why>{t(lang, "format.lane.pass")}</span> }
                .into_any()
        }
    };
    let (attention, last_call) = (call(Call::Attention), call(Call::LastCall));
    match lot.lot.status {
        LotStatus::Open => view! {
            <div class="lane-buttons">
                {attention}
                {last_call}
                <PostButton action=format!("{path}/pause") fields=vec![lane()] access_key=key_of("pause")>{t(lang, "sale.pause")}</PostButton>
                <LinkButton href=format!("/office/sales/{sale_id}/lane?{ASK}=floor") icon=Icon::Hand>{t(lang, "format.lane.floor_bid")}</LinkButton>
                <LinkButton href=format!("/office/sales/{sale_id}/lane?{ASK}=offline")>{t(lang, "format.lane.offline")}</LinkButton>
                {pass}
                {hammer}
            </div>
            <p class="lot-note">{t(lang, "format.lane.keys")}</p>
        }
        .into_any(),
        LotStatus::Paused if lot.lot.offline => view! {
            <div class="stack mt-4">
                <Banner tone=Tone::Warn>{t(lang, "format.lane.is_offline")}</Banner>
                <div class="flex flex-wrap gap-2">
                    <LinkButton href=format!("/office/sales/{sale_id}/floor") kind=ButtonKind::Primary icon=Icon::Hand>{t(lang, "format.lane.to_floor")}</LinkButton>
                    <LinkButton href=format!("/office/sales/{sale_id}/lane?{ASK}=online")>{t(lang, "format.lane.online")}</LinkButton>
                </div>
            </div>
        }
        .into_any(),
        LotStatus::Paused => view! {
            <div class="lane-buttons">
                <PostButton action=format!("{path}/resume") kind=ButtonKind::Primary fields=vec![lane()]>{t(lang, "sale.resume")}</PostButton>
            </div>
        }
        .into_any(),
        LotStatus::Scheduled => {
            let opens = lot.opens_at;
            view! { <p class="muted">{t(lang, "sale.opens_at")} " " <Time at=opens form=TimeForm::Exact/></p> }.into_any()
        }
        LotStatus::Closed => ().into_any(),
    }
}

/// What ends a lot, or stops everybody else, is asked first, on a console that stands still. `None`: nothing is asked that
/// could still be done.
fn asked(cx: &PageContext, sale_id: SaleId, lot: &HallLot) -> Option<AnyView> {
    let what = cx.query.get(ASK)?;
    let fits = match what {
        "pass" => lot.can_be_passed(cx.services.auction.now()),
        // who bids after the last call takes it back
        "hammer" => lot.lot.status == LotStatus::Open && lot.call() == Some(Call::LastCall),
        "offline" | "floor" => lot.lot.status == LotStatus::Open,
        "online" => lot.lot.offline,
        _ => false,
    };
    if fits && what == "floor" {
        return Some(floor_bid(cx, sale_id, lot));
    }
    let price = lot.lot.price_fen.unwrap_or(lot.start_fen).yuan();
    let values = [("title", lot.title.as_str()), ("price", price.as_str())];
    fits.then(|| {
        let question = t_with(cx.lang, &format!("format.lane.{what}_question"), &values);
        ask(cx, (sale_id, lot), what, question)
    })
}

/// A bid that is called on the floor, taken by the auctioneer himself: the desk's own form, which leads back here.
fn floor_bid(cx: &PageContext, sale_id: SaleId, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let (action, back) = (format!("/office/sales/{sale_id}/floor"), format!("/office/sales/{sale_id}/lane"));
    let lot_id = lot.id.to_string();
    let quick = quick_bids(&lot.lot).into_iter().map(|amount| {
        view! { <Button name="quick_fen" value=amount.0.to_string()>{amount.yuan()}</Button> }
    });
    let quick = quick.collect_view();
    view! {
        <PostForm action name="bid" class="form form--columns floor-bid mt-4">
            <input type="hidden" name="lot_id" value=lot_id/>
            <input type="hidden" name="lane" value="on"/>
            <TextField name="paddle" label=t(lang, "format.floor.paddle") kind=InputKind::Number required=true autofocus=true/>
            <MoneyField name="max" label=t(lang, "format.floor.amount") hint=t(lang, "format.floor.amount_hint")/>
            <div class="form__end">
                {quick}
                <Button kind=ButtonKind::Primary>{t(lang, "format.floor.take")}</Button>
                <LinkButton href=back>{t(lang, "format.lane.floor_back")}</LinkButton>
            </div>
        </PostForm>
    }
    .into_any()
}

/// A question with its two answers.
fn ask(cx: &PageContext, (sale_id, lot): (SaleId, &HallLot), what: &str, question: String) -> AnyView {
    let lang = cx.lang;
    let fields = vec![("lane", sale_id.to_string())];
    let (action, back) = (format!("/office/lots/{}/{what}", lot.id), format!("/office/sales/{sale_id}/lane"));
    let yes = t(lang, &format!("format.lane.{what}"));
    let no = t(lang, &format!("format.lane.{what}_back"));
    let is_below = what == "hammer" && lot.lot.reserve == ReserveLight::NotMet;
    let below =
        is_below.then(|| view! { <Banner tone=Tone::Warn>{t(lang, "format.lane.hammer_below")}</Banner> });
    view! {
        <div class="stack mt-4">
            <div class="stack" id="lane-asked"><Banner tone=Tone::Warn>{question}</Banner> {below}</div>
            <div class="flex flex-wrap gap-2">
                <PostButton action kind=ButtonKind::Danger fields>{yes}</PostButton>
                <LinkButton href=back>{no}</LinkButton>
            </div>
        </div>
    }
    .into_any()
}

/// The newest lines of the log, with names: what the auctioneer says aloud.
fn lines(cx: &PageContext, detail: &LotDetail) -> AnyView {
    let lang = cx.lang;
    let rows = detail.log.iter().take(LINES).map(|line| {
        let (who, answer) = (line_who(lang, line), line_answer(lang, line));
        let (at, price) = (line.admitted_at, line.price_fen);
        view! {
            <tr>
                <td><Time at=at form=TimeForm::Exact/></td>
                <td>{line_command(lang, line)}</td>
                <td>{who}</td>
                <td class="num"><Money fen=price/></td>
                <td>{answer}</td>
            </tr>
        }
    });
    let columns = vec![
        Column::new(t(lang, "sale.log.at")),
        Column::new(t(lang, "sale.log.command")),
        Column::new(t(lang, "sale.log.who")),
        Column::number(t(lang, "sale.price")),
        Column::new(t(lang, "sale.log.answer")),
    ];
    let rows = rows.collect_view();
    view! {
        <div id="lane-lines">
            <Panel title=t(lang, "sale.log.title") flush=true>
                <Table columns caption=t(lang, "sale.log.title")>{rows}</Table>
            </Panel>
        </div>
    }
    .into_any()
}

/// The run list: what was sold, what is on the block (`data-block`), what comes. The dealers' page takes it anew by its id.
pub fn run_list(cx: &PageContext, lots: &[HallLot], current: Option<LotId>, base: &str) -> AnyView {
    let lang = cx.lang;
    let row = |lot: &HallLot| {
        let href = format!("{base}/{}", lot.id);
        let on_the_block = (current == Some(lot.id) && lot.lot.status == LotStatus::Open)
            .then(|| view! { <Badge tone=Tone::Active>{t(lang, "format.lane.on_the_block")}</Badge> });
        let state = on_the_block.map_or_else(|| state_badge(lang, &lot.lot, cx.now), IntoAny::into_any);
        let title = format!("{} · {}", lot.lot_no, lot.title);
        // what nobody wanted has no price
        let is_unwanted = lot.lot.status == LotStatus::Closed && lot.lot.price_fen.is_none();
        let price = (!is_unwanted).then(|| lot.lot.price_fen.unwrap_or(lot.start_fen));
        view! { <WorkRow href title value=price.map(|fen| view! { <Money fen/> }.into_any())>{state}</WorkRow> }
    };
    // what is over stands below what is to come
    let (over, ahead): (Vec<&HallLot>, Vec<&HallLot>) =
        lots.iter().partition(|lot| lot.lot.status == LotStatus::Closed);
    let rows = ahead.into_iter().chain(over.into_iter().rev()).map(row).collect_view();
    let block = current.map(|id| id.to_string());
    view! {
        <Panel title=t(lang, "format.lane.run_list") flush=true>
            <div id="run-list" data-block=block><WorkList>{rows}</WorkList></div>
        </Panel>
    }
    .into_any()
}
