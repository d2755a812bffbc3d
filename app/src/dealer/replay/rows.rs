//! The rows of the log, page by page; each leads to its instant.

use leptos::prelude::*;
use proof::{Moment, Replay};

use super::{bidder, command, leader, second_of};
use crate::context::PageContext;
use crate::i18n::t;
use crate::ui::*;

/// So many a page.
const SHOWN: usize = 100;

/// The page of `?page=`, by default the one with the instant's row.
pub(super) fn view(cx: &PageContext, replay: &Replay, here: i64, own: Option<u32>) -> AnyView {
    let lang = cx.lang;
    let moments = replay.moments();
    let of_here = moments.iter().position(|moment| moment.seq == here).unwrap_or_default() / SHOWN;
    let current = match cx.query.parse::<usize>("page") {
        Some(page) => page.clamp(1, moments.len().div_ceil(SHOWN)),
        None => of_here + 1,
    };
    let columns = vec![
        Column::number(t(lang, "replay.number")),
        Column::new(t(lang, "replay.at")),
        Column::new(t(lang, "replay.what")),
        Column::new(t(lang, "replay.by")),
        Column::number(t(lang, "proof.row.price")),
        Column::new(t(lang, "proof.row.leader")),
        Column::new(t(lang, "proof.row.end")),
    ];
    let page = moments.iter().skip((current - 1) * SHOWN).take(SHOWN);
    let rows = page.map(|moment| row(cx, replay, moment, moment.seq == here, own)).collect_view();
    let total = i64::try_from(moments.len()).unwrap_or(i64::MAX);
    let (current, page_size) = (u32::try_from(current).unwrap_or(1), i64::try_from(SHOWN).unwrap_or(1));
    view! {
        <Table columns caption=t(lang, "replay.rows") stacks=true>{rows}</Table>
        <Pager current total page_size/>
    }
    .into_any()
}

fn row(cx: &PageContext, replay: &Replay, moment: &Moment, is_here: bool, own: Option<u32>) -> AnyView {
    let lang = cx.lang;
    let second = second_of(replay, moment.at);
    let href = cx.query.with("at", &second.to_string()).href(&cx.path);
    let moved = match (moment.moved_end, moment.is_incident()) {
        (true, true) => Some(view! { <Badge tone=Tone::Bad>{t(lang, "replay.outage")}</Badge> }.into_any()),
        (true, false) => {
            Some(view! { <Badge tone=Tone::Warn>{t(lang, "replay.extended")}</Badge> }.into_any())
        }
        _ => None,
    };
    // 0 is nobody of the bidders: the house, or the clock
    let by = bidder(cx, Some(moment.alias).filter(|alias| *alias > 0), own).unwrap_or_default();
    let word = |key: &str| t(lang, key);
    // what ends a lot before its time leaves no end to wait for
    let end = match moment.is_over() {
        true => t(lang, "auction.live.over").into_any(),
        false => view! { <Time at=moment.end_at form=TimeForm::Exact/> }.into_any(),
    };
    view! {
        <tr data-seq=moment.seq aria-current=is_here.then_some("true")>
            <td class="num" data-label=word("replay.number")>{moment.seq}</td>
            <td><a class="row-link" href=href><Time at=moment.at form=TimeForm::Exact/></a></td>
            <td data-label=word("replay.what")><span>{command(cx, &moment.command)} " " {moved}</span></td>
            <td data-label=word("replay.by")>{or_dash(by)}</td>
            <td class="num" data-label=word("proof.row.price")><Money fen=moment.price_fen/></td>
            <td data-label=word("proof.row.leader")>{leader(cx, moment, own)}</td>
            <td data-label=word("proof.row.end")>{end}</td>
        </tr>
    }
    .into_any()
}
