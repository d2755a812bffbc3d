//! A closed lot's whole log: checked on the server for who has no script, or by the verifier in the browser.

use kernel::{LotId, Principal};
use leptos::prelude::*;
use platform_db::CommandError;

use super::{part, verdict};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Why a log cannot be checked, and what is wrong with one: the verifier's words, and their texts.
const REFUSALS: [(&str, &str); 5] = [
    ("unreadable", "proof.log.unreadable"),
    ("sign_in", "proof.log.sign_in"),
    ("not_found", "proof.log.not_found"),
    ("not_closed", "error.LOT_NOT_CLOSED"),
    ("unavailable", "error.UNAVAILABLE"),
];

/// What the server found, in words.
pub(super) type Answer = (Tone, String);

/// The server's answer when the address names a lot.
pub(super) async fn load(cx: &PageContext) -> Result<Option<Answer>, kernel::Problem> {
    match named(cx).filter(|lot| !lot.is_empty()) {
        Some(lot) => Ok(Some(answer(cx, lot).await?)),
        None => Ok(None),
    }
}

fn named(cx: &PageContext) -> Option<&str> {
    cx.query.get("lot")
}

/// The form with that answer.
pub(super) fn view(cx: &PageContext, answer: Option<Answer>) -> AnyView {
    let lang = cx.lang;
    let lot = named(cx).unwrap_or_default().to_owned();
    let served = answer.map(|(tone, text)| view! { <Banner tone>{text}</Banner> });
    let (verdicts, parts) = (verdicts(cx), parts(cx));
    view! {
        <div data-verifier="log">
            <Panel title=t(lang, "proof.log.title")>
                <form method="get" action="/proof" class="form">
                    <TextField name="lot" label=t(lang, "proof.log.lot") hint=t(lang, "proof.log.hint") value=lot required=true/>
                    <Button>{t(lang, "proof.check.submit")}</Button>
                </form>
                <div class="mt-3" data-served>{served}</div>
                <div class="mt-3" data-state="log" aria-live="polite">{verdicts}</div>
                {parts}
            </Panel>
        </div>
    }
    .into_any()
}

fn verdicts(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let counted = view! {
        {t(lang, "proof.log.checking")} " " <span data-out="checked">"0"</span> " / " <span data-out="total"></span>
    };
    let good = view! { {t(lang, "proof.log.good_here")} " " <span data-out="total"></span> };
    let bad_row = view! { {t(lang, "proof.log.bad_row")} " " <span data-out="fault"></span> };
    let refusals = REFUSALS.map(|(name, key)| verdict(name, Tone::Bad, t(lang, key)));
    view! {
        {verdict("loading", Tone::Neutral, t(lang, "proof.log.loading"))}
        {verdict("checking", Tone::Neutral, counted)}
        {verdict("good", Tone::Good, good)}
        {verdict("bad", Tone::Bad, t(lang, "proof.log.bad"))}
        {verdict("bad_row", Tone::Bad, bad_row)}
        {refusals.into_iter().collect_view()}
    }
    .into_any()
}

/// What else a good log is compared with.
fn parts(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <ul class="lot-terms mt-3" data-parts hidden>
            <li data-state="own">
                {t(lang, "proof.part.own")} " "
                {part("good", Tone::Good, t(lang, "proof.part.own_good"))}
                {part("bad", Tone::Bad, t(lang, "proof.part.own_bad"))}
                {part("absent", Tone::Neutral, t(lang, "proof.part.own_absent"))}
                {part("unavailable", Tone::Warn, t(lang, "proof.part.unavailable"))}
            </li>
            <li data-state="checkpoint">
                {t(lang, "proof.part.checkpoint")} " "
                {part("good", Tone::Good, t(lang, "proof.part.holds"))}
                {part("bad", Tone::Bad, t(lang, "proof.part.fails"))}
                {part("absent", Tone::Neutral, t(lang, "proof.part.not_yet"))}
                {part("unavailable", Tone::Warn, t(lang, "proof.part.unavailable"))}
            </li>
        </ul>
    }
    .into_any()
}

/// The check on the server.
async fn answer(cx: &PageContext, lot: &str) -> Result<Answer, kernel::Problem> {
    let bad = |key: &str| Ok((Tone::Bad, t(cx.lang, key).into_owned()));
    let Some(who) = cx.principal.as_ref() else { return bad("proof.log.sign_in") };
    let Ok(lot_id) = lot.parse::<LotId>() else { return bad("proof.log.unreadable") };
    let log = match cx.services.auction.published_log(who, lot_id).await.map_err(CommandError::into_problem) {
        Ok(log) => log,
        Err(problem) if problem.code == "NOT_FOUND" => return bad("proof.log.not_found"),
        Err(problem) if problem.code == "LOT_NOT_CLOSED" => return bad("error.LOT_NOT_CLOSED"),
        Err(problem) if problem.code == "OFFER_STAYS_SECRET" => return bad("error.OFFER_STAYS_SECRET"),
        Err(problem) => return Err(problem),
    };
    let own = own_receipt_stands(cx, who, lot_id, &log).await?;
    match (log.check(), own) {
        (Err(_), _) => bad("proof.log.bad"),
        (Ok(()), Some(false)) => bad("proof.part.own_bad"),
        (Ok(()), own) => Ok((Tone::Good, good(cx, log.rows.len(), own.is_some()))),
    }
}

fn good(cx: &PageContext, rows: usize, with_own: bool) -> String {
    let rows = grouped(i64::try_from(rows).unwrap_or(i64::MAX));
    let text = t_with(cx.lang, "proof.log.good", &[("n", &rows)]);
    match with_own {
        true => format!("{text} {}", t(cx.lang, "proof.part.own_good")),
        false => text,
    }
}

/// Whether the newest receipt of who looks stands in the log; none without one.
async fn own_receipt_stands(
    cx: &PageContext,
    who: &Principal,
    lot_id: LotId,
    log: &proof::PublishedLog,
) -> Result<Option<bool>, kernel::Problem> {
    let receipt = cx.services.auction.newest_receipt(who, lot_id).await;
    match receipt.map_err(CommandError::into_problem) {
        Ok(receipt) => Ok(Some(log.agrees_with(&receipt))),
        Err(problem) if problem.code == "NOT_FOUND" => Ok(None),
        Err(problem) => Err(problem),
    }
}
