//! `/mail/unsubscribe`: where a link in a mail leads. It asks before it ends anything: programs that look for evil open every link.

use std::sync::Arc;

use auction::{MailLink, MailStop, MailStopped};
use kernel::{Problem, ProblemKind};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it, for everybody who has the mail.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let body = match named(&cx) {
        Some(link) => match cx.services.auction.mail_link(&link).await.map_err(CommandError::into_problem) {
            Ok(stopped) => asked(&cx, stopped),
            Err(problem) if problem.kind == ProblemKind::NotFound => broken(&cx),
            Err(problem) => return Err(problem),
        },
        None => broken(&cx),
    };
    let title = t(lang, "mail.stop.title");
    let body = view! {
        <PageHead title=title.clone()/>
        <Panel><div class="grid gap-3">{body}</div></Panel>
    };
    Ok(PageView::bare(title, body))
}

/// The link, where the address has one.
fn named(cx: &PageContext) -> Option<MailLink> {
    let part = |name: &str| cx.query.get(name).map(str::to_owned);
    Some(MailLink { to: part("to")?, what: part("what")?, sign: part("sign")? })
}

fn broken(cx: &PageContext) -> AnyView {
    let problem: Option<Problem> = cx.form.problem.clone();
    view! {
        {problem.map(|problem| view! { <ProblemBanner problem/> })}
        <p>{t(cx.lang, "mail.stop.broken")}</p>
    }
    .into_any()
}

/// What it ends, and the buttons that end it.
fn asked(cx: &PageContext, stopped: MailStopped) -> AnyView {
    let lang = cx.lang;
    let button = |all: bool, words: String| {
        let fields = vec![("all", if all { "on".to_owned() } else { String::new() })];
        let kind = if all { ButtonKind::Quiet } else { ButtonKind::Primary };
        view! { <PostButton action=cx.href() kind fields>{words}</PostButton> }
    };
    let topic = match stopped.what {
        _ if stopped.is_all_over => None,
        MailStop::Topic(topic) => Some(t(lang, &format!("alerts.topic.{}", topic.name())).into_owned()),
        MailStop::All => None,
    };
    let is_over = stopped.is_over || stopped.is_all_over;
    let words = match (&topic, is_over) {
        (Some(topic), true) => t_with(lang, "mail.stop.over", &[("topic", topic)]),
        (Some(topic), false) => t_with(lang, "mail.stop.asked", &[("topic", topic)]),
        (None, true) => t(lang, "mail.stop.over_all").into_owned(),
        (None, false) => t(lang, "mail.stop.asked_all").into_owned(),
    };
    let this = (topic.is_some() && !is_over).then(|| button(false, t(lang, "mail.stop.this").into_owned()));
    let all = (!stopped.is_all_over).then(|| button(true, t(lang, "mail.stop.all").into_owned()));
    view! {
        <p>{words}</p>
        <p class="muted">{t(lang, "mail.stop.stays")}</p>
        <div class="alerts__actions">{this} {all}</div>
    }
    .into_any()
}
