//! News of one's own bids (domain rules §3.4, §6): a new condition report suspends a max until it is confirmed, a max did not
//! enter at the opening, a bid was voided, a void brought the lead back, a deposit has to be topped up. Nobody can turn these
//! off: each may cost him the car, or his money. That a bid was voided all who bid on the lot are told.
//!
//! Read out of the lot's own log by `alerts.rs`, in the transaction that moves the lot's cursor.

use std::collections::BTreeMap;

use bidding::{Event, VoidReason};
use kernel::{DealerId, Fen, LotId, Principal, UnixMs};
use platform_db::CommandError;
use sqlx::PgConnection;

use crate::Service;
use crate::inbox::AlertKind;
use crate::store::alerts::Unseen;
use crate::store::bid_news;

/// So many lines the start page asks for at most.
const DUTIES_MAX: i64 = 50;

/// An accepted line of a lot's log that may be news of somebody's bid.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) lot_id: LotId,
    pub(crate) seq: i64,
    pub(crate) events: Vec<Event>,
    /// Who led before it.
    pub(crate) led_before: Option<DealerId>,
}

/// Whom a piece of news is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum To {
    /// The persons who bid for this company.
    Dealer(DealerId),
    /// All others who bid on the lot and have no news of their own there.
    Others,
}

/// A piece of news of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) lot_id: LotId,
    pub(crate) seq: i64,
    pub(crate) kind: AlertKind,
    pub(crate) to: To,
    pub(crate) reason: Option<VoidReason>,
    pub(crate) price_fen: Option<Fen>,
    pub(crate) until: Option<UnixMs>,
}

/// What a bid asks of its company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyKind {
    /// Say whether it stands by its max on the new condition report.
    Report,
    /// Top up its deposit, or the bid with which it leads again is voided.
    TopUp,
}

/// Something that has to be done, or a bid does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// What.
    pub kind: DutyKind,
    /// Until when; not known while a lot stands still for its new report.
    pub until: Option<UnixMs>,
}

impl Service {
    /// What the bids of this person's company ask of it now, what is due first above.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn bid_duties(&self, who: &Principal) -> Result<Vec<Duty>, CommandError> {
        let Some(seat) = who.dealer() else { return Ok(Vec::new()) };
        Ok(bid_news::duties(&self.db, seat.dealer_id, DUTIES_MAX).await?)
    }
}

/// Tells what happened to bids on these lots since the last look. Returns whose bids were voided, and under which number of the lot:
/// that they do not lead then is no news of being outbid.
pub(crate) async fn tell(
    conn: &mut PgConnection,
    lots: &[Unseen],
    now: UnixMs,
) -> Result<Vec<(LotId, DealerId, i64)>, sqlx::Error> {
    let lines = bid_news::lines(conn, lots).await?;
    let mut news = of_lines(lots, &lines);
    let opened: Vec<(LotId, i64)> =
        lines.iter().filter(|line| opens(line)).map(|line| (line.lot_id, line.seq)).collect();
    if !opened.is_empty() {
        news.extend(lapsed(&bid_news::beginnings(conn, &opened).await?));
    }
    if !news.is_empty() {
        bid_news::tell(conn, &news, now).await?;
    }
    let due: Vec<(LotId, UnixMs)> = lines.iter().filter_map(due).collect();
    if !due.is_empty() {
        bid_news::tell_until(conn, &due, now).await?;
    }
    let all: Vec<LotId> = lots.iter().map(|lot| lot.lot_id).collect();
    bid_news::read_what_is_done(conn, &all, now).await?;
    Ok(voided(&lines))
}

fn opens(line: &Line) -> bool {
    line.events.contains(&Event::Opened)
}

/// Until when a new report can be confirmed, where the lot says so from now on.
fn due(line: &Line) -> Option<(LotId, UnixMs)> {
    line.events.iter().find_map(|event| match event {
        Event::ConfirmationDue { confirm_by } => Some((line.lot_id, *confirm_by)),
        _ => None,
    })
}

fn voided(lines: &[Line]) -> Vec<(LotId, DealerId, i64)> {
    let all = lines.iter().flat_map(|line| line.events.iter().map(move |event| (line, event)));
    all.filter_map(|(line, event)| match event {
        Event::BidVoided { dealer_id, .. } => Some((line.lot_id, *dealer_id, line.seq)),
        _ => None,
    })
    .collect()
}

/// The news of these lines. What happens to somebody again and again (who is barred loses one bid after another) is told once,
/// as it is after the last time; and a lead that came back and is lost again is no news but being outbid.
fn of_lines(lots: &[Unseen], lines: &[Line]) -> Vec<News> {
    let mut news: BTreeMap<(LotId, To, &'static str), News> = BTreeMap::new();
    for line in lines {
        for one in line.events.iter().flat_map(|event| of_event(line, event)) {
            news.insert((one.lot_id, one.to, one.kind.name()), one);
        }
    }
    let leads = |lot_id: LotId, to: To| {
        let now = lots.iter().find(|lot| lot.lot_id == lot_id).filter(|lot| !lot.is_closed);
        now.and_then(|lot| lot.leader).is_some_and(|leader| To::Dealer(leader) == to)
    };
    let tops_up: Vec<(LotId, To)> =
        news.values().filter(|one| one.kind == AlertKind::TopUp).map(|one| (one.lot_id, one.to)).collect();
    let counts = |one: &News| match one.kind {
        AlertKind::TopUp => leads(one.lot_id, one.to),
        // that he leads again the news of the deposit says as well
        AlertKind::LeadBack => leads(one.lot_id, one.to) && !tops_up.contains(&(one.lot_id, one.to)),
        _ => true,
    };
    news.into_values().filter(counts).collect()
}

fn of_event(line: &Line, event: &Event) -> Vec<News> {
    let told = |kind, to| News {
        lot_id: line.lot_id,
        seq: line.seq,
        kind,
        to,
        reason: None,
        price_fen: None,
        until: None,
    };
    match event {
        Event::ReportChanged { must_confirm, confirm_by, .. } => {
            let told = |dealer: &DealerId| News {
                until: *confirm_by,
                ..told(AlertKind::ReportChanged, To::Dealer(*dealer))
            };
            must_confirm.iter().map(told).collect()
        }
        Event::BidVoided { dealer_id, reason, leader, price_fen, .. } => {
            let back =
                leader.map(|leader| leader.dealer_id).filter(|leader| Some(*leader) != line.led_before);
            let voided = |kind, to| News { reason: Some(*reason), price_fen: *price_fen, ..told(kind, to) };
            let back = back.map(|leader| News {
                price_fen: *price_fen,
                ..told(AlertKind::LeadBack, To::Dealer(leader))
            });
            let both = [
                voided(AlertKind::BidVoided, To::Dealer(*dealer_id)),
                voided(AlertKind::OtherVoided, To::Others),
            ];
            both.into_iter().chain(back).collect()
        }
        // nobody else has seen it, and nobody else is told
        Event::OfferVoided { dealer_id, reason } => {
            // with the opening it is one that did not enter
            let kind = if opens(line) { AlertKind::PreBidLapsed } else { AlertKind::BidVoided };
            vec![News { reason: Some(*reason), ..told(kind, To::Dealer(*dealer_id)) }]
        }
        Event::TopUpDue(due) => {
            vec![News { until: Some(due.until), ..told(AlertKind::TopUp, To::Dealer(due.dealer_id)) }]
        }
        _ => Vec::new(),
    }
}

/// Who waited for the opening with a max and is not in: the lot's lines up to its opening say so.
fn lapsed(beginnings: &[Line]) -> Vec<News> {
    let mut lots: BTreeMap<LotId, Waiting> = BTreeMap::new();
    let mut news = Vec::new();
    for line in beginnings {
        let waiting = lots.entry(line.lot_id).or_default();
        line.events.iter().for_each(|event| waiting.follow(event));
        if opens(line) {
            news.extend(waiting.left().map(|(dealer, reason)| News {
                lot_id: line.lot_id,
                seq: line.seq,
                kind: AlertKind::PreBidLapsed,
                to: To::Dealer(dealer),
                reason: Some(reason),
                price_fen: None,
                until: None,
            }));
        }
    }
    news
}

/// The maxes that wait for a lot's opening, and whether a new report suspends them.
#[derive(Debug, Default)]
struct Waiting(BTreeMap<DealerId, bool>);

impl Waiting {
    fn follow(&mut self, event: &Event) {
        match event {
            // a max that is given now is given on the newest report
            Event::PreBidPlaced { dealer_id, .. } | Event::ReportConfirmed { dealer_id } => {
                self.0.insert(*dealer_id, false);
            }
            Event::PreBidWithdrawn { dealer_id }
            | Event::OfferVoided { dealer_id, .. }
            | Event::MaxPlaced { dealer_id, .. } => {
                self.0.remove(dealer_id);
            }
            Event::ReportChanged { must_confirm, .. } => {
                for dealer in must_confirm {
                    self.0.insert(*dealer, true);
                }
            }
            _ => {}
        }
    }

    fn left(&self) -> impl Iterator<Item = (DealerId, VoidReason)> + '_ {
        self.0.iter().map(|(dealer, suspended)| {
            (*dealer, if *suspended { VoidReason::CrChanged } else { VoidReason::BidderBarred })
        })
    }
}
