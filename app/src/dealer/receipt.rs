//! `/my/bids/{id}`: what was recorded of one bid, in words and in hashes, to keep and to show.

use std::sync::Arc;

use auction::BidReason;
use leptos::prelude::*;
use platform_db::CommandError;
use proof::{Receipt, Row};

use crate::context::PageContext;
use crate::i18n::{filled, known, problem_words, t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it. Another dealer's bid is not there.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let receipt = cx.services.auction.receipt(cx.who()?, cx.id("id")?).await;
    let receipt = receipt.map_err(CommandError::into_problem)?;
    let reason = cx.services.auction.bid_reason(cx.who()?, receipt.row.key).await;
    let why = reason.map_err(CommandError::into_problem)?.map(|reason| why(&cx, &reason));
    let car = car_of(&cx, &receipt).await;
    let title = t(lang, "proof.receipt.title");
    let crumbs = vec![Crumb::new(t(lang, "auction.my.title"), "/my/bids?view=bids")];
    let file = format!("/my/bids/{}/receipt.json", receipt.row.key);
    let evidence = format!("/my/bids/{}/evidence.json", receipt.row.key);
    let lot = format!("/auctions/lots/{}", receipt.row.lot_id);
    let check = format!("/proof?receipt={}", receipt.row.key);
    let (said, hashes) = (said(&cx, &receipt), hashes(&cx, &receipt));
    let car = car.map(|car| view! { <p class="mb-3 font-semibold"><a href=lot.clone()>{car}</a></p> });
    let body = view! {
        <PageHead title=title.clone() crumbs note=t(lang, "proof.receipt.note")>
            <LinkButton href=lot>{t(lang, "proof.receipt.to_lot")}</LinkButton>
            <LinkButton href=file icon=Icon::Download download=true>{t(lang, "proof.receipt.file")}</LinkButton>
            <LinkButton href=evidence icon=Icon::Download download=true kind=ButtonKind::Primary>{t(lang, "proof.receipt.evidence")}</LinkButton>
        </PageHead>
        <Panel title=t(lang, "proof.receipt.what")>{car}{said}</Panel>
        {why}
        <Panel title=t(lang, "proof.receipt.proof")>
            <p class="muted mb-3">{t(lang, "proof.receipt.proof_text")} " " <a href=check>{t(lang, "proof.receipt.to_check")}</a></p>
            {hashes}
            <p class="muted mt-3">{t(lang, "proof.receipt.evidence_text")}</p>
            <Disclosure label=t(lang, "proof.receipt.offline").into_owned()>
                <p class="muted mt-2">{t(lang, "proof.receipt.offline_text")}</p>
                <p class="mt-2"><code class="text-xs">"server verify-receipt evidence-….json"</code></p>
            </Disclosure>
        </Panel>
    };
    Ok(PageView::dealer(title, body))
}

/// The car that was bid on, for who may see its lot. A receipt outlives what its bidder may see, and is checked by anybody:
/// then it names no car.
pub(super) async fn car_of(cx: &PageContext, receipt: &Receipt) -> Option<String> {
    let detail = cx.services.auction.lot(cx.principal.as_ref()?, receipt.row.lot_id).await.ok()?;
    Some(detail.lot.title)
}

/// Which rule decided, and how the price came about: with the bidder's own amount and public values only.
fn why(cx: &PageContext, reason: &BidReason) -> AnyView {
    let lang = cx.lang;
    let sentences = match reason {
        BidReason::Refused(problem) => vec![problem_words(cx, problem)],
        BidReason::Accepted(explanation) => {
            let formula = explanation.data["formula"].as_str().unwrap_or_default();
            let keys = [branch_key(&explanation.branch), formula_key(formula)];
            keys.iter().filter_map(|key| filled(lang, key, &explanation.data)).collect()
        }
    };
    let lines = sentences.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! { <Panel title=t(lang, "proof.why.title")><ul class="lot-terms">{lines}</ul></Panel> }.into_any()
}

fn branch_key(branch: &str) -> String {
    format!("proof.why.branch.{branch}")
}

fn formula_key(formula: &str) -> String {
    format!("proof.why.formula.{formula}")
}

/// What the row says, in words.
pub(super) fn said(cx: &PageContext, receipt: &Receipt) -> AnyView {
    let lang = cx.lang;
    let row = &receipt.row;
    let facts = vec![
        Fact::new(t(lang, "proof.row.outcome"), outcome(cx, row)),
        Fact::new(t(lang, "proof.row.amount"), view! { <Money fen=receipt.secret.amount_fen/> }),
        Fact::new(t(lang, "proof.row.admitted"), view! { <Time at=row.admitted_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "proof.row.price"), view! { <Money fen=row.price_fen/> }),
        Fact::new(t(lang, "proof.row.leader"), leader(cx, row)),
        Fact::new(t(lang, "proof.row.end"), view! { <Time at=row.end_at form=TimeForm::Exact/> }),
    ];
    // a number may be missing among those that one sees: why, is said where it stands
    let skipped = row.seq.map(|_| view! { <p class="muted mt-2">{t(lang, "proof.row.skipped")}</p> });
    view! { <Facts facts/> {skipped} }.into_any()
}

fn outcome(cx: &PageContext, row: &Row) -> AnyView {
    let lang = cx.lang;
    match (&row.code, row.seq) {
        (Some(code), _) => {
            let why = known(lang, &format!("auction.reason.{code}")).unwrap_or_else(|| code.clone().into());
            view! { <Badge tone=Tone::Bad>{t(lang, "auction.my.refused")}</Badge> " " {why} }.into_any()
        }
        (None, seq) => {
            let number = t_with(lang, "proof.row.number", &[("n", &seq.unwrap_or_default().to_string())]);
            view! { <Badge tone=Tone::Good>{t(lang, "auction.my.accepted")}</Badge> " " {number} }.into_any()
        }
    }
}

fn leader(cx: &PageContext, row: &Row) -> String {
    match row.leader {
        None => t(cx.lang, "proof.row.nobody").into_owned(),
        Some(alias) if alias == row.alias => t(cx.lang, "proof.row.this_bidder").into_owned(),
        Some(alias) => t_with(cx.lang, "proof.row.bidder", &[("n", &alias.to_string())]),
    }
}

fn hashes(cx: &PageContext, receipt: &Receipt) -> AnyView {
    let code = |text: String| view! { <code class="text-xs break-all">{text}</code> };
    let facts = vec![
        Fact::new(t(cx.lang, "proof.hash.row"), code(receipt.hash.to_string())),
        Fact::new(t(cx.lang, "proof.hash.before"), code(receipt.before.to_string())),
        Fact::new(t(cx.lang, "proof.hash.report"), code(receipt.row.report.clone())),
        Fact::new(t(cx.lang, "proof.hash.key"), code(receipt.key.0.clone())),
    ];
    view! { <Facts facts/> }.into_any()
}

#[cfg(test)]
mod tests {
    use bidding::{BID_BRANCHES, BID_FORMULAS, RefusalCode};
    use kernel::{Lang, Problem, ProblemKind};
    use serde_json::json;

    use super::*;
    use crate::i18n::problem_text;

    #[test]
    fn every_reason_is_said_in_both_languages_with_nothing_left_open() {
        let data = json!({ "amount_fen": 6_000_000, "price_fen": 6_050_000 });
        let keys: Vec<String> = BID_BRANCHES
            .iter()
            .map(|branch| branch_key(branch))
            .chain(BID_FORMULAS.iter().map(|formula| formula_key(formula)))
            .collect();
        for lang in [Lang::Zh, Lang::En] {
            for key in &keys {
                let text = filled(lang, key, &data).unwrap_or_default();
                assert!(!text.is_empty() && !text.contains("%{"), "{key} in {lang:?}: {text:?}");
            }
        }
    }

    #[test]
    fn every_refusal_is_said_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            for code in RefusalCode::ALL {
                let general = t(lang, "error.kind.409").into_owned();
                let said = problem_text(lang, &Problem::new(ProblemKind::Conflict, code.as_str()));
                assert!(said != general && said != code.as_str(), "{code:?} in {lang:?}: {said:?}");
                let short = known(lang, &format!("auction.reason.{}", code.as_str()));
                assert!(short.is_some_and(|text| !text.is_empty()), "{code:?} in {lang:?}");
            }
        }
    }
}
