//! `/my/alerts`: a person's news, and what he wants to be told.

use std::sync::Arc;

use auction::{
    Alert, AlertKind, AlertPage, ENDING_LEADS_MIN, LotEnd, SaleChangeKind, SaleNews, StrikeNews, Topic,
};
use kernel::{Lang, LotId, NegotiationId, SaleId};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::dealer::mail::{self, MailBox, pace_field};
use crate::dealer::mute::{self, Muted};
use crate::dealer::push::{self, Devices};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::{time, *};

/// Draws it; with `?view=unread` only what is not read.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let unread_only = cx.query.get("view") == Some("unread");
    let number = cx.query.parse("page").unwrap_or(1).max(1);
    let auction = &cx.services.auction;
    let page = auction.alerts(who, unread_only, number).await.map_err(CommandError::into_problem)?;
    let topics = auction.alert_topics(who).await.map_err(CommandError::into_problem)?;
    let lead_min = auction.ending_lead_min(who).await.map_err(CommandError::into_problem)?;
    let devices = push::load(&cx).await?;
    let mail = mail::load(&cx).await?;
    let is_told = mail.is_asked() || devices.as_ref().is_some_and(Devices::are_told);
    let muted = mute::load(&cx, is_told).await?;
    let tabs = vec![
        Tab::new(t(lang, "alerts.all"), "/my/alerts", !unread_only),
        Tab::new(t(lang, "alerts.unread"), "/my/alerts?view=unread", unread_only),
    ];
    let (total, page_size) = (page.total, page.page_size);
    let has_unread = page.alerts.iter().any(|alert| !alert.is_read);
    let read_all = has_unread.then(|| {
        let fields = vec![("form", "read".to_owned()), ("until", cx.now.0.to_string())];
        view! { <PostButton action=cx.href() icon=Icon::Check fields=fields>{t(lang, "alerts.read_all")}</PostButton> }
    });
    let body = view! {
        <PageHead title=t(lang, "alerts.title")>
            {read_all}
            <LinkButton href="/my/searches" icon=Icon::Search>{t(lang, "searches.title")}</LinkButton>
        </PageHead>
        <Tabs label=t(lang, "alerts.title") tabs/>
        {list(&cx, page, &muted)}
        <Pager current=number total=total page_size=page_size/>
        {choice(&cx, &topics, lead_min, (devices.as_ref(), &mail))}
        {push::view(&cx, devices)}
        {mail::view(&cx, mail)}
        {mute::view(&cx, muted)}
    };
    Ok(PageView::dealer(t(lang, "alerts.title"), body))
}

fn list(cx: &PageContext, page: AlertPage, muted: &Muted) -> AnyView {
    let lang = cx.lang;
    if page.alerts.is_empty() {
        return view! {
            <Panel>
                <EmptyState icon=Icon::Bell title=t(lang, "alerts.empty_title") text=t(lang, "alerts.empty_text")>
                    <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "auction.my.to_hall")}</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any();
    }
    let lines = page.alerts.into_iter().map(|alert| line(cx, alert, muted)).collect_view();
    view! { <Panel flush=true><ul class="alerts" data-testid="alerts">{lines}</ul></Panel> }.into_any()
}

fn line(cx: &PageContext, alert: Alert, muted: &Muted) -> AnyView {
    let lang = cx.lang;
    let mute = mute::button(cx, muted, &alert);
    let is_over = matches!(alert.ends, Some(LotEnd::Over(_)));
    let tone = match alert.kind {
        AlertKind::Ending if is_over => Tone::Neutral,
        AlertKind::Outbid
        | AlertKind::Lost
        | AlertKind::NoDeal
        | AlertKind::StrikeGiven
        | AlertKind::PreBidLapsed
        | AlertKind::BidVoided
        | AlertKind::SellingUnsold
        | AlertKind::SellingNoDeal => Tone::Bad,
        AlertKind::SellingSold | AlertKind::SellingAgreed => Tone::Good,
        AlertKind::SellingTurn | AlertKind::SellingDeadline => Tone::Warn,
        AlertKind::Won | AlertKind::Agreed | AlertKind::StrikeLifted | AlertKind::LeadBack => Tone::Good,
        AlertKind::SaleChanged
        | AlertKind::SaleCalledOff
        | AlertKind::LotWithdrawn
        | AlertKind::Transferred => Tone::Warn,
        AlertKind::ReportChanged | AlertKind::OtherVoided | AlertKind::TopUp => Tone::Warn,
        AlertKind::Ending | AlertKind::Negotiating | AlertKind::Turn | AlertKind::Deadline => Tone::Warn,
        AlertKind::Match => Tone::Active,
    };
    let kind = alert.kind.name();
    let what = match is_over {
        true => t(lang, "alerts.ended"),
        false => t(lang, &format!("alerts.kind.{kind}")),
    };
    let ends = alert.ends.map(|ends| end(lang, ends));
    let times = (alert.times > 1).then(|| t_with(lang, "alerts.times", &[("n", &alert.times.to_string())]));
    let search = alert.search_name.map(|name| t_with(lang, "alerts.by_search", &[("name", &name)]));
    let store = for_store(lang, alert.store_name.as_deref());
    let href = href(&About {
        kind: alert.kind,
        negotiation_id: alert.negotiation_id,
        sale_id: alert.sale.as_ref().map(|sale| sale.id),
        lot_id: alert.lot_id,
    });
    let answer_by = alert.answer_by.map(|at| {
        let text = t_with(lang, push::by_key(alert.kind), &[("at", &time::exact(at, cx.zone))]);
        view! { <strong class="alerts__end">{text}</strong> }
    });
    let reason = alert.reason.map(|reason| t(lang, &format!("void.reason.{}", reason.as_str())));
    let title = match (alert.kind, &alert.sale) {
        (AlertKind::SaleChanged | AlertKind::SaleCalledOff, Some(sale)) => sale.name.clone(),
        _ => match &alert.strike {
            Some(strike) => t(lang, &format!("identity.strike_reason.{}", strike.reason)).into_owned(),
            None => alert.title,
        },
    };
    let no_deal = alert.no_deal.map(|why| {
        view! { <span>{t(lang, &format!("alerts.no_deal.{}", why.name()))}</span> }
    });
    let strike = alert.strike.map(|strike| strike_facts(cx, alert.kind, &strike));
    let sale = alert.sale.map(|sale| sale_facts(cx, sale));
    let price = alert.price_fen.map(|price| view! { <Money fen=price/> });
    // what cannot be acted on any more is as good as read
    let is_read = alert.is_read || is_over;
    let read = (!is_read).then(|| {
        let fields =
            vec![("form", "read".to_owned()), ("id", alert.id.to_string()), ("until", cx.now.0.to_string())];
        let label = t_with(lang, "alerts.read_which", &[("what", &format!("{what} {title}"))]);
        view! {
            <PostButton action=cx.href() kind=ButtonKind::Quiet small=true fields label=Some(label)>{t(lang, "alerts.read")}</PostButton>
        }
    });
    view! {
        <li class="alerts__line" data-read=is_read.to_string() data-kind=kind>
            <span class="alerts__what"><Badge tone>{what}</Badge></span>
            <div class="alerts__main">
                <a class="alerts__title" href=href>{title}</a>
                <p class="alerts__facts">
                    {ends} <Ago at=alert.at/> {price} {answer_by} {times.map(|text| view! { <span>{text}</span> })}
                    {store.map(|text| view! { <span>{text}</span> })}
                    {search.map(|text| view! { <span>{text}</span> })}
                    {reason.map(|text| view! { <span>{text}</span> })}
                    {no_deal} {sale} {strike}
                </p>
            </div>
            <div class="alerts__actions">{mute} {read}</div>
        </li>
    }
    .into_any()
}

/// When the lot ends: how soon, and at what time; once it is over, since when.
fn end(lang: Lang, ends: LotEnd) -> AnyView {
    match ends {
        LotEnd::At(at) => view! {
            <strong class="alerts__end">{t(lang, "alerts.ends")} " " <Ago at/> " · " <Time at form=TimeForm::Exact/></strong>
        }
        .into_any(),
        LotEnd::Paused => view! { <strong class="alerts__end">{t(lang, "alerts.paused")}</strong> }.into_any(),
        LotEnd::Over(at) => view! { <span>{t(lang, "alerts.ended_at")} " " <Time at form=TimeForm::Exact/></span> }.into_any(),
    }
}

/// For which store the person bid, where it is not his own.
pub(super) fn for_store(lang: Lang, name: Option<&str>) -> Option<String> {
    name.map(|name| t_with(lang, "alerts.for_store", &[("store", name)]))
}

/// What a piece of news is about.
pub(super) struct About {
    pub(super) kind: AlertKind,
    pub(super) negotiation_id: Option<NegotiationId>,
    pub(super) sale_id: Option<SaleId>,
    pub(super) lot_id: Option<LotId>,
}

/// The page about it.
pub(super) fn href(about: &About) -> String {
    match (about.kind, about.negotiation_id) {
        (AlertKind::Won, _) => "/my/orders".to_owned(),
        (kind, Some(id)) if is_selling(kind) => format!("/my/selling/negotiations/{id}"),
        (_, Some(id)) => format!("/my/negotiations/{id}"),
        (AlertKind::SaleChanged, _) => sale_href(about.sale_id, ""),
        (AlertKind::SaleCalledOff, _) => sale_href(about.sale_id, "&status=closed"),
        (_, None) => match about.lot_id {
            Some(lot_id) if is_selling(about.kind) => format!("/my/selling/lots/{lot_id}"),
            Some(lot_id) => format!("/auctions/lots/{lot_id}"),
            None => "/my/company".to_owned(),
        },
    }
}

/// Whether it is news of a lot that the person's company sells.
const fn is_selling(kind: AlertKind) -> bool {
    matches!(
        kind,
        AlertKind::SellingSold
            | AlertKind::SellingUnsold
            | AlertKind::SellingTurn
            | AlertKind::SellingDeadline
            | AlertKind::SellingAgreed
            | AlertKind::SellingNoDeal
    )
}

/// The cars of the sale.
fn sale_href(sale_id: Option<SaleId>, status: &str) -> String {
    sale_id.map_or_else(|| "/auctions".to_owned(), |id| format!("/auctions?sale={id}{status}"))
}

/// What the company's strikes mean from then on.
fn strike_facts(cx: &PageContext, kind: AlertKind, strike: &StrikeNews) -> AnyView {
    let what = match (kind, strike.struck_out, strike.struck_until) {
        (AlertKind::StrikeLifted, false, _) => "alerts.strike.free",
        (_, false, _) => "alerts.strike.warned",
        (AlertKind::StrikeLifted, true, Some(_)) => "alerts.strike.still_until",
        (AlertKind::StrikeLifted, true, None) => "alerts.strike.still_barred",
        (_, true, Some(_)) => "alerts.strike.until",
        (_, true, None) => "alerts.strike.barred",
    };
    let at = strike.struck_until.map(|at| time::short(at, cx.now, cx.zone)).unwrap_or_default();
    let words = t_with(cx.lang, what, &[("at", &at)]);
    view! { <span>{words}</span> }.into_any()
}

/// When it opens now or what else is new, and why.
fn sale_facts(cx: &PageContext, sale: SaleNews) -> AnyView {
    let opens =
        sale.opens_at.map(|at| t_with(cx.lang, "alerts.opens_now", &[("at", &time::exact(at, cx.zone))]));
    let reason = (sale.kind == SaleChangeKind::LotNotReleased)
        .then(|| t(cx.lang, "alerts.not_released").into_owned())
        .or_else(|| {
            (!sale.reason.is_empty()).then(|| t_with(cx.lang, "alerts.reason", &[("reason", &sale.reason)]))
        });
    let terms =
        (sale.kind == SaleChangeKind::TermsChanged).then(|| t(cx.lang, "alerts.terms_changed").into_owned());
    let words = [opens, terms, reason].into_iter().flatten().map(|text| view! { <span>{text}</span> });
    view! { {words.collect_view()} }.into_any()
}

/// Whether one wants to hear of a topic, and on which ways; none where there is no such way.
#[derive(Clone, Copy)]
struct Wants {
    topic: Topic,
    at_all: bool,
    pushed: Option<bool>,
    mailed: Option<bool>,
}

impl Wants {
    fn boxes(self, lang: Lang) -> AnyView {
        let Wants { topic, at_all, pushed, mailed } = self;
        let (label, hint) = match topic {
            Topic::Match => (t(lang, "alerts.topic.match"), t(lang, "alerts.topic_hint.match")),
            Topic::Ending => (t(lang, "alerts.topic.ending"), t(lang, "alerts.topic_hint.ending")),
            Topic::Outbid => (t(lang, "alerts.topic.outbid"), t(lang, "alerts.topic_hint.outbid")),
            Topic::Result => (t(lang, "alerts.topic.result"), t(lang, "alerts.topic_hint.result")),
            Topic::Sale => (t(lang, "alerts.topic.sale"), t(lang, "alerts.topic_hint.sale")),
            Topic::Selling => (t(lang, "alerts.topic.selling"), t(lang, "alerts.topic_hint.selling")),
            Topic::Negotiation => {
                (t(lang, "alerts.topic.negotiation"), t(lang, "alerts.topic_hint.negotiation"))
            }
        };
        let pushed = pushed.map(|checked| {
            view! { <Checkbox name="pushed" value=topic.name() label=t(lang, "push.too") checked/> }
        });
        let mailed = mailed.map(|checked| {
            view! { <Checkbox name="mailed" value=topic.name() label=t(lang, "mail.too") checked/> }
        });
        view! {
            <div class="alerts__choice" role="group" aria-label=label.clone().into_owned()>
                <Checkbox name="topics" value=topic.name() label=label.clone() hint checked=at_all/>
                {pushed}
                {mailed}
            </div>
        }
        .into_any()
    }
}

/// What one wants to hear of.
fn choice(
    cx: &PageContext,
    wanted: &[Topic],
    lead_min: i16,
    (devices, mail): (Option<&Devices>, &MailBox),
) -> AnyView {
    let lang = cx.lang;
    let wants = Topic::ALL.map(|topic| Wants {
        topic,
        at_all: wanted.contains(&topic),
        pushed: devices.map(|devices| devices.gets(topic)),
        mailed: mail.is_asked().then(|| mail.gets(topic)),
    });
    let has_pushed = devices.map(|_| view! { <input type="hidden" name="has_pushed" value="on"/> });
    let pace = mail.is_asked().then(|| mail.pace());
    let lead = |minutes: i16| {
        Choice::new(minutes.to_string(), t_with(lang, "alerts.lead", &[("n", &minutes.to_string())]))
    };
    let leads = ENDING_LEADS_MIN.into_iter().map(lead).collect();
    view! {
        <div class="mt-4" id="choice">
            <Panel title=t(lang, "alerts.choice").into_owned()>
                <PostForm name="choice">
                    {has_pushed}
                    // fields are drawn inside their form: there they know whether it is the one that was refused
                    {wants.map(|wants| wants.boxes(lang)).collect_view()}
                    <p class="muted">{t(lang, "alerts.always")}</p>
                    {pace.map(|pace| pace_field(lang, pace))}
                    <SelectField name="lead" label=t(lang, "alerts.lead_label") choices=leads value=lead_min.to_string() required=true/>
                    <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "alerts.choose")}</Button></div>
                </PostForm>
            </Panel>
        </div>
    }
    .into_any()
}
