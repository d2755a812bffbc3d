//! News by mail on the page of alerts: the address, its code, what became of it.

use auction::{FindsPace, MailAddress, Topic};
use kernel::{Lang, Problem};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Whether mails go out, to whom, and which.
pub(super) struct MailBox {
    is_on: bool,
    address: Option<MailAddress>,
    topics: Vec<Topic>,
}

impl MailBox {
    /// Whether it is asked which topics go out: there is a box for them.
    pub(super) fn is_asked(&self) -> bool {
        self.is_on && self.address.as_ref().is_some_and(|it| it.confirmed_at.is_some())
    }

    /// Whether the topic goes out.
    pub(super) fn gets(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    /// How often what searches find goes out.
    pub(super) fn pace(&self) -> FindsPace {
        self.address.as_ref().map_or(FindsPace::Day, |address| address.finds)
    }
}

/// How often what searches find goes out, as a field of the choice.
pub(super) fn pace_field(lang: Lang, pace: FindsPace) -> AnyView {
    let choice = |pace: FindsPace| Choice::new(pace.name(), t(lang, &format!("mail.pace.{}", pace.name())));
    let choices = FindsPace::ALL.into_iter().map(choice).collect();
    view! {
        <input type="hidden" name="has_mailed" value="on"/>
        <SelectField name="pace" label=t(lang, "mail.pace") choices value=pace.name().to_owned() required=true/>
    }
    .into_any()
}

/// Loads it.
pub(super) async fn load(cx: &PageContext) -> Result<MailBox, Problem> {
    let auction = &cx.services.auction;
    let who = cx.who()?;
    let address = auction.mail_address(who).await.map_err(CommandError::into_problem)?;
    let topics = auction.mailed_topics(who).await.map_err(CommandError::into_problem)?;
    Ok(MailBox { is_on: auction.sends_mail(), address, topics })
}

/// The block on the page.
pub(super) fn view(cx: &PageContext, mail: MailBox) -> AnyView {
    let lang = cx.lang;
    let body = match mail.address {
        _ if !mail.is_on => {
            let problem = cx.form.of("mail").problem.clone();
            view! {
                {problem.map(|problem| view! { <ProblemBanner problem/> })}
                <p class="muted">{t(lang, "mail.off")}</p>
            }
            .into_any()
        }
        None => asked(cx),
        Some(address) if address.confirmed_at.is_none() => waiting(cx, address),
        Some(address) => told(cx, address),
    };
    view! {
        <div class="mt-4" id="mail">
            <Panel title=t(lang, "mail.title").into_owned()><div class="grid gap-3">{body}</div></Panel>
        </div>
    }
    .into_any()
}

fn asked(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <p class="muted">{t(lang, "mail.what")}</p>
        <PostForm name="mail">
            <TextField
                name="address"
                label=t(lang, "mail.address")
                kind=InputKind::Email
                required=true
                autocomplete="email"
                max_length=254
            />
            <div class="form__end"><Button>{t(lang, "mail.add")}</Button></div>
        </PostForm>
    }
    .into_any()
}

fn waiting(cx: &PageContext, address: MailAddress) -> AnyView {
    let lang = cx.lang;
    let id = address.id.to_string();
    let resend = vec![("form", "mail_again".to_owned()), ("id", id.clone())];
    let problem = ["mail_again", "mail_off"].into_iter().find_map(|form| cx.form.of(form).problem.clone());
    view! {
        {bounced(cx, &address)}
        {problem.map(|problem| view! { <ProblemBanner problem/> })}
        <p>{t_with(lang, "mail.sent_to", &[("address", &address.address)])}</p>
        <PostForm name="mail_code">
            <input type="hidden" name="id" value=id/>
            <TextField
                name="code"
                label=t(lang, "mail.code")
                kind=InputKind::Number
                required=true
                autocomplete="one-time-code"
                max_length=12
                code=true
            />
            <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "mail.confirm")}</Button></div>
        </PostForm>
        <div class="alerts__actions">
            <PostButton action=cx.path.clone() small=true fields=resend>{t(lang, "mail.again")}</PostButton>
            {remove(cx, &address, "mail.other")}
        </div>
    }
    .into_any()
}

fn told(cx: &PageContext, address: MailAddress) -> AnyView {
    let lang = cx.lang;
    let last = match address.told_at {
        Some(at) => view! { <Ago at/> }.into_any(),
        None => view! { <span>{t(lang, "push.never")}</span> }.into_any(),
    };
    let facts = vec![
        Fact::text(t(lang, "mail.address"), address.address.clone()),
        Fact::new(t(lang, "mail.since"), view! { <Time at=address.confirmed_at/> }),
        Fact::new(t(lang, "mail.last"), last),
    ];
    view! {
        {bounced(cx, &address)}
        <Facts facts/>
        <p class="muted">{t(lang, "mail.always")}</p>
        <div class="alerts__actions">{remove(cx, &address, "mail.remove")}</div>
    }
    .into_any()
}

/// That nothing arrives there, and what the mail server said.
fn bounced(cx: &PageContext, address: &MailAddress) -> Option<AnyView> {
    let why = address.bounced_why.clone()?;
    let words = t_with(cx.lang, "mail.bounced", &[("address", &address.address)]);
    let banner = view! {
        <Banner tone=Tone::Bad>
            {words}
            <span class="banner__code">{why}</span>
        </Banner>
    };
    Some(banner.into_any())
}

fn remove(cx: &PageContext, address: &MailAddress, words: &'static str) -> AnyView {
    let fields = vec![("form", "mail_off".to_owned()), ("id", address.id.to_string())];
    let words = t(cx.lang, words);
    view! {
        <PostButton action=cx.path.clone() kind=ButtonKind::Quiet small=true fields>{words}</PostButton>
    }
    .into_any()
}
