//! A person's news: what he is told, what he wants to be told, what he has read.

use bidding::VoidReason;
use deal::{Side, Status};
use kernel::{Fen, FieldProblem, LotId, NegotiationId, Principal, Problem, SaleId, UnixMs};
use platform_db::CommandError;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Service;
use crate::change_sale::SaleChangeKind;
use crate::store::alerts;

/// How many a page shows.
const PAGE_SIZE: i64 = 50;
/// How long before its end a person can be told of a watched lot, in minutes, as the table has it.
pub const ENDING_LEADS_MIN: [i16; 5] = [60, 30, 15, 5, 1];
/// Who has not chosen is told so long before.
pub const ENDING_LEAD_MIN: i16 = 5;
/// The bell counts no further.
pub const UNREAD_SHOWN_MAX: i64 = 99;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// A lot was listed that a saved search finds.
    Match,
    /// A watched lot is about to end.
    Ending,
    /// Somebody else leads now.
    Outbid,
    /// 您已竞得
    Won,
    /// 未竞得
    Lost,
    /// 内部调拨: a store of the seller's group took it before it opened.
    Transferred,
    /// 议价中: highest, below the reserve.
    Negotiating,
    /// 待您答复: the seller has answered, or offers a second chance.
    Turn,
    /// Little time is left to answer.
    Deadline,
    /// 议价成交
    Agreed,
    /// 议价未成
    NoDeal,
    /// 场次变更: another name or other times, before it opened.
    SaleChanged,
    /// 场次取消
    SaleCalledOff,
    /// 撤拍
    LotWithdrawn,
    /// 违约记录: the company got a strike.
    StrikeGiven,
    /// 违约记录撤销
    StrikeLifted,
    /// 检测报告变更: a max is suspended until it is confirmed.
    ReportChanged,
    /// A max that waited for the opening did not enter.
    PreBidLapsed,
    /// A bid of the person's company was voided.
    BidVoided,
    /// A bid of somebody else was voided: the price may have fallen.
    OtherVoided,
    /// A void brought the lead back.
    LeadBack,
    /// Leading again, the company lacks the deposit and has to top it up.
    TopUp,
    /// A lot that the company sells was sold.
    SellingSold,
    /// A lot that the company sells found no buyer.
    SellingUnsold,
    /// The buyer of a lot that the company sells has answered, or it closed below the reserve: the company has the word.
    SellingTurn,
    /// Little time is left to say it.
    SellingDeadline,
    /// The company and the buyer agreed.
    SellingAgreed,
    /// They did not.
    SellingNoDeal,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [AlertKind; 28] = [
        AlertKind::Match,
        AlertKind::Ending,
        AlertKind::Outbid,
        AlertKind::Won,
        AlertKind::Lost,
        AlertKind::Transferred,
        AlertKind::Negotiating,
        AlertKind::Turn,
        AlertKind::Deadline,
        AlertKind::Agreed,
        AlertKind::NoDeal,
        AlertKind::SaleChanged,
        AlertKind::SaleCalledOff,
        AlertKind::LotWithdrawn,
        AlertKind::StrikeGiven,
        AlertKind::StrikeLifted,
        AlertKind::ReportChanged,
        AlertKind::PreBidLapsed,
        AlertKind::BidVoided,
        AlertKind::OtherVoided,
        AlertKind::LeadBack,
        AlertKind::TopUp,
        AlertKind::SellingSold,
        AlertKind::SellingUnsold,
        AlertKind::SellingTurn,
        AlertKind::SellingDeadline,
        AlertKind::SellingAgreed,
        AlertKind::SellingNoDeal,
    ];

    /// The name in the database and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            AlertKind::Match => "match",
            AlertKind::Ending => "ending",
            AlertKind::Outbid => "outbid",
            AlertKind::Won => "won",
            AlertKind::Lost => "lost",
            AlertKind::Transferred => "transferred",
            AlertKind::Negotiating => "negotiating",
            AlertKind::Turn => "turn",
            AlertKind::Deadline => "deadline",
            AlertKind::Agreed => "agreed",
            AlertKind::NoDeal => "no_deal",
            AlertKind::SaleChanged => "sale_changed",
            AlertKind::SaleCalledOff => "sale_called_off",
            AlertKind::LotWithdrawn => "lot_withdrawn",
            AlertKind::StrikeGiven => "strike_given",
            AlertKind::StrikeLifted => "strike_lifted",
            AlertKind::ReportChanged => "report",
            AlertKind::PreBidLapsed => "pre_bid_lapsed",
            AlertKind::BidVoided => "bid_voided",
            AlertKind::OtherVoided => "other_voided",
            AlertKind::LeadBack => "lead_back",
            AlertKind::TopUp => "top_up",
            AlertKind::SellingSold => "selling_sold",
            AlertKind::SellingUnsold => "selling_unsold",
            AlertKind::SellingTurn => "selling_turn",
            AlertKind::SellingDeadline => "selling_deadline",
            AlertKind::SellingAgreed => "selling_agreed",
            AlertKind::SellingNoDeal => "selling_no_deal",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<AlertKind> {
        AlertKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a person may want to hear of, or not. News of what his own bids ask of him or lose has no topic: everybody hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Lots that his searches find.
    Match,
    /// Ends of watched lots.
    Ending,
    /// Lost leads.
    Outbid,
    /// How his lots ended.
    Result,
    /// What happens in his negotiations.
    Negotiation,
    /// Sales of his lots that are changed or called off.
    Sale,
    /// What becomes of the lots that his company sells.
    Selling,
}

impl Topic {
    /// All of them.
    pub const ALL: [Topic; 7] = [
        Topic::Match,
        Topic::Ending,
        Topic::Outbid,
        Topic::Result,
        Topic::Negotiation,
        Topic::Sale,
        Topic::Selling,
    ];

    /// The name in the database, in forms and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Match => "match",
            Topic::Ending => "ending",
            Topic::Outbid => "outbid",
            Topic::Result => "result",
            Topic::Negotiation => "negotiation",
            Topic::Sale => "sale",
            Topic::Selling => "selling",
        }
    }
}

/// When the lot of a piece of news ends, as things are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LotEnd {
    /// It runs until then.
    At(UnixMs),
    /// It stands still, and its end moves.
    Paused,
    /// It is over since then.
    Over(UnixMs),
}

/// What was done to a sale before it opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleNews {
    /// The sale.
    pub id: SaleId,
    /// Its name.
    pub name: String,
    /// What was done.
    pub kind: SaleChangeKind,
    /// Why; nothing where it came by itself, for the kind says it.
    pub reason: String,
    /// When it opens after the change; none where it was called off.
    pub opens_at: Option<UnixMs>,
}

/// Why a negotiation came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDeal {
    /// This side said no.
    Declined(Side),
    /// This side did not answer in time.
    Silent(Side),
}

impl NoDeal {
    /// Of a negotiation's status and whose turn it was, as they are stored.
    pub(crate) fn of(status: &str, turn: &str) -> Option<NoDeal> {
        let turn = [Side::Buyer, Side::Seller].into_iter().find(|side| side.as_str() == turn)?;
        match Status::ALL.into_iter().find(|known| known.as_str() == status)? {
            Status::Declined => Some(NoDeal::Declined(Side::Seller)),
            Status::WalkedAway => Some(NoDeal::Declined(Side::Buyer)),
            Status::Expired => Some(NoDeal::Silent(turn)),
            Status::Open | Status::Agreed => None,
        }
    }

    /// The name in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            NoDeal::Declined(Side::Buyer) => "buyer_declined",
            NoDeal::Declined(Side::Seller) => "seller_declined",
            NoDeal::Silent(Side::Buyer) => "buyer_silent",
            NoDeal::Silent(Side::Seller) => "seller_silent",
        }
    }
}

/// A strike, or its lifting, and what the company's strikes mean from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrikeNews {
    /// What the strike was for, as identity names it.
    pub reason: String,
    /// Whether the strikes keep the company from bidding.
    pub struck_out: bool,
    /// Until when; for good without one.
    pub struck_until: Option<UnixMs>,
}

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The row.
    pub id: Uuid,
    /// What happened.
    pub kind: AlertKind,
    /// The lot; none where the news is about none.
    pub lot_id: Option<LotId>,
    /// Its title.
    pub title: String,
    /// The strike that it is about.
    pub strike: Option<StrikeNews>,
    /// The negotiation that it is about.
    pub negotiation_id: Option<NegotiationId>,
    /// Why that came to nothing, where that is the news.
    pub no_deal: Option<NoDeal>,
    /// When the lot ends, where that is the news.
    pub ends: Option<LotEnd>,
    /// What was done to the lot's sale, where it is about that.
    pub sale: Option<SaleNews>,
    /// Until when the person's company has the word in it, or has to do what its bid asks.
    pub answer_by: Option<UnixMs>,
    /// Why a bid does not count any more, where that is the news.
    pub reason: Option<VoidReason>,
    /// The store for which the person bid, where it is not his own.
    pub store_name: Option<String>,
    /// The name of the search that found it.
    pub search_name: Option<String>,
    /// The price then.
    pub price_fen: Option<Fen>,
    /// How often it happened.
    pub times: i32,
    /// When it last happened.
    pub at: UnixMs,
    /// Whether the person has read it.
    pub is_read: bool,
}

/// A page of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertPage {
    /// How many there are.
    pub total: i64,
    /// Those of this page.
    pub alerts: Vec<Alert>,
    /// How many a page has.
    pub page_size: i64,
}

impl Service {
    /// How many pieces of news this person has not read, counted up to one more than [`UNREAD_SHOWN_MAX`].
    pub async fn unread_alerts(&self, who: &Principal) -> Result<i64, CommandError> {
        Ok(alerts::unread(&self.db, who.user_id, UNREAD_SHOWN_MAX + 1).await?)
    }

    /// This person's news, the newest first.
    pub async fn alerts(
        &self,
        who: &Principal,
        unread_only: bool,
        page: u32,
    ) -> Result<AlertPage, CommandError> {
        let offset = PAGE_SIZE * i64::from(page.saturating_sub(1));
        let (total, found) = alerts::list(&self.db, who.user_id, unread_only, PAGE_SIZE, offset).await?;
        Ok(AlertPage { total, alerts: found, page_size: PAGE_SIZE })
    }

    /// Marks news of this person as read: one, or all up to the moment of the page that he saw. Repeats change nothing.
    pub async fn read_alerts(
        &self,
        who: &Principal,
        one: Option<Uuid>,
        until: UnixMs,
    ) -> Result<(), CommandError> {
        Ok(alerts::mark_read(&self.db, who.user_id, one, until).await?)
    }

    /// What this person wants to hear of.
    pub async fn alert_topics(&self, who: &Principal) -> Result<Vec<Topic>, CommandError> {
        let unwanted = alerts::unwanted(&self.db, who.user_id).await?;
        Ok(Topic::ALL.into_iter().filter(|topic| !unwanted.contains(topic)).collect())
    }

    /// How many minutes before its end this person is told of a watched lot.
    pub async fn ending_lead_min(&self, who: &Principal) -> Result<i16, CommandError> {
        Ok(alerts::ending_lead(&self.db, who.user_id).await?.unwrap_or(ENDING_LEAD_MIN))
    }

    /// Keeps what this person wants to hear of, and how many minutes before its end he is told of a watched lot. Repeats
    /// change nothing.
    ///
    /// # Errors
    /// `INVALID_FIELDS` (lead) for a time that is none of [`ENDING_LEADS_MIN`].
    pub async fn choose_alerts(
        &self,
        who: &Principal,
        wanted: &[Topic],
        lead_min: i16,
    ) -> Result<(), CommandError> {
        if !ENDING_LEADS_MIN.contains(&lead_min) {
            return Err(Problem::fields(vec![FieldProblem::new("lead", "OUT_OF_RANGE")]).into());
        }
        Ok(alerts::choose(&mut *self.db.acquire().await?, who.user_id, wanted, lead_min).await?)
    }
}
