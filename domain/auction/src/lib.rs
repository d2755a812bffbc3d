//! The auction service: sale sessions, lots, bids, the live room.
//!
//! It owns the database `auction` and decides every bid by the pure fold of `core/bidding`. It hears of priced cars
//! and of dealers (`consumer.rs`), and tells `LotListed`, `LotOpened`, `AuctionCompleted`, `ProvisionalAgreed`,
//! `ProvisionalDeclined`, `LotWithdrawn`, `SaleChanged`, `SaleTermsChanged`, `SaleCalledOff`, `DepositReturnCovered`,
//! `BusinessDaysSet` and `SellerLinkChanged` (`events.rs`).
//!
//! * `engine/` is the bid path: queues, actors, one fenced statement a batch.
//! * `follow.rs` is what other processes of the same database commit.
//! * `sweeper.rs` opens and closes lots on time, and applies the outage rule.
//! * `alerts.rs` tells persons the news, behind the bid path; `inbox.rs` is where they read it.
//! * `push.rs` is in which browsers, `push_choice.rs` which of it, `push_delivery.rs` sends it there.
//! * `mail.rs` is the way to mail boxes, `mail_address.rs` to whose, `mail_choice.rs` which of it, `mail_delivery.rs` sends it there.
//! * `confirmation.rs` is the second look at an unusually high amount.
//! * `checkpoint.rs` signs what is in all logs, once a day; `verify_log.rs` checks all of it.
//! * `timestamp.rs` asks an authority outside for the time of each checkpoint.
//! * `asked_witness.rs` shows each to witnesses outside, `witness.rs` keeps their lines.
//! * `asked_return.rs` says when deposit money that is asked back is free.
//! * `seller_link.rs` says whose company a seller is, `selling.rs` is what that company reads of its lots.
//! * `practice/` lets a lot that is over come again for who wants to try bidding.
//! * `negotiation/` is what follows a lot that closed below its reserve.
//! * One file a command: [`Service::place_max`], [`Service::create_sale`], [`Service::pause_lot`] …
//! * `views/` are what pages and the JSON API read; `projection.rs` is what sockets get.
//!
//! To add a command that changes a lot: a variant of `bidding::Command`, then a file here that calls
//! `Engine::ask`. To add a format: a variant of `bidding::Format` with its rules, and one in `sale_format.rs`, which
//! makes a lot's terms of it.
#![deny(missing_docs)]

mod alerts;
mod asked_return;
mod asked_witness;
mod audience;
mod barred_leader;
mod bid_news;
mod business_days;
mod call_off;
mod chain;
mod change_fine_print;
mod change_sale;
mod checkpoint;
mod clock;
mod company_name;
mod confirmation;
mod consumer;
mod create_sale;
mod delivery;
mod engine;
mod events;
mod fine_print;
mod floor_record;
mod follow;
mod follow_on;
mod hall_memory;
mod inbox;
mod lane;
mod lot_control;
mod mail;
mod mail_address;
mod mail_choice;
mod mail_delivery;
mod mail_secret;
mod negotiation;
mod place_max;
mod practice;
mod projection;
mod proofs;
mod push;
mod push_choice;
mod push_delivery;
mod replay;
mod report_change;
mod reserve_approval;
mod reserve_rules;
mod reveal;
mod sale_format;
mod sale_templates;
mod saved_search;
mod seller_link;
mod seller_news;
mod seller_record;
mod selling;
mod snapshots;
mod store;
mod sweeper;
mod take;
mod timestamp;
mod top_up;
mod verify_log;
mod views;
mod void_bid;
mod watch_lot;
mod withdraw_max;
mod witness;

use std::sync::{Arc, OnceLock};

use platform_db::Clock as _;
use proof::Signer;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use asked_witness::{Asked, AskedWitness, DeskAnswer, FailingWitness, WitnessDesk, ask_witness};
pub use audience::{Audience, Kin, SisterPolicy};
pub use barred_leader::Lead;
pub use bid_news::{Duty, DutyKind};
pub use business_days::{BusinessDay, BusinessDayChange, SetDays};
pub use call_off::Withdrawal;
pub use change_fine_print::ChangeFinePrint;
pub use change_sale::{ChangeSale, SaleChange, SaleChangeKind, SaleTimes};
pub use checkpoint::{
    CheckpointLine, CheckpointSearch, checkpoint_now, daily_checkpoint, daily_checkpoint_in_turn, know_signer,
};
pub use clock::AnchoredClock;
pub use confirmation::{Confirmation, NoConfirmation, Question};
pub use create_sale::{BelowReserveMode, CreateSale, DEPOSIT_BP, MAX_LOTS_A_SALE};
pub use delivery::{CityCost, CityDelivery, DeliveryDoors};
pub use engine::{Answer, BidPathCounts, BidProof, Engine, Failure, LotHub, LotMailbox, Outcome};
pub use events::{
    AuctionCompleted, DepositReturnCovered, LotListed, LotOpened, LotWithdrawn, ProvisionalAgreed,
    ProvisionalDeclined, SaleCalledOff, SaleChanged, SaleTermsChanged, SellerLinkChanged,
};
pub use fine_print::FinePrint;
pub use floor_record::{FLOOR_LINES_MAX, FloorLine, FloorRecord, MergeFloor, MergedLine};
pub use follow_on::{FollowOn, FollowOnDetail, FollowOnLine, Followed, SetFollowOn};
pub use inbox::{
    Alert, AlertKind, AlertPage, ENDING_LEAD_MIN, ENDING_LEADS_MIN, LotEnd, NoDeal, SaleNews, StrikeNews,
    Topic, UNREAD_SHOWN_MAX,
};
pub use lane::{FloorBid, GivePaddle, Paddle};
pub use mail::{Letter, LetterKind, Mail, MailAnswer, MailContent, MailNews, MailPost, MailText, MailWords};
pub use mail_address::{AddMailAddress, FindsPace, MailAddress};
pub use mail_choice::{MailLink, MailStop, MailStopped, NewsChoice};
pub use negotiation::{
    Act, Detail as NegotiationDetail, Filter as NegotiationFilter, Lot as NegotiatedLot,
    Move as NegotiationMove, Negotiate, Negotiated, NextBidder, Page as NegotiationPage,
    Row as NegotiationRow, Sort as NegotiationSort, State as NegotiationState,
};
pub use place_max::PlaceMax;
pub use practice::{
    PRACTICE_SPEEDS, PracticeAnswer, PracticeEnd, PracticeLine, PracticeLot, PracticeMove, PracticeRecord,
    PracticeRun, Practiser, StartPractice,
};
pub use projection::PROTOCOL;
pub use proofs::Incident;
pub use push::{
    AddPushDevice, PUSH_DEVICES_MAX, Push, PushAddress, PushAnswer, PushDevice, PushMessage, PushNews,
    PushPost, PushSearch, PushText, PushWords, Urgency,
};
pub use push_choice::{MUTED_LOTS_MAX, MutedLot};
pub use replay::LotReplay;
pub use reserve_approval::{AnswerReserve, ReserveAnswer, ReserveApproval};
pub use reserve_rules::{ReserveDisplay, ReserveRules};
pub use reveal::{Reveal, SellersWord};
pub use sale_format::{DutchPlan, FormatNumbers, SaleFormat};
pub use sale_templates::{SaleTemplate, SaveTemplate, TemplateRules};
pub use saved_search::{MAX_SEARCHES, SavedSearch};
pub use seller_link::{Company, LinkSeller, SellerDetail, SellerLink, UnlinkSeller, Unlinked, seller_key};
pub use seller_news::{SellerNews, SellerNewsPage, speaks_for_sellers};
pub use seller_record::{SellerFilter, SellerRecord, SellerSort};
pub use selling::{
    SellingCounts, SellingDetail, SellingFilter, SellingLot, SellingPage, SellingState, SellingWord,
};
pub use store::cars::OfferableCar;
pub use store::facets::Facets;
pub use store::lists::{HallFilter, HallLot, LotPage, MyStanding, Sort, VoidedBid};
pub use store::log::LogLine;
pub use store::my_bids::{BidFilter, MyBid};
pub use store::power::{BuyingPower, LotHold};
pub use store::report_news::ReportNews;
pub use store::sales::{SaleLine, SaleSearch, SalesCount};
pub use store::voids::VoidRequest;
pub use take::{AcceptStep, BuyNow, TakeFirst};
pub use timestamp::{CheckpointTime, TimeAuthority, TimeStamp, stamp_due};
pub use verify_log::{CheckpointFault, LogFault, LogVerdict, verify_log};
pub use views::{BidOutcome, BidReason, LotDetail, SaleDetail};
pub use void_bid::{REASONS_OF_STAFF, RequestVoid, VoidPreview};
pub use witness::{CheckpointWitness, CosignatureFault, keep_cosignature};

/// Its tables.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/auction");

/// The service's handle. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    db: PgPool,
    engine: Engine,
    dealers: consumer::Dealers,
    powers: engine::Powers,
    confirmations: confirmation::Confirmations,
    signer: Arc<Signer>,
    replays: Arc<replay::Replays>,
    sellers: Arc<seller_record::SellerRecords>,
    snapshots: snapshots::Snapshots,
    /// Wakes the outbox relay; may be set once the bus exists.
    told: Arc<dyn Fn() + Send + Sync>,
    /// When sellers are expected to answer; which days are holidays is asked when it matters.
    hours: Arc<OnceLock<kernel::Calendar>>,
    /// The way to persons' browsers, where there is one.
    push: Arc<OnceLock<push::Push>>,
    /// The way to persons' mail boxes, where there is one.
    mail: Arc<OnceLock<mail::Mail>>,
}

/// The tasks that run beside the handle.
pub struct Running {
    /// The writers: they end when the last handle is gone.
    pub writers: Vec<JoinHandle<()>>,
    /// The sweeper, and beside it who makes the daily checkpoint: they end when `stop` turns true.
    pub sweeper: JoinHandle<()>,
    /// What looks for the commits of other processes: it ends when `stop` turns true.
    pub follower: JoinHandle<()>,
    /// Who tells persons the news: it ends when `stop` turns true.
    pub teller: JoinHandle<()>,
}

impl Service {
    /// Starts the bid path on this database: anchors the clock, starts the writers and the sweeper. `told` is called
    /// whenever events were committed; it must not block. `signer` signs receipts; processes that share the database
    /// may have different ones.
    pub async fn start(
        db: PgPool,
        told: Arc<dyn Fn() + Send + Sync>,
        signer: Signer,
        stop: watch::Receiver<bool>,
    ) -> Result<(Service, Running), sqlx::Error> {
        let clock = AnchoredClock::anchored(&db).await?;
        store::seller_links::know_spellings(&mut *db.acquire().await?).await?;
        let dealers = consumer::Dealers::default();
        dealers.refresh(&db).await?;
        let powers = engine::Powers::default();
        powers.refresh(&db).await?;
        let hub = Arc::new(LotHub::default());
        let signer = Arc::new(signer);
        store::proofs::know_key(&db, &signer.public()).await?;
        let confirmations = confirmation::Confirmations::of(&db).await?;
        let (engine, writers) = Engine::start(
            db.clone(),
            clock,
            hub,
            Arc::clone(&told),
            (dealers.clone(), powers.clone()),
            &signer,
        );
        engine.peers().ask_with(confirmations.clone());
        let snapshots = snapshots::Snapshots::of(db.clone());
        let service = Service {
            db,
            engine,
            dealers,
            powers,
            confirmations,
            signer,
            replays: Arc::default(),
            sellers: Arc::default(),
            snapshots,
            told,
            hours: Arc::default(),
            push: Arc::default(),
            mail: Arc::default(),
        };
        let follower = tokio::spawn(follow::run(service.clone(), stop.clone()));
        let teller = tokio::spawn(alerts::run(service.clone(), stop.clone()));
        let (sweeping, checking) = (service.clone(), service.clone());
        let sweeper = tokio::spawn(async move {
            tokio::join!(sweeper::run(sweeping, stop.clone()), checkpoint::run(checking, stop));
        });
        Ok((service, Running { writers, sweeper, follower, teller }))
    }

    /// From now on this process and the others on its database tell each other of commits by this fan-out. The tasks end
    /// when `stop` turns true.
    pub fn join(&self, fanout: platform_cache::Fanout, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
        follow::start(self, fanout, stop)
    }

    /// From now on this process takes bids of other processes on its database at this listener, and hands its own to the
    /// one of them that decides. The task ends when `stop` turns true.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn take_part(
        &self,
        listener: TcpListener,
        stop: &watch::Receiver<bool>,
    ) -> std::io::Result<JoinHandle<()>> {
        let place = engine::Place::at(listener, self.confirmations.secret())?;
        Ok(tokio::spawn(engine::take_part(self.db.clone(), self.engine.clone(), place, stop.clone())))
    }

    /// Looks once for what other processes have committed on watched lots: for tests, which run no follower of their
    /// own.
    pub async fn look(&self) -> Result<(), sqlx::Error> {
        follow::look(self).await
    }

    /// What it does with other services' events.
    pub fn consumer(&self) -> Arc<dyn platform_bus::Consumer> {
        Arc::new(consumer::AuctionConsumer)
    }

    /// From now on business is done in a zone so far ahead of UTC; said once, at the start. China's, until then.
    pub fn keep_hours_of(&self, offset_min: i32) {
        let hours = kernel::Calendar::of_trade(offset_min);
        self.hours.get_or_init(|| hours);
    }

    fn hours(&self) -> kernel::Calendar {
        self.hours.get().cloned().unwrap_or(kernel::Calendar::CHINA)
    }

    /// The bid path, for sockets.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The time by the clock that admits bids.
    pub fn now(&self) -> kernel::UnixMs {
        self.engine.clock().now()
    }

    /// One heartbeat of the sweeper: for tests, which run no sweeper of their own.
    pub async fn beat(&self) -> Result<(), sqlx::Error> {
        sweeper::beat(self).await?;
        negotiation::sweep(self).await?;
        follow_on::sweep(self).await?;
        asked_return::sweep(self).await
    }

    /// Tells all news that there is: for tests. What a teller that runs beside has in hands is waited for.
    pub async fn tell_news(&self) -> Result<(), sqlx::Error> {
        alerts::look(self, 0).await?;
        store::alerts::none_is_taken(&self.db).await?;
        alerts::look(self, 0).await
    }

    /// Removes what is kept no longer, once: for tests, which run no teller of their own.
    pub async fn forget_old(&self) -> Result<(), sqlx::Error> {
        alerts::forget(self).await
    }

    /// Opens and closes what is due, once: for tests, which run no sweeper of their own.
    pub async fn sweep(&self) -> Result<(), sqlx::Error> {
        sweeper::sweep(self).await
    }
}
