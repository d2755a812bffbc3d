//! News in browsers: which are told, this one turned on or off, and what a piece of news says there.

use ::time::UtcOffset;
use auction::{AlertKind, PushDevice, PushNews, PushSearch, PushText, Topic};
use kernel::Problem;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::dealer::alerts::{About, for_store, href};
use crate::dealer::hall::query_of;
use crate::i18n::{t, t_with};
use crate::settings::browser;
use crate::ui::{time, *};

/// Longer than the address of a search that somebody made by hand.
const URL_BYTES_MAX: usize = 1_000;

/// A person's browsers, and the key under which another one subscribes.
pub(super) struct Devices {
    key: String,
    list: Vec<PushDevice>,
    pushed: Vec<Topic>,
}

impl Devices {
    /// Whether the topic goes out.
    pub(super) fn gets(&self, topic: Topic) -> bool {
        self.pushed.contains(&topic)
    }

    /// Whether something goes out to one of them.
    pub(super) fn are_told(&self) -> bool {
        !self.list.is_empty()
    }
}

/// Loads them; none where nothing leaves the product.
pub(super) async fn load(cx: &PageContext) -> Result<Option<Devices>, Problem> {
    let auction = &cx.services.auction;
    let Some(key) = auction.push_key() else { return Ok(None) };
    let who = cx.who()?;
    let list = auction.push_devices(who).await.map_err(CommandError::into_problem)?;
    let pushed = auction.pushed_topics(who).await.map_err(CommandError::into_problem)?;
    Ok(Some(Devices { key: key.to_owned(), list, pushed }))
}

/// The block under the choice of topics; where nothing leaves the product at most why nothing was turned on.
pub(super) fn view(cx: &PageContext, devices: Option<Devices>) -> Option<AnyView> {
    match devices {
        Some(devices) => Some(block(cx, devices)),
        None => {
            let problem = cx.form.of("device").problem.clone()?;
            Some(view! { <div class="mt-4"><ProblemBanner problem/></div> }.into_any())
        }
    }
}

/// Turning it on needs a script, for only a script may ask the browser.
fn block(cx: &PageContext, devices: Devices) -> AnyView {
    let lang = cx.lang;
    let is_on = devices.list.iter().any(|device| Some(device.id) == cx.device);
    let problem = cx.form.of("device").problem.clone();
    let says = move |what: &'static str, text: &'static str| {
        view! { <div data-push-says=what hidden><Banner tone=Tone::Warn>{t(lang, text)}</Banner></div> }
    };
    let action = cx.path.clone();
    let lines: Vec<AnyView> = devices.list.into_iter().map(|device| line(cx, device)).collect();
    let list = (!lines.is_empty()).then(|| {
        view! { <ul class="alerts" aria-label=t(lang, "push.devices")>{lines}</ul> }
    });
    view! {
        <div class="mt-4" id="devices" data-push=devices.key>
            <Panel title=t(lang, "push.title").into_owned() flush=true>
                <div class="panel__body grid gap-3">
                    <p class="muted">{t(lang, "push.what")}</p>
                    {problem.map(|problem| view! { <ProblemBanner problem/> })}
                    {says("unsupported", "push.unsupported")}
                    {says("denied", "push.denied")}
                    {says("failed", "push.failed")}
                    <noscript><p>{t(lang, "push.no_script")}</p></noscript>
                    <form method="post" action=action data-push-on hidden=is_on>
                        <FormKey/>
                        <input type="hidden" name="form" value="device"/>
                        <input type="hidden" name="endpoint"/>
                        <input type="hidden" name="p256dh"/>
                        <input type="hidden" name="auth"/>
                        <Button icon=Icon::Bell disabled=true>{t(lang, "push.turn_on")}</Button>
                    </form>
                </div>
                {list}
            </Panel>
            <script type="module" src="/push.js" nonce=cx.nonce.clone()></script>
        </div>
    }
    .into_any()
}

fn line(cx: &PageContext, device: PushDevice) -> AnyView {
    let lang = cx.lang;
    let this = (Some(device.id) == cx.device)
        .then(|| view! { " " <Badge tone=Tone::Active>{t(lang, "push.this")}</Badge> });
    let told = match device.told_at {
        Some(at) => view! { <Ago at/> }.into_any(),
        None => view! { <span>{t(lang, "push.never")}</span> }.into_any(),
    };
    let fields = vec![("form", "forget_device".to_owned()), ("id", device.id.to_string())];
    let name = browser(&device.agent);
    // two of the same kind are told apart by when they were turned on
    let since = time::exact(device.made_at, cx.zone);
    let turn_off = t_with(lang, "push.turn_off_which", &[("device", &name), ("at", &since)]);
    view! {
        <li class="alerts__line">
            <span class="alerts__what">{name} {this}</span>
            <p class="alerts__main alerts__facts">
                <span>{t(lang, "push.since")} " " <Time at=device.made_at/></span>
                <span>{t(lang, "push.told")} " " {told}</span>
            </p>
            <PostButton action=cx.path.clone() kind=ButtonKind::Quiet small=true fields label=Some(turn_off)>
                {t(lang, "push.turn_off")}
            </PostButton>
        </li>
    }
    .into_any()
}

/// What a piece of news says in a browser: what happened, to what, and until when something has to be done. Nothing that the
/// person could not read over somebody's shoulder.
pub fn text(news: &PushNews, zone: UtcOffset) -> PushText {
    let lang = news.lang;
    if let Some(search) = news.search.as_ref().filter(|_| news.cars > 1) {
        return found(news, search);
    }
    let title = t(lang, &format!("alerts.kind.{}", news.kind.name())).into_owned();
    let by = news.answer_by.map(|at| t_with(lang, by_key(news.kind), &[("at", &time::exact(at, zone))]));
    let parts = [
        (!news.title.is_empty()).then(|| news.title.clone()),
        for_store(lang, news.store_name.as_deref()),
        by,
    ];
    let body = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let about = About {
        kind: news.kind,
        negotiation_id: news.negotiation_id,
        sale_id: news.sale_id,
        lot_id: news.lot_id,
    };
    PushText { title, body, url: href(&about) }
}

/// Several cars that a search has found at once: how many, the first of them, and the hall with all that it finds.
fn found(news: &PushNews, search: &PushSearch) -> PushText {
    let count = news.cars.to_string();
    let title = t_with(news.lang, "push.found", &[("n", &count), ("name", &search.name)]);
    let body = t_with(news.lang, "push.found_first", &[("car", &news.title)]);
    let href = query_of(&search.filter).href("/auctions");
    // a message has no room for any address
    let url = if href.len() > URL_BYTES_MAX { "/my/searches".to_owned() } else { href };
    PushText { title, body, url }
}

/// How it is said until when something has to be done.
pub(super) const fn by_key(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::ReportChanged => "alerts.confirm_by",
        AlertKind::TopUp => "alerts.top_up_by",
        _ => "alerts.answer_by",
    }
}

#[cfg(test)]
mod tests {
    use auction::HallFilter;
    use kernel::{Lang, LotId, NegotiationId, UnixMs};
    use uuid::Uuid;

    use super::*;

    fn news(lang: Lang, kind: AlertKind) -> PushNews {
        PushNews {
            lang,
            kind,
            lot_id: Some(LotId(Uuid::from_u128(1))),
            title: "大众 朗逸 2019款".to_owned(),
            negotiation_id: None,
            sale_id: None,
            answer_by: None,
            store_name: None,
            search: None,
            cars: 1,
        }
    }

    #[test]
    fn many_cars_of_a_search_lead_to_the_search() {
        let filter = HallFilter { search: "朗逸".to_owned(), ..HallFilter::default() };
        let search = PushSearch { id: Uuid::from_u128(3), name: "杭州两厢".to_owned(), filter };
        let many = PushNews { search: Some(search.clone()), cars: 12, ..news(Lang::En, AlertKind::Match) };
        let said = text(&many, UtcOffset::UTC);
        assert_eq!(said.title, "12 new cars for “杭州两厢”");
        assert!(said.body.contains("大众 朗逸 2019款"), "{}", said.body);
        assert_eq!(said.url, query_of(&search.filter).href("/auctions"));
        assert!(said.url.starts_with("/auctions?q="), "{}", said.url);
        let one = PushNews { cars: 1, ..many.clone() };
        assert_eq!(text(&one, UtcOffset::UTC).url, format!("/auctions/lots/{}", Uuid::from_u128(1)));
        let long = HallFilter { search: "长".repeat(400), ..HallFilter::default() };
        let long = PushNews { search: Some(PushSearch { filter: long, ..search }), ..many };
        assert_eq!(text(&long, UtcOffset::UTC).url, "/my/searches");
    }

    #[test]
    fn it_is_read_in_the_persons_language_and_leads_to_the_lot() {
        let zone = UtcOffset::UTC;
        let said = text(&news(Lang::Zh, AlertKind::Outbid), zone);
        assert_eq!((said.title.as_str(), said.body.as_str()), ("出价被超过", "大众 朗逸 2019款"));
        assert_eq!(said.url, format!("/auctions/lots/{}", Uuid::from_u128(1)));
        let of_other =
            PushNews { store_name: Some("嘉禾上海店".to_owned()), ..news(Lang::Zh, AlertKind::Won) };
        assert_eq!(text(&of_other, zone).body, "大众 朗逸 2019款 · 代嘉禾上海店出价");
        let turn = PushNews {
            negotiation_id: Some(NegotiationId(Uuid::from_u128(2))),
            answer_by: Some(UnixMs(1_772_352_000_000)),
            ..news(Lang::En, AlertKind::Turn)
        };
        let said = text(&turn, zone);
        assert!(said.body.starts_with("大众 朗逸 2019款 · ") && said.body.contains("08:00"), "{}", said.body);
        assert_eq!(said.url, format!("/my/negotiations/{}", Uuid::from_u128(2)));
        assert!(
            AlertKind::ALL
                .into_iter()
                .all(|kind| !text(&news(Lang::En, kind), zone).title.contains("alerts."))
        );
    }
}
