//! `/office/lots/{id}`: a lot with its whole log, and what an auctioneer may do with it.

use std::sync::Arc;

use auction::{HallLot, LogLine, LotDetail};
use bidding::{Format, LotStatus, Outcome, ReserveLight};
use kernel::{LotId, Problem, ProblemKind, Role};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::car_words::{About, car_word};
use crate::context::PageContext;
use crate::dealer::lot::{first_look, rules};
use crate::dealer::words::{kilometres, withdrawal_banner};
use crate::i18n::{t, t_with};
use crate::live::panel::price_label;
use crate::live::words::KEYS;
use crate::negotiation::{load_of_lot, of_lot};
use crate::office::sales::{light, line_answer, line_command, line_who, state_badge};
use crate::office::sellers::href_of;
use crate::page::{PageResult, PageView};
use crate::ui::*;

use super::{reserve, reserve_approval, revealed, voids};

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let id: LotId = cx.id("id")?;
    let detail = cx.services.auction.lot(cx.who()?, id).await.map_err(CommandError::into_problem)?;
    let negotiation = load_of_lot(&cx, &detail.lot).await?;
    let word = revealed(&cx, id).await?;
    let withdrawal = match detail.lot.lot.outcome {
        Some(Outcome::Withdrawn) => {
            cx.services.auction.withdrawal(id).await.map_err(CommandError::into_problem)?
        }
        _ => None,
    };
    // no view before this line: views stay on the thread that makes them, and each await may change it
    let negotiation = of_lot(&cx, &detail.lot, negotiation)?;
    let title = detail.lot.title.clone();
    let crumbs = vec![Crumb::new(t(lang, "sale.lots_title"), "/office/lots")];
    let note = t_with(
        lang,
        "sale.lot_note",
        &[("no", &detail.lot.lot_no.to_string()), ("sale", &detail.lot.sale_name)],
    );
    let withdrawal = withdrawal.map(|found| withdrawal_banner(&cx, &found));
    let problem = cx.query.get("problem").map(|code| Problem::new(ProblemKind::Conflict, code));
    let badge = state_badge(lang, &detail.lot.lot, cx.now);
    let (tiles, facts, controls) = (tiles(&cx, &detail), facts(&cx, &detail), controls(&cx, &detail));
    let (sale_id, vehicle_id) = (detail.lot.sale_id, detail.lot.vehicle_id);
    let replay = detail.lot.has_replay().then(|| {
        view! { <LinkButton href=format!("/auctions/lots/{id}/replay")>{t(lang, "replay.title")}</LinkButton> }
    });
    let top_up = detail.lot.waits_for_deposit().map(|(_, until)| {
        view! { <Banner tone=Tone::Warn>{t(lang, "sale.top_up")} " " <Time at=until form=TimeForm::Exact/></Banner> }
    });
    let taken = first_look::taken(&cx, &detail);
    let voids = voids::panel(&cx, &detail);
    let reserve = reserve::panel(&cx, &detail, word);
    let approval = reserve_approval::panel(&cx, &detail);
    let log = log(&cx, detail.log, detail.bidders_hidden);
    let body = view! {
        <PageHead title=title.clone() crumbs=crumbs note=note badge=badge>
            <LinkButton href=format!("/office/sales/{sale_id}")>{t(lang, "sale.to_sale")}</LinkButton>
            <LinkButton href=format!("/office/vehicles/{vehicle_id}")>{t(lang, "sale.to_vehicle")}</LinkButton>
            {replay}
        </PageHead>
        {problem.map(|problem| view! { <ProblemBanner problem=problem/> })}
        {withdrawal}
        {taken}
        {negotiation}
        {top_up}
        {approval}
        {tiles}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-2">
            {facts}
            {controls}
        </div>
        {reserve}
        {voids}
        {log}
    };
    Ok(PageView::office(title, body))
}

/// The key of what its price is called. Where it starts has a name of its own.
pub(crate) fn price_name(lot: &HallLot) -> &'static str {
    match lot.lot.price_fen {
        None => "sale.price",
        Some(_) => KEYS[price_label(&lot.lot) as usize],
    }
}

fn tiles(cx: &PageContext, detail: &LotDetail) -> impl IntoView + use<> {
    let lang = cx.lang;
    let lot = &detail.lot;
    let name = price_name(lot);
    let price = lot.price_at(cx.now).map_or_else(|| "—".to_owned(), |fen| fen.yuan());
    let (start, guide, bidders) = (lot.start_fen.yuan(), lot.guide_fen.yuan(), lot.lot.bidders.to_string());
    view! {
        <Tiles>
            <Tile label=t(lang, name) value=price/>
            <Tile label=t(lang, "sale.start") value=start/>
            <Tile label=t(lang, "sale.guide") value=guide/>
            <Tile label=t(lang, "sale.bidders") value=bidders/>
        </Tiles>
    }
}

fn facts(cx: &PageContext, detail: &LotDetail) -> impl IntoView + use<> {
    let lang = cx.lang;
    let lot = &detail.lot;
    let (opens_at, end_at) = (lot.opens_at, lot.ends_at());
    let hash = lot.report_hash.clone();
    let ends = match lot.lot.status {
        // its clock stands still
        LotStatus::Paused => t(lang, "sale.lot.paused").into_any(),
        _ => view! { <Time at=end_at form=TimeForm::Exact/> }.into_any(),
    };
    let shadow = rules::first_look(lang, lot.terms());
    let mut facts = vec![
        Fact::new(t(lang, "sale.format"), t(lang, &format!("format.{}", lot.format().as_str()))),
        Fact::new(t(lang, "format.buy_now.title"), view! { <Money fen=detail.terms.buy_now_fen/> }),
        Fact::code("VIN", &lot.vin),
        Fact::new(t(lang, "auction.lot.mileage"), kilometres(lang, lot.mileage_km)),
        Fact::text(t(lang, "sale.grade"), car_word(lang, About::Grade, &lot.grade)),
        Fact::text(t(lang, "sale.city"), lot.city.clone()),
        Fact::new(t(lang, "sale.seller"), seller(&lot.seller_name)),
        Fact::new(t(lang, "sale.reserve_light"), light(lang, &lot.lot)),
        Fact::new(t(lang, "sale.opens_at"), view! { <Time at=opens_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "sale.end_at"), ends),
        Fact::new(t(lang, "sale.extensions"), lot.lot.extensions.to_string()),
        Fact::new(t(lang, "sale.report"), view! { <code class="text-xs break-all">{hash}</code> }),
    ];
    facts.extend(shadow.map(|rule| Fact::text(t(lang, "fine_print.first_look"), rule)));
    view! { <Panel title=t(lang, "sale.facts").into_owned()><Facts facts=facts/></Panel> }
}

/// The way to what became of his lots, and to whose company he is.
fn seller(name: &str) -> AnyView {
    if name.is_empty() {
        return view! { <span class="none">"—"</span> }.into_any();
    }
    let href = href_of(name);
    view! { <a href=href>{name.to_owned()}</a> }.into_any()
}

/// How long is left after it.
const fn pause_question(format: Format) -> &'static str {
    match format {
        Format::Lane(_) => "format.lane.pause_question",
        _ => "sale.pause_question",
    }
}

fn controls(cx: &PageContext, detail: &LotDetail) -> impl IntoView + use<> {
    let lang = cx.lang;
    let who = cx.principal.as_ref();
    let has = |role| who.is_some_and(|person| person.has_role(role));
    let (runs, prices) = (has(Role::Auctioneer), has(Role::Auctioneer) || has(Role::Pricing));
    let lot = &detail.lot;
    let path = format!("/office/lots/{}", lot.id);
    let left = (detail.terms.house.resume_left_ms / 60_000).to_string();
    let running = match lot.lot.status {
        LotStatus::Open if runs => Some(
            view! {
                <ConfirmButton action=format!("{path}/pause") label=t(lang, "sale.pause")
                    question=t_with(lang, pause_question(detail.terms.format), &[("title", &lot.title), ("n", &left)]) confirm=t(lang, "sale.pause")/>
            }
            .into_any(),
        ),
        LotStatus::Paused if runs && lot.lot.offline => Some(
            view! {
                <ConfirmButton action=format!("{path}/online") label=t(lang, "format.lane.online")
                    question=t_with(lang, "format.lane.online_question", &[("title", &lot.title)]) confirm=t(lang, "format.lane.online")/>
            }
            .into_any(),
        ),
        LotStatus::Paused if runs && lot.waits_for_deposit().is_none() => Some(
            view! { <PostButton action=format!("{path}/resume") kind=ButtonKind::Primary>{t(lang, "sale.resume")}</PostButton> }
                .into_any(),
        ),
        _ => None,
    };
    let lowers = prices && lot.lot.status != LotStatus::Closed && lot.has_reserve();
    let is_met = lot.lot.reserve == ReserveLight::Met;
    let lower = lowers.then(|| {
        view! {
            <PostForm action=format!("{path}/reserve") name="reserve">
                <MoneyField name="reserve" label=t(lang, "sale.new_reserve") hint=t(lang, "sale.lower_hint").into_owned() required=true/>
                <Button>{t(lang, "sale.lower_reserve")}</Button>
            </PostForm>
        }
    });
    let publish = (lowers && can_be_published(lot)).then(|| {
        view! {
            <ConfirmButton action=format!("{path}/publish-reserve") label=t(lang, "sale.publish_reserve")
                question=t_with(lang, "sale.publish_question", &[("title", &lot.title)])
                confirm=t(lang, "sale.publish_reserve")/>
        }
    });
    let gap = (lowers && !is_met).then(|| {
        view! {
            <PostForm action=format!("{path}/gap") name="gap">
                <MoneyField name="gap" label=t(lang, "sale.new_gap") hint=t(lang, "sale.gap_hint").into_owned() required=true/>
                <Button>{t(lang, "sale.set_gap")}</Button>
            </PostForm>
        }
    });
    let waits_for_turn = matches!(lot.format(), Format::Lane(_));
    let waits_for_word = detail.reserve_approval.as_ref().is_some_and(|approval| approval.waits);
    let waits =
        lot.lot.status == LotStatus::Scheduled && (waits_for_turn || waits_for_word || cx.now < lot.opens_at);
    let withdraw = (runs && waits).then(|| {
        let hint = t(lang, "sale.withdraw.reason_hint").into_owned();
        view! {
            <ConfirmButton action=format!("{path}/withdraw") label=t(lang, "sale.withdraw")
                question=t_with(lang, "sale.withdraw.question", &[("title", &lot.title), ("sale", &lot.sale_name)])
                confirm=t(lang, "sale.withdraw.confirm")>
                <TextField name="reason" label=t(lang, "sale.withdraw.reason") required=true max_length=200 hint/>
            </ConfirmButton>
        }
    });
    let nothing = running.is_none() && lower.is_none() && withdraw.is_none();
    view! {
        <Panel title=t(lang, "sale.controls").into_owned()>
            {nothing.then(|| view! { <p class="muted">{t(lang, "sale.no_controls")}</p> })}
            <div class="answers">{running} {withdraw}</div>
            {lower.map(|lower| view! { <div class="mt-4">{lower}</div> })}
            {publish.map(|publish| view! { <div class="mt-4">{publish}</div> })}
            {gap.map(|gap| view! { <div class="mt-4">{gap}</div> })}
        </Panel>
    }
}

/// Only before the first bid: that everybody knows it is a term of the lot. Of a sealed lot nobody is told whether there is one.
fn can_be_published(lot: &HallLot) -> bool {
    lot.lot.reserve_fen.is_none() && lot.lot.bidders == 0
}

fn log(cx: &PageContext, log: Vec<LogLine>, bidders_hidden: bool) -> AnyView {
    let lang = cx.lang;
    if log.is_empty() {
        return view! {
            <Panel title=t(lang, "sale.log.title").into_owned()>
                <EmptyState icon=Icon::Hand title=t(lang, "sale.log.none") text=t(lang, "sale.log.none_text").into_owned()/>
            </Panel>
        }
        .into_any();
    }
    let columns = vec![
        Column::number(t(lang, "sale.log.seq")),
        Column::new(t(lang, "sale.log.at")),
        Column::new(t(lang, "sale.log.command")),
        Column::new(t(lang, "sale.log.who")),
        Column::number(t(lang, "sale.log.max")),
        Column::number(t(lang, "sale.price")),
        Column::new(t(lang, "sale.log.answer")),
    ];
    let rows = log.into_iter().map(|line| log_row(cx, line)).collect_view();
    let hidden =
        bidders_hidden.then(|| view! { <p class="panel__note">{t(lang, "sale.log.bidders_hidden")}</p> });
    view! {
        <Panel title=t(lang, "sale.log.title").into_owned() flush=true>
            {hidden}
            <Table columns=columns caption=t(lang, "sale.log.title")>
                {rows}
            </Table>
        </Panel>
    }
    .into_any()
}

fn log_row(cx: &PageContext, line: LogLine) -> impl IntoView + use<> {
    let lang = cx.lang;
    let (command, who, answer) = (line_command(lang, &line), line_who(lang, &line), line_answer(lang, &line));
    let max = match line.max_fen {
        // a bid always has one: it is not told while the lot runs
        None if line.command == "place_max" => {
            view! { <span class="muted" title=t(lang, "sale.log.secret_hint")>{t(lang, "sale.log.secret")}</span> }.into_any()
        }
        max_fen => view! { <Money fen=max_fen/> }.into_any(),
    };
    view! {
        <tr>
            <td class="num">{line.seq}</td>
            <td><Time at=line.admitted_at form=TimeForm::Exact/></td>
            <td>{command}</td>
            <td>{who}</td>
            <td class="num">{max}</td>
            <td class="num"><Money fen=line.price_fen/></td>
            <td>{answer}</td>
        </tr>
    }
}
