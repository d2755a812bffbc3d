//! `/my/deposit`: the company's deposit, and which lots hold how much of it.

use std::sync::Arc;

use bidding::{Format, Terms};
use finance::ReturnRow;
use kernel::{Fen, Problem};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::panel::covered;
use crate::office::deposits::detail::AskForm;
use crate::office::deposits::parts::DepositView;
use crate::office::deposits::returns;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let seat = who.dealer().ok_or_else(Problem::not_found)?;
    let (id, is_owner) = (seat.dealer_id, seat.is_owner);
    let mut deposit = cx.services.finance.deposit(who, id).await.map_err(CommandError::into_problem)?;
    let power = cx.services.auction.buying_power(id).await.map_err(CommandError::into_problem)?;
    let title = t(lang, "deposit.mine");
    let asked = std::mem::take(&mut deposit.returns);
    let returns = returns::panel(asked, |row| is_owner.then(|| withdraw(&cx, row)));
    let what = t_with(lang, "deposit.ask_what", &[("amount", &deposit.usable_fen().yuan())]);
    let ask = (!deposit.lines.is_empty()).then(|| match is_owner {
        true => view! { <Panel><AskForm what/></Panel> }.into_any(),
        false => view! { <p class="muted mt-4">{t(lang, "deposit.ask_owner")}</p> }.into_any(),
    });
    let body = view! {
        <PageHead title=title.clone() note=t(lang, "deposit.mine_note")
            crumbs=vec![Crumb::new(t(lang, "nav.my"), "/my")]/>
        {returns::problem(&cx)}
        {returns}
        <DepositView deposit power lot_base="/auctions/lots"/>
        {ask}
    };
    Ok(PageView::dealer(title, body))
}

fn withdraw(cx: &PageContext, row: &ReturnRow) -> AnyView {
    let lang = cx.lang;
    let fields = vec![("form", "withdraw".to_owned()), ("return_id", row.id.to_string())];
    view! {
        <PostButton action=cx.path.clone() small=true fields>{t(lang, "deposit.withdraw")}</PostButton>
    }
    .into_any()
}

/// Beside the bidding panel: what a bid on this lot holds, and what is free for it.
pub(super) fn line(cx: &PageContext, free: Fen, terms: &Terms) -> Option<AnyView> {
    let deposit_bp = terms.deposit_bp;
    if deposit_bp == 0 {
        return None;
    }
    let lang = cx.lang;
    let percent = match deposit_bp % 100 {
        0 => (deposit_bp / 100).to_string(),
        rest => format!("{}.{rest:02}", deposit_bp / 100),
    };
    // what the free part of the deposit covers, for a lot on which nothing is held yet
    let covers = covered(free, deposit_bp.into());
    // who leads is only told where the price rises
    let rule = match terms.format {
        Format::Timed | Format::Flash | Format::Lane(_) => "deposit.line_rule",
        Format::SealedFirst | Format::SealedSecond => "deposit.line_rule_sealed",
        Format::Dutch(_) => "deposit.line_rule_dutch",
    };
    let rule = t_with(lang, rule, &[("percent", &percent)]);
    let left = if free > Fen::ZERO { "some" } else { "none" };
    Some(
        view! {
            <a class="lot-power" id="power" href="/my/deposit" data-bp=deposit_bp.to_string() data-free=left>
                <IconView icon=Icon::Wallet/>
                <span>
                    {t(lang, "deposit.line_free")} " " <b class="money" data-power="free">{free.yuan()}</b> " · "
                    <span data-power="covers">{t_with(lang, "auction.live.power_covers", &[("amount", &covers.yuan())])}</span>
                    <small>{rule}</small>
                </span>
            </a>
        }
        .into_any(),
    )
}
