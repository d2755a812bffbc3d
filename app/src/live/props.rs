//! What the server gives an island: JSON in an attribute around it, written by serde and read by hand. An island's own
//! props would be read by serde in the browser, which brings a tenth of the whole file with it.
//!
//! They stand in the HTML, where everybody can read them: nothing secret.

use bidding::{DutchSteps, Json, Node as _};
use fees::Landing;
use kernel::{Fen, Lang, LotId, UnixMs};
use leptos::prelude::*;
use uuid::Uuid;

use super::falling::Falling;
use super::room::{Notice, Question, Start};
use super::words::Words;

/// What the server gives the panel of a lot.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub struct PanelProps {
    /// What the page knew when it was made.
    pub start: Start,
    /// Its texts.
    pub words: Words,
    /// The key of a form sent as a form.
    pub key: Uuid,
    /// The hash of the condition report that the page shows.
    pub report: String,
    /// The soft-close window, in which the time left is urgent.
    pub window_ms: i64,
    /// How long bidding lasts in all: the whole ring.
    pub span_ms: i64,
    /// Whether offers are secret.
    pub sealed: bool,
    /// Whether this dealer may not bid on it: his company or his group sells it.
    pub barred: bool,
    /// How the price falls, where it does.
    pub falling: Option<Falling>,
    /// The price at which the lot can be had at once, while it is offered, and the one that ends the offer.
    pub buy_now: Option<(Fen, Fen)>,
    /// Every amount is a multiple of it.
    pub tick_fen: Fen,
    /// What makes a price into a landed cost, for a dealer.
    pub landing: Option<Landing>,
    /// What was typed into a form that was refused.
    pub typed: String,
}

/// What the server gives the prices of the hall.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub struct HallProps {
    /// Its texts.
    pub words: Words,
}

/// What an island is given.
pub trait Given: Clone + Send + Sync + 'static {
    /// Reads what the server wrote.
    fn read(json: &Json) -> Option<Self>;
}

/// What the island that is being drawn was given. On the server whoever places it has said so; in the browser it stands
/// around it. Each island is on a page once.
#[cfg(feature = "ssr")]
pub(super) fn given<T: Given>() -> Option<T> {
    use_context::<T>()
}

/// What the island that is being taken over was given.
#[cfg(not(feature = "ssr"))]
pub(super) fn given<T: Given>() -> Option<T> {
    let found = document().query_selector_all("[data-given]").ok()?;
    let text = |index| {
        use wasm_bindgen::JsCast as _;
        found.item(index)?.unchecked_into::<web_sys::Element>().get_attribute("data-given")
    };
    (0..found.length()).find_map(|index| T::read(&Json::read(&text(index)?)?))
}

/// For which store of a group the page was drawn; empty where no dealer looks. Forms and sockets say it.
#[cfg(feature = "ssr")]
pub(super) fn drawn_for() -> String {
    use_context::<std::sync::Arc<crate::PageContext>>()
        .and_then(|cx| cx.store())
        .map_or_else(String::new, |store| store.to_string())
}

/// For which store of a group the page was drawn: it stands on the page itself.
#[cfg(not(feature = "ssr"))]
pub(super) fn drawn_for() -> String {
    document().document_element().and_then(|page| page.get_attribute("data-store")).unwrap_or_default()
}

/// An island with what it is given around it.
#[cfg(feature = "ssr")]
pub fn around<T: Given + serde::Serialize>(given: T, island: impl FnOnce() -> AnyView) -> AnyView {
    let text = serde_json::to_string(&given).unwrap_or_default();
    provide_context(given);
    view! { <span class="contents" data-given=text>{island()}</span> }.into_any()
}

impl Given for PanelProps {
    fn read(json: &Json) -> Option<PanelProps> {
        Some(PanelProps {
            start: start(json.get("start")?)?,
            words: words(json.get("words")?)?,
            key: id(json.get("key")?)?,
            report: json.get("report")?.text()?.to_owned(),
            window_ms: json.get("window_ms")?.number()?,
            span_ms: json.get("span_ms")?.number()?,
            sealed: json.get("sealed")?.bool()?,
            barred: json.get("barred")?.bool()?,
            falling: json.get("falling").and_then(falling),
            buy_now: json.get("buy_now").and_then(two),
            tick_fen: fen(json.get("tick_fen")?)?,
            landing: json.get("landing").and_then(landing),
            typed: json.get("typed")?.text()?.to_owned(),
        })
    }
}

impl Given for HallProps {
    fn read(json: &Json) -> Option<HallProps> {
        Some(HallProps { words: words(json.get("words")?)? })
    }
}

fn landing(json: &Json) -> Option<Landing> {
    Some(Landing {
        service_fee_bp: json.get("service_fee_bp")?.number()?,
        service_fee_min_fen: fen(json.get("service_fee_min_fen")?)?,
        service_fee_max_fen: fen(json.get("service_fee_max_fen")?)?,
        fixed_fen: fen(json.get("fixed_fen")?)?,
    })
}

fn falling(json: &Json) -> Option<Falling> {
    let steps = json.get("steps")?;
    Some(Falling {
        start_fen: fen(json.get("start_fen")?)?,
        steps: DutchSteps {
            step_fen: fen(steps.get("step_fen")?)?,
            step_ms: steps.get("step_ms")?.number()?,
            floor_fen: fen(steps.get("floor_fen")?)?,
        },
    })
}

fn id(json: &Json) -> Option<Uuid> {
    json.text()?.parse().ok()
}

fn fen(json: &Json) -> Option<Fen> {
    json.number().map(Fen)
}

fn two(json: &Json) -> Option<(Fen, Fen)> {
    let list = json.list()?;
    Some((fen(list.first()?)?, fen(list.get(1)?)?))
}

fn instant(json: &Json) -> Option<UnixMs> {
    json.number().map(UnixMs)
}

fn start(json: &Json) -> Option<Start> {
    Some(Start {
        lot_id: LotId(id(json.get("lot_id")?)?),
        lot: json.get("lot")?.try_into().ok()?,
        mine: json.get("mine")?.try_into().ok()?,
        history: json
            .get("history")?
            .list()?
            .iter()
            .map(|line| line.try_into().ok())
            .collect::<Option<_>>()?,
        opens_at: instant(json.get("opens_at")?)?,
        server_time: instant(json.get("server_time")?)?,
        notice: json.get("notice").and_then(notice),
    })
}

/// Written by serde as the one member of an object.
fn notice(json: &Json) -> Option<Notice> {
    if let Some(json) = json.get("Accepted") {
        let note = json.get("note").and_then(|note| note.try_into().ok());
        return Some(Notice::Accepted { max_fen: fen(json.get("max_fen")?)?, note });
    }
    if let Some(json) = json.get("Refused") {
        return Some(Notice::Refused {
            code: json.get("code")?.text()?.to_owned(),
            data: json.get("data")?.to_value(),
        });
    }
    if let Some(json) = json.get("Confirm") {
        return Some(Notice::Confirm {
            max_fen: fen(json.get("max_fen")?)?,
            asked: question(json.get("asked")?)?,
        });
    }
    let json = json.get("Unknown")?;
    Some(Notice::Unknown { key: id(json.get("key")?)?, max_fen: fen(json.get("max_fen")?)? })
}

fn question(json: &Json) -> Option<Question> {
    Some(Question {
        key: id(json.get("key")?)?,
        token: json.get("token")?.text()?.to_owned(),
        limit_fen: fen(json.get("limit_fen")?)?,
        by_guide: json.get("by_guide")?.bool()?,
        than: json.get("than")?.number()?,
    })
}

fn words(json: &Json) -> Option<Words> {
    let texts = |name| {
        json.get(name)?.list()?.iter().map(|text| text.text().map(str::to_owned)).collect::<Option<_>>()
    };
    Some(Words::read(
        texts("list")?,
        texts("refusals")?,
        Lang::from_tag(json.get("lang")?.text()?),
        json.get("zone_min")?.number()? as i32,
    ))
}

#[cfg(all(test, feature = "ssr"))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use bidding::{BidLine, Call, LotStatus, MyPosition, Note, Outcome, PublicLot, ReserveLight};
    use serde_json::json;

    use super::*;

    fn props(notice: Option<Notice>) -> PanelProps {
        let lot = PublicLot {
            seq: 7,
            status: LotStatus::Closed,
            price_fen: Some(Fen(1_200_000)),
            min_next_fen: Fen(1_250_000),
            step_fen: Fen(50_000),
            reserve: ReserveLight::Met,
            reserve_fen: None,
            leader_alias: Some(2),
            bidders: 3,
            end_at: UnixMs(99),
            extensions: 1,
            outcome: Some(Outcome::Sold),
            call: Some(Call::LastCall),
            offline: true,
            opens_at: None,
            moved_for: None,
            steps: None,
        };
        PanelProps {
            start: Start {
                lot_id: LotId(Uuid::from_u128(5)),
                lot,
                mine: MyPosition { alias: Some(2), leading: true, max_fen: Some(Fen(9)) },
                history: vec![BidLine {
                    seq: 7,
                    alias: 2,
                    price_fen: Fen(1),
                    at: UnixMs(4),
                    by: Some(1),
                    bought: true,
                }],
                opens_at: UnixMs(-3),
                server_time: UnixMs(1_764_154_800_000),
                notice,
            },
            words: Words::new(Lang::En, -330, |key| format!("“{key}” <&> \"万\"\n")),
            key: Uuid::from_u128(8),
            report: "ab".to_owned(),
            window_ms: 120_000,
            span_ms: 7_200_000,
            sealed: true,
            barred: true,
            falling: Some(Falling {
                start_fen: Fen(9_900_000),
                steps: DutchSteps { step_fen: Fen(100_000), step_ms: 60_000, floor_fen: Fen(5_000_000) },
            }),
            buy_now: Some((Fen(9_800_000), Fen(8_330_000))),
            tick_fen: Fen(50_000),
            landing: Some(Landing {
                service_fee_bp: 150,
                service_fee_min_fen: Fen(50_000),
                service_fee_max_fen: Fen(500_000),
                fixed_fen: Fen(290_000),
            }),
            typed: "5.2万\"".to_owned(),
        }
    }

    #[test]
    fn the_browser_reads_what_the_server_wrote() {
        let (key, max_fen) = (Uuid::from_u128(3), Fen(7));
        let token = "1-0a".to_owned();
        let asked = Question { key: Uuid::from_u128(4), token, limit_fen: Fen(6), by_guide: true, than: 130 };
        let data = json!({ "min_next_fen": 5, "status": "paused", "until": null, "list": [true, "a"] });
        for notice in [
            None,
            Some(Notice::Accepted { max_fen, note: None }),
            Some(Notice::Accepted { max_fen, note: Some(Note::TiedEarlierWins) }),
            Some(Notice::Refused { code: "BELOW_MIN".to_owned(), data }),
            Some(Notice::Refused { code: "BUSY".to_owned(), data: serde_json::Value::Null }),
            Some(Notice::Confirm { max_fen, asked }),
            Some(Notice::Unknown { key, max_fen }),
        ] {
            let given = props(notice);
            let text = serde_json::to_string(&given).unwrap();
            assert_eq!(PanelProps::read(&Json::read(&text).unwrap()), Some(given.clone()));
            assert_eq!(HallProps::read(&Json::read(&text).unwrap()), Some(HallProps { words: given.words }));
        }
    }
}
