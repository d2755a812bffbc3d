//! `/office/dead-letters`: what no service could handle, with the cause, and a button that sends it again.

use std::sync::Arc;

use kernel::Lang;
use leptos::prelude::*;
use platform_bus::dead::{DeadLetter, Parked};
use platform_db::CommandError;

use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// So many letters of each service are shown, the newest.
const LETTERS_MAX: i64 = 50;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let parked = cx.bus.dead_letters(cx.who()?, LETTERS_MAX).await.map_err(CommandError::into_problem)?;
    let lang = cx.lang;
    let content = if parked.is_empty() {
        view! {
            <EmptyState
                icon=Icon::Inbox
                title=t(lang, "operations.dead_letters.empty.title")
                text=t(lang, "operations.dead_letters.empty.text")
            />
        }
        .into_any()
    } else {
        view! {
            <p class="mb-4 max-w-prose">{t(lang, "operations.dead_letters.intro")}</p>
            <div class="grid grid-cols-1">{parked.into_iter().map(|parked| service(lang, parked)).collect_view()}</div>
        }
        .into_any()
    };
    let title = t(lang, "operations.dead_letters.title");
    Ok(PageView::office(title.clone(), view! { <PageHead title/> {content} }))
}

fn service(lang: Lang, parked: Parked) -> AnyView {
    let name = t(lang, &format!("operations.service.{}", parked.service));
    let n = parked.count.to_string();
    let title = t_with(lang, "operations.dead_letters.of", &[("service", &name), ("n", &n)]);
    let shown = (parked.count > LETTERS_MAX).then(|| {
        let n = LETTERS_MAX.to_string();
        view! { <p class="text-sm opacity-70">{t_with(lang, "operations.dead_letters.shown", &[("n", &n)])}</p> }
    });
    let service = parked.service;
    let letters = parked.letters.into_iter().map(|letter| view! { <Letter service letter/> }).collect_view();
    view! { <Panel title>{shown}<div class="grid grid-cols-1 gap-6">{letters}</div></Panel> }.into_any()
}

#[component]
fn Letter(service: &'static str, letter: DeadLetter) -> impl IntoView {
    let cx = current();
    let lang = cx.lang;
    let facts = vec![
        Fact::new(
            t(lang, "operations.dead_letters.dead_since"),
            view! { <Time at=letter.dead_since form=TimeForm::Exact/> },
        ),
        Fact::new(
            t(lang, "operations.dead_letters.received"),
            view! { <Time at=letter.received_at form=TimeForm::Exact/> },
        ),
        Fact::new(t(lang, "operations.dead_letters.attempts"), letter.attempts),
        Fact::new(t(lang, "operations.dead_letters.message"), letter.message_id.to_string()),
    ];
    let replays = letter.replays.into_iter().map(|replay| {
        let at = time::exact(replay.at, cx.zone);
        let words = [("at", at.as_str()), ("by", &replay.by), ("error", &replay.last_error)];
        view! { <li>{t_with(lang, "operations.dead_letters.replayed_by", &words)}</li> }
    });
    let replays: Vec<_> = replays.collect();
    let action = format!("/office/dead-letters/{service}/{}/replay", letter.message_id);
    view! {
        <article>
            <div class="flex flex-wrap items-center justify-between gap-2 mb-2">
                <h3 class="font-semibold">{letter.event_type}</h3>
                <PostButton action small=true icon=Icon::Refresh>{t(lang, "operations.dead_letters.replay")}</PostButton>
            </div>
            <Banner tone=Tone::Bad><span class="break-all">{letter.last_error}</span></Banner>
            <Facts facts/>
            {(!replays.is_empty()).then(|| view! {
                <Disclosure label=t(lang, "operations.dead_letters.replays")><ul class="list-disc pl-5">{replays}</ul></Disclosure>
            })}
            <Disclosure label=t(lang, "operations.dead_letters.envelope")>
                <pre class="overflow-x-auto text-xs">{format!("{:#}", letter.envelope)}</pre>
            </Disclosure>
        </article>
    }
}
