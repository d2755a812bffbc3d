//! What a strike would bring about, and to whom: said before it is given. Only the form here gives it.

use auction::Lead;
use identity::{DealerDetail, STRIKE_CONFIRM, StrikeBar, StrikeOutlook};
use kernel::{DealerId, Problem};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::{time, *};

/// What would follow.
pub(super) struct Outlook {
    strike: StrikeOutlook,
    leads_total: i64,
    leads: Vec<Lead>,
}

/// Whether the form was filled in and waits to be confirmed.
pub(super) fn is_asked(cx: &PageContext) -> bool {
    cx.form.of("strike").problem.is_some_and(|problem| problem.code == STRIKE_CONFIRM)
}

/// What would follow, where that was asked.
pub(super) async fn load(cx: &PageContext, dealer_id: DealerId) -> Result<Option<Outlook>, Problem> {
    if !is_asked(cx) {
        return Ok(None);
    }
    let who = cx.who()?;
    let strike = cx.services.identity.strike_outlook(who, dealer_id).await;
    let strike = strike.map_err(CommandError::into_problem)?;
    let leads = cx.services.auction.leads_of(who, dealer_id).await;
    let (leads_total, leads) = leads.map_err(CommandError::into_problem)?;
    Ok(Some(Outlook { strike, leads_total, leads }))
}

/// The question, with all that follows from a yes.
pub(super) fn panel(cx: &PageContext, dealer: &DealerDetail, outlook: Outlook) -> AnyView {
    let lang = cx.lang;
    let word = |name: &str| t(lang, &format!("identity.strike_confirm.{name}"));
    let form = cx.form.of("strike");
    let (reason, note) = (form.value_or("reason", ""), form.value_or("note", ""));
    let number = outlook.strike.number.to_string();
    let what = format!("{} · {note}", t(lang, &format!("identity.strike_reason.{reason}")));
    let users = dealer.users.iter().filter(|user| user.active).count().to_string();
    let told = t_with(lang, "identity.strike_confirm.told", &[("n", &users)]);
    let bars = outlook.strike.bar.bars(cx.now);
    let mut facts = vec![
        Fact::text(word("company"), dealer.row.name.clone()),
        Fact::text(word("what"), what),
        Fact::new(word("effect"), effect(cx, outlook.strike)),
    ];
    if bars {
        facts.push(Fact::new(word("leads"), leads(cx, outlook.leads_total, outlook.leads)));
        facts.push(Fact::text(word("unseen"), word("unseen_text")));
        facts.push(Fact::text(word("kept"), word("kept_text")));
    }
    facts.push(Fact::text(word("news"), told));
    let give = t_with(lang, "identity.strike_confirm.give", &[("n", &number)]);
    let (action, href) = (cx.path.clone(), cx.path.clone());
    let typed = [("form", "strike".to_owned()), ("reason", reason), ("note", note)];
    let fields = [&typed[..], &[("confirmed", number)]].concat();
    // back to the form with what was typed
    let back = [&typed[..], &[("back", "on".to_owned())]].concat();
    let (back_action, back_word, leave) = (action.clone(), word("back"), word("leave"));
    let title = t_with(lang, "identity.strike_confirm.title", &[("name", &dealer.row.name)]);
    view! {
        <div class="mb-4 facts-rows" data-testid="strike-confirm">
            <Panel title>
                <Facts facts/>
                <div class="flex flex-wrap gap-2 mt-4">
                    <PostButton action kind=ButtonKind::Danger fields>{give}</PostButton>
                    <PostButton action=back_action fields=back>{back_word}</PostButton>
                    <LinkButton href kind=ButtonKind::Quiet>{leave}</LinkButton>
                </div>
            </Panel>
        </div>
    }
    .into_any()
}

/// Which strike it is, and what that means for bidding.
fn effect(cx: &PageContext, strike: StrikeOutlook) -> AnyView {
    let lang = cx.lang;
    let number = t_with(lang, "identity.strike_confirm.number", &[("n", &strike.number.to_string())]);
    let means = match strike.bar {
        StrikeBar::None | StrikeBar::Warned => t(lang, "identity.strike_confirm.warned").into_owned(),
        StrikeBar::Until(until) => {
            let until = time::short(until, cx.now, cx.zone);
            t_with(lang, "identity.strike_confirm.until", &[("at", &until)])
        }
        StrikeBar::ForGood => t(lang, "identity.strike_confirm.for_good").into_owned(),
    };
    view! { <p>{number}</p> <p><strong>{means}</strong></p> }.into_any()
}

/// The lots that it leads now, whose bids would be voided.
fn leads(cx: &PageContext, total: i64, leads: Vec<Lead>) -> AnyView {
    let lang = cx.lang;
    if leads.is_empty() {
        return t(lang, "identity.strike_confirm.no_leads").into_any();
    }
    let more = total - i64::try_from(leads.len()).unwrap_or(total);
    let more = (more > 0).then(|| {
        view! { <li>{t_with(lang, "identity.strike_confirm.more_leads", &[("n", &more.to_string())])}</li> }
    });
    let line = |lead: Lead| {
        view! {
            <li>
                <a href=format!("/office/lots/{}", lead.lot_id)>{lead.title}</a> " "
                {lead.price_fen.map(|price| view! { <Money fen=price/> })} " · "
                {t(lang, "identity.strike_confirm.ends")} " " <Time at=lead.end_at/>
            </li>
        }
    };
    let lines = leads.into_iter().map(line).collect_view();
    view! {
        <p>{t_with(lang, "identity.strike_confirm.leads_text", &[("n", &total.to_string())])}</p>
        <ul class="list-disc pl-5">{lines}{more}</ul>
    }
    .into_any()
}
