//! A receipt, or a file with all evidence of a bid: checked on the server, or by the verifier in the browser.

use bidding::RefusalCode;
use leptos::prelude::*;
use platform_db::CommandError;
use proof::{Evidence, Receipt, ReceiptFault};
use uuid::Uuid;

use super::{part, verdict};
use crate::context::PageContext;
use crate::dealer::receipt::{car_of, said};
use crate::i18n::{known, t};
use crate::ui::*;

/// What is wrong with a receipt: the verifier's word for it, and its text.
const FAULTS: [(&str, &str); 4] = [
    ("row_changed", "proof.fault.row_changed"),
    ("secret_changed", "proof.fault.secret_changed"),
    ("other_key", "proof.fault.other_key"),
    ("not_signed", "proof.fault.not_signed"),
];

/// What was posted, checked on the server: no receipt, or one that stands or does not.
pub(super) enum Answer {
    Unreadable,
    /// With its car, where who looks may see it.
    Checked(Box<Receipt>, Result<Option<String>, ReceiptFault>),
}

/// The server's answer when something was posted.
pub(super) async fn load(cx: &PageContext) -> Result<Option<Answer>, kernel::Problem> {
    let posted = posted(cx);
    if posted.is_empty() {
        return Ok(None);
    }
    let receipt = match serde_json::from_str::<Evidence>(posted) {
        Ok(evidence) => Some(evidence.receipt),
        Err(_) => serde_json::from_str::<Receipt>(posted).ok(),
    };
    let Some(receipt) = receipt else { return Ok(Some(Answer::Unreadable)) };
    let checked = cx.services.auction.check_receipt(&receipt).await.map_err(CommandError::into_problem)?;
    let checked = match checked {
        Ok(()) => Ok(car_of(cx, &receipt).await),
        Err(fault) => Err(fault),
    };
    Ok(Some(Answer::Checked(Box::new(receipt), checked)))
}

fn posted(cx: &PageContext) -> &str {
    cx.form.value("receipt").unwrap_or_default().trim()
}

/// The receipt that a link names (`?receipt=<the bid's key>`), to stand in the form, and its car; only its own bidder's.
pub(super) async fn named(cx: &PageContext) -> Option<(String, Option<String>)> {
    let key = cx.query.parse::<Uuid>("receipt")?;
    let receipt = cx.services.auction.receipt(cx.principal.as_ref()?, key).await.ok()?;
    let car = car_of(cx, &receipt).await;
    Some((serde_json::to_string_pretty(&receipt).ok()?, car))
}

/// The form with that answer; before anything was posted, with the receipt that was named.
pub(super) fn view(
    cx: &PageContext,
    answer: Option<Answer>,
    named: Option<(String, Option<String>)>,
) -> AnyView {
    let lang = cx.lang;
    let (shown, car) =
        named.filter(|_| posted(cx).is_empty()).unwrap_or_else(|| (posted(cx).to_owned(), None));
    let car = car.map(|car| view! { <p class="mb-3 font-semibold">{car}</p> });
    let answer = answer.map(|answer| said_of(cx, &answer));
    let (verdicts, parts, result) = (verdicts(cx), parts(cx), result(cx));
    view! {
        {answer}
        <div
            data-verifier="receipt"
            data-zone=i32::from(cx.zone.whole_minutes())
            data-number=t(lang, "proof.row.number")
            data-bidder=t(lang, "proof.row.bidder")
            data-this=t(lang, "proof.row.this_bidder")
            data-nobody=t(lang, "proof.row.nobody")
        >
            <Panel title=t(lang, "proof.check.title")>
                {car}
                <PostForm>
                    <div data-scripted hidden>
                        <FileField name="file" label=t(lang, "proof.check.file") hint=t(lang, "proof.check.file_hint") accept=".json"/>
                    </div>
                    <TextArea name="receipt" label=t(lang, "proof.check.receipt") hint=t(lang, "proof.check.hint") value=shown required=true rows=6/>
                    <Button kind=ButtonKind::Primary>{t(lang, "proof.check.submit")}</Button>
                </PostForm>
                <div class="mt-3" data-state="receipt" aria-live="polite">{verdicts}</div>
                {parts}
                {result}
            </Panel>
        </div>
    }
    .into_any()
}

fn verdicts(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let faults = FAULTS.map(|(name, key)| verdict(name, Tone::Bad, t(lang, key)));
    view! {
        {verdict("checking", Tone::Neutral, t(lang, "proof.check.checking"))}
        {verdict("good", Tone::Good, t(lang, "proof.check.good_here"))}
        {verdict("part_bad", Tone::Bad, t(lang, "proof.check.part_bad"))}
        {verdict("unreadable", Tone::Bad, t(lang, "proof.check.unreadable"))}
        {verdict("no_keys", Tone::Bad, t(lang, "proof.check.no_keys"))}
        {faults.into_iter().collect_view()}
    }
    .into_any()
}

/// The other parts of an evidence file.
fn parts(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <ul class="lot-terms" data-parts hidden>
            <li data-state="log">
                {t(lang, "proof.part.log")} " "
                {part("good", Tone::Good, t(lang, "proof.part.holds"))}
                {part("bad", Tone::Bad, t(lang, "proof.part.fails"))}
                {part("absent", Tone::Neutral, t(lang, "proof.part.absent"))}
            </li>
            <li data-state="checkpoint">
                {t(lang, "proof.part.checkpoint")} " "
                {part("good", Tone::Good, t(lang, "proof.part.holds"))}
                {part("bad", Tone::Bad, t(lang, "proof.part.fails"))}
                {part("absent", Tone::Neutral, t(lang, "proof.part.absent"))}
            </li>
            <li data-state="time">
                {t(lang, "proof.part.time")} " "
                <span data-show="there" hidden>
                    <span data-out="stamped"></span> " · " {t(lang, "proof.part.time_unchecked")} " "
                    <code class="text-xs break-all">"server verify-receipt --roots"</code>
                </span>
                {part("absent", Tone::Neutral, t(lang, "proof.part.absent"))}
            </li>
        </ul>
    }
    .into_any()
}

/// What the row says, for the verifier to fill.
fn result(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let out = |name: &'static str| view! { <span data-out=name></span> };
    let reasons = RefusalCode::ALL.map(|code| {
        let code = code.as_str();
        let words = known(lang, &format!("auction.reason.{code}")).unwrap_or_else(|| code.into());
        view! { <span data-code=code hidden>{words}</span> }
    });
    let outcome = view! {
        <span data-state="outcome">
            {part("accepted", Tone::Good, t(lang, "auction.my.accepted"))}
            {part("refused", Tone::Bad, t(lang, "auction.my.refused"))}
        </span>
        " " {reasons.into_iter().collect_view()} {out("number")}
    };
    let facts = vec![
        Fact::new(
            t(lang, "proof.row.lot"),
            view! { <a href="/auctions" data-lot>{t(lang, "proof.row.to_lot")}</a> },
        ),
        Fact::new(t(lang, "proof.row.outcome"), outcome),
        Fact::new(t(lang, "proof.row.amount"), out("amount")),
        Fact::new(t(lang, "proof.row.admitted"), out("admitted")),
        Fact::new(t(lang, "proof.row.price"), out("price")),
        Fact::new(t(lang, "proof.row.leader"), out("leader")),
        Fact::new(t(lang, "proof.row.end"), out("end")),
    ];
    view! { <div class="mt-3" data-result hidden><Facts facts/></div> }.into_any()
}

fn said_of(cx: &PageContext, answer: &Answer) -> AnyView {
    let lang = cx.lang;
    let bad = |key| view! { <Banner tone=Tone::Bad>{t(lang, key)}</Banner> }.into_any();
    match answer {
        Answer::Unreadable => bad("proof.check.unreadable"),
        // what a false receipt says is nothing to repeat
        Answer::Checked(_, Err(fault)) => bad(fault_key(*fault)),
        Answer::Checked(receipt, Ok(car)) => {
            let said = said(cx, receipt);
            let href = format!("/auctions/lots/{}", receipt.row.lot_id);
            let car =
                car.clone().map(|car| view! { <p class="mb-3 font-semibold"><a href=href>{car}</a></p> });
            view! {
                <Banner tone=Tone::Good>{t(lang, "proof.check.good")}</Banner>
                <Panel title=t(lang, "proof.receipt.what")>{car}{said}</Panel>
            }
            .into_any()
        }
    }
}

const fn fault_key(fault: ReceiptFault) -> &'static str {
    match fault {
        ReceiptFault::RowChanged => "proof.fault.row_changed",
        ReceiptFault::SecretChanged => "proof.fault.secret_changed",
        ReceiptFault::OtherKey => "proof.fault.other_key",
        ReceiptFault::NotSigned => "proof.fault.not_signed",
    }
}
