//! The secret reserve: shown to who asks for it by a button, and who did is written below it.

use auction::{LotDetail, NegotiationDetail, Reveal, SellersWord};
use kernel::{Fen, LotId, Problem, Role};
use leptos::prelude::*;
use platform_db::CommandError;
use uuid::Uuid;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// What this person has just asked to see of this lot: the address says under which key.
pub(in crate::office) async fn revealed(
    cx: &PageContext,
    lot_id: LotId,
) -> Result<Option<SellersWord>, Problem> {
    let Some(key) = cx.query.parse::<Uuid>("revealed") else { return Ok(None) };
    let word = cx.services.auction.revealed_reserve(cx.who()?, key, lot_id).await;
    word.map_err(CommandError::into_problem)
}

/// The panel of a lot; nothing of one without a reserve.
pub(super) fn panel(cx: &PageContext, detail: &LotDetail, word: Option<SellersWord>) -> Option<AnyView> {
    if !detail.lot.has_reserve() {
        return None;
    }
    let may = cx.principal.as_ref();
    let may = may.is_some_and(|who| who.has_role(Role::Auctioneer) || who.has_role(Role::Pricing));
    let action = may.then(|| format!("/office/lots/{}/reveal", detail.lot.id));
    let amounts = word.map(|word| amounts(cx, word, detail.lot.in_gap()));
    let is_public = detail.lot.lot.reserve_fen.is_some();
    let note = if is_public { "sale.reveal_note_public" } else { "sale.reveal_note" };
    let panel = asked(cx, (amounts, note), action, &detail.reveals);
    let public = detail.lot.lot.reserve_fen.map(|reserve| {
        let text = t_with(cx.lang, "sale.reserve_published", &[("amount", &reserve.yuan())]);
        view! { <Banner tone=Tone::Neutral>{text}</Banner> }
    });
    Some(view! { {public} {panel} }.into_any())
}

/// The panel of the lot that is negotiated about.
pub(in crate::office) fn negotiated(
    cx: &PageContext,
    detail: &NegotiationDetail,
    word: Option<SellersWord>,
) -> AnyView {
    let action = detail.may_look.then(|| format!("/office/negotiations/{}/reveal", detail.row.id));
    let amounts = word.map(|word| amounts(cx, word, false));
    asked(cx, (amounts, "sale.reveal_note"), action, &detail.reveals)
}

/// What was asked for, or the button that asks; below it who did before.
fn asked(
    cx: &PageContext,
    (amounts, note): (Option<AnyView>, &'static str),
    action: Option<String>,
    reveals: &[Reveal],
) -> AnyView {
    let lang = cx.lang;
    let ask = action.filter(|_| amounts.is_none()).map(|action| {
        view! { <PostButton action icon=Icon::Eye>{t(lang, "sale.reveal")}</PostButton> }
    });
    let looks = looks(cx, reveals);
    view! {
        <Panel title=t(lang, "sale.reserve").into_owned()>
            <p class="muted">{t(lang, note)}</p>
            {amounts}
            {ask}
            {looks}
        </Panel>
    }
    .into_any()
}

fn amounts(cx: &PageContext, word: SellersWord, in_gap: bool) -> AnyView {
    let lang = cx.lang;
    let sold = in_gap.then(|| view! { <Badge tone=Tone::Good>{t(lang, "sale.in_gap")}</Badge> });
    let gap = match word.gap_fen == Fen::ZERO {
        true => t(lang, "sale.gap_none").into_owned().into_any(),
        false => view! { <Money fen=word.gap_fen/> " " {sold} }.into_any(),
    };
    let facts = vec![
        Fact::new(t(lang, "sale.reserve"), view! { <Money fen=word.reserve_fen/> }),
        Fact::new(t(lang, "sale.gap"), gap),
    ];
    view! { <Facts facts/> }.into_any()
}

fn looks(cx: &PageContext, reveals: &[Reveal]) -> Option<AnyView> {
    if reveals.is_empty() {
        return None;
    }
    let step = |reveal: &Reveal| Step::new(reveal.at, t(cx.lang, "sale.revealed"), reveal.by_name.clone());
    let steps: Vec<Step> = reveals.iter().map(step).collect();
    Some(view! { <Timeline steps/> }.into_any())
}
