//! A small auction world: a database, priced cars, a sale, and a service on it.
#![expect(dead_code, reason = "each test file uses its own part of the world")]

use std::sync::Arc;
use std::time::Duration;

use auction::{
    Answer, Audience, BelowReserveMode, CreateSale, MIGRATOR, Outcome, PlaceMax, SaleFormat, Service,
};
use bidding::{LotState, LotStatus, Refusal};
use kernel::{
    DealerId, Envelope, Fen, LotId, Principal, Problem, Role, SaleId, UnixMs, VehicleId, event_id_for,
};
use platform_db::CommandError;
use platform_testkit::{Proxy, Upstream, fresh_database, staff};
use proof::Signer;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Postgres, Row as _, Transaction};
use tokio::sync::watch;
use uuid::Uuid;

/// A service on a fresh database.
pub struct World {
    pub db: PgPool,
    pub service: Service,
    pub lots: Vec<LotId>,
    stop: watch::Sender<bool>,
}

/// A line of the log, as a test looks at it.
#[derive(Debug)]
pub struct Line {
    pub seq: Option<i64>,
    pub key: Uuid,
    pub command: String,
    pub price_fen: Option<i64>,
    pub leader: Option<Uuid>,
    pub actor: Uuid,
    pub max_fen: Option<i64>,
}

pub type Answered = Result<Answer, Problem>;

/// The number of an accepted command.
pub fn accepted(answer: &Answered) -> i64 {
    match answer {
        Ok(Answer { outcome: Outcome::Accepted { seq, .. }, .. }) => *seq,
        other => panic!("not accepted: {other:?}"),
    }
}

/// The refusal of a refused command.
pub fn refused(answer: &Answered) -> Refusal {
    match answer {
        Ok(Answer { outcome: Outcome::Refused(refusal), .. }) => refusal.clone(),
        other => panic!("not refused: {other:?}"),
    }
}

/// The code of a refusal, with its field where it has one; `OK` for none.
pub fn code(result: Result<(), CommandError>) -> String {
    match result.map_err(CommandError::into_problem) {
        Ok(()) => "OK".to_owned(),
        Err(problem) => match problem.fields.first() {
            Some(field) => format!("{}:{}", field.field, field.code),
            None => problem.code,
        },
    }
}

/// Accepted or refused, without the proof, which each signature makes anew.
pub fn outcome(answer: &Answered) -> &Outcome {
    &answer.as_ref().expect("an answer").outcome
}

/// The hash of the line that the answer proves.
pub fn proof_hash(answer: &Answered) -> Option<proof::Hash> {
    answer.as_ref().ok()?.proof.as_ref().map(|proof| proof.hash)
}

/// All of them at once.
pub async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (slot, future) in done.iter_mut().zip(&mut pending) {
            if slot.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(cx)
            {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Waits until it is so; without sleeping, for what a database does has no other mark.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    tokio::time::timeout(Duration::from_secs(30), async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap_or_else(|_| panic!("not in time: {what}"));
}

/// Holds the lot's row, as a slow writer of another process would.
pub async fn hold(db: &PgPool, lot_id: LotId) -> Transaction<'static, Postgres> {
    let mut tx = db.begin().await.expect("a transaction");
    sqlx::query("SELECT id FROM lot WHERE id = $1 FOR UPDATE")
        .bind(lot_id.0)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx
}

/// How many statements of this database wait for a lock.
pub async fn waiting(db: &PgPool) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .fetch_one(db)
    .await
    .expect("the activity is read")
}

impl World {
    /// So many open lots: start ¥50 000, reserve ¥80 000, an hour to go.
    pub async fn with_open_lots(count: usize) -> World {
        World::with_lots_ending_in(count, 3_600_000).await
    }

    /// So many open lots whose first end is `ms` from now, all at the same moment.
    pub async fn with_lots_ending_in(count: usize, ms: i64) -> World {
        World::with_sale(count, ms, 0).await
    }

    /// The same, in a sale whose leads hold a tenth of their max.
    pub async fn with_deposits(count: usize, ms: i64) -> World {
        World::with_sale(count, ms, auction::DEPOSIT_BP).await
    }

    async fn with_sale(count: usize, ms: i64, deposit_bp: u32) -> World {
        let db = fresh_database(&MIGRATOR).await;
        let world = World::on(db, Vec::new()).await;
        let sale = CreateSale { deposit_bp, ..world.new_sale(count, ms).await };
        let id = sale.id;
        world.service.create_sale(&staff(&[Role::Auctioneer]), sale).await.expect("the sale is made");
        world.service.sweep().await.expect("the lots open");
        let lots = (0..count).map(|index| LotId(event_id_for(id.0, &format!("lot:{index}")))).collect();
        World { lots, ..world }
    }

    /// So many open lots of a sale that `change` made another of.
    pub async fn of_sale(count: usize, change: impl FnOnce(&mut CreateSale)) -> World {
        let db = fresh_database(&MIGRATOR).await;
        World::on(db, Vec::new()).await.and_sale(count, change).await
    }

    /// The same world with another sale, whose lots are those of the world from now on.
    pub async fn and_sale(self, count: usize, change: impl FnOnce(&mut CreateSale)) -> World {
        let mut sale = self.new_sale(count, 3_600_000).await;
        change(&mut sale);
        let id = sale.id;
        self.service.create_sale(&staff(&[Role::Auctioneer]), sale).await.expect("the sale is made");
        self.service.sweep().await.expect("the lots open");
        let lots = (0..count).map(|index| LotId(event_id_for(id.0, &format!("lot:{index}")))).collect();
        World { lots, ..self }
    }

    /// So many lots that open after so long, a share of every max held.
    pub async fn with_scheduled_lots(count: usize, opens_in_ms: i64) -> World {
        let db = fresh_database(&MIGRATOR).await;
        let world = World::on(db, Vec::new()).await;
        let sale = world.new_sale(count, opens_in_ms + 3_600_000).await;
        let opens_at = world.now().plus_ms(opens_in_ms);
        let mut sale = CreateSale { deposit_bp: auction::DEPOSIT_BP, ..sale };
        sale.times.opens_at = opens_at;
        let id = sale.id;
        world.service.create_sale(&staff(&[Role::Auctioneer]), sale).await.expect("the sale is made");
        let lots = (0..count).map(|index| LotId(event_id_for(id.0, &format!("lot:{index}")))).collect();
        World { lots, ..world }
    }

    /// Waits until the end that this lot's row names has passed, and keeps the clock anchored meanwhile.
    pub async fn until_past_the_end(&self, lot: usize) {
        let end_at = self.end_at(lot).await;
        let deadline = end_at.plus_ms(30_000);
        while self.now() <= end_at || self.service.engine().clock().admission_time().is_none() {
            assert!(self.now() < deadline, "the clock is not trusted again");
            self.service.beat().await.expect("a beat");
            tokio::task::yield_now().await;
        }
    }

    /// Sweeps until this lot has this status; what it waits for is a real moment.
    pub async fn until(&self, lot: usize, status: LotStatus) {
        let begun = std::time::Instant::now();
        while begun.elapsed() < std::time::Duration::from_secs(60) {
            self.service.sweep().await.expect("a sweep");
            if self.status(lot).await == status {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the lot is not {status:?}");
    }

    /// Another process on the same database.
    pub async fn restarted(&self) -> World {
        World::on(self.db.clone(), self.lots.clone()).await
    }

    /// Where this world's PostgreSQL listens, for a proxy before it.
    pub fn upstream(&self) -> Upstream {
        let options = self.db.connect_options();
        Upstream::Tcp(format!("{}:{}", options.get_host(), options.get_port()))
    }

    /// Another process on the same database, which reaches it through this proxy.
    pub async fn through(&self, proxy: &Proxy) -> World {
        let options = (*self.db.connect_options()).clone();
        let options =
            options.host("127.0.0.1").port(proxy.addr().port()).ssl_mode(sqlx::postgres::PgSslMode::Disable);
        let pool = PgPoolOptions::new().max_connections(8).connect_with(options).await;
        World::on(pool.expect("the proxy passes on"), self.lots.clone()).await
    }

    async fn on(db: PgPool, lots: Vec<LotId>) -> World {
        let (stop, stopped) = watch::channel(false);
        // tests sweep by hand, so the service's own sweeper is told to stop at once
        stop.send_replace(true);
        let (service, running) =
            Service::start(db.clone(), Arc::new(|| ()), Signer::from_seed(&[7; 32]), stopped)
                .await
                .expect("the service starts");
        running.sweeper.abort();
        running.follower.abort();
        World { db, service, lots, stop }
    }

    /// The input of a sale of `count` fresh cars.
    pub async fn new_sale(&self, count: usize, ends_in_ms: i64) -> CreateSale {
        let mut vehicle_ids = Vec::new();
        for index in 0..count {
            vehicle_ids.push(self.hear_of_car(index).await);
        }
        let now = self.now();
        CreateSale {
            id: SaleId(Uuid::now_v7()),
            times: auction::SaleTimes {
                name: "周日专场".into(),
                opens_at: now.plus_ms(-1_000),
                first_end_at: now.plus_ms(ends_in_ms),
                stagger_ms: 0,
                window_ms: 1_000,
                cap_ms: 60_000,
            },
            below_reserve: BelowReserveMode::Full,
            deposit_bp: 0,
            gap_fen: Fen::ZERO,
            vehicle_ids,
            format: SaleFormat::Timed,
            buy_now_percent: None,
            audience: Audience::default(),
            follow_on: None,
            ladder: bidding::Ladder::standard(),
            reserve: auction::ReserveRules::default(),
            fine: auction::FinePrint::default(),
        }
    }

    async fn hear_of_car(&self, index: usize) -> VehicleId {
        let id = Uuid::now_v7();
        self.hear("VehiclePriced", id, 1, json!({
            "vehicle_id": id, "vin": format!("LUOCHUI00000000{index:02}"), "title": format!("测试车 {index}"),
            "make": "测试", "model": "一号", "model_year": 2021, "mileage_km": 30_000, "colour": "白", "city": "杭州",
            "grade": "B", "photo_ids": [], "guide_fen": 1_000_000_000, "start_fen": 5_000_000, "reserve_fen": 8_000_000,
            "report_hash": "ab".repeat(32), "seller_name": "测试卖方"
        }))
        .await;
        VehicleId(id)
    }

    /// Lets the auction's consumer handle an event, as its inbox would.
    pub async fn hear(&self, name: &str, aggregate: Uuid, seq: i64, data: Value) {
        self.hear_by("system:test", name, (aggregate, seq), data).await;
    }

    /// The same of an event that this person or system caused.
    pub async fn hear_by(&self, actor: &str, name: &str, (aggregate, seq): (Uuid, i64), data: Value) {
        let event = Envelope {
            id: Uuid::now_v7(),
            r#type: name.to_owned(),
            version: 1,
            occurred_at: self.now(),
            service: "test".into(),
            aggregate,
            aggregate_seq: seq,
            correlation_id: Uuid::now_v7(),
            causation_id: None,
            actor: actor.into(),
            data,
        };
        let mut conn = self.db.acquire().await.expect("a connection");
        self.service.consumer().handle(&mut conn, &event).await.expect("the event is handled");
    }

    /// Finance says how much this dealer has deposited.
    pub async fn deposit(&self, who: &Principal, yuan: i64) {
        self.deposit_changed(who, yuan, false, None).await;
    }

    pub async fn deposit_changed(&self, who: &Principal, yuan: i64, frozen: bool, applied: Option<LotId>) {
        let seat = who.dealer().expect("a dealer");
        let seq: i64 = sqlx::query_scalar("SELECT coalesce(max(heard_seq), 0) + 1 FROM buying_power")
            .fetch_one(&self.db)
            .await
            .expect("the deposits are read");
        let data = json!({ "dealer_id": seat.dealer_id, "deposit_fen": yuan * 100, "frozen": frozen, "applied_lot_id": applied });
        self.hear("DepositChanged", seat.dealer_id.0, seq, data).await;
    }

    /// Finance tells that part of the deposit was asked back; so much is left to bid with.
    pub async fn asks_back(&self, who: &Principal, left_yuan: i64, return_id: Uuid) {
        let seat = who.dealer().expect("a dealer");
        let seq: i64 = sqlx::query_scalar("SELECT coalesce(max(heard_seq), 0) + 1 FROM buying_power")
            .fetch_one(&self.db)
            .await
            .expect("the deposits are read");
        let data = json!({
            "dealer_id": seat.dealer_id, "deposit_fen": left_yuan * 100, "frozen": false,
            "applied_lot_id": null, "asked_return_id": return_id
        });
        self.hear("DepositChanged", seat.dealer_id.0, seq, data).await;
    }

    pub async fn name_dealer(&self, who: &Principal) {
        self.dealer_changed(who, "active", "").await;
    }

    /// The dealer is a store of this group.
    pub async fn group_dealer(&self, who: &Principal, group: &str) {
        self.dealer_changed(who, "active", group).await;
    }

    pub async fn suspend(&self, who: &Principal) {
        self.dealer_changed(who, "suspended", "").await;
    }

    /// Identity says that this person sits at his dealer, or does not any more.
    pub async fn sits(&self, who: &Principal, active: bool) {
        let (user_id, dealer_id) = (who.user_id, who.dealer().expect("a dealer").dealer_id);
        let data = json!({ "user_id": user_id, "dealer_id": dealer_id, "active": active });
        // two changes of one millisecond have an order all the same
        let seq = self.now().0 + i64::from(!active);
        self.hear("UserChanged", user_id.0, seq, data).await;
    }

    /// Identity says that strikes keep this dealer from bidding, until then or for good.
    pub async fn strike_out(&self, who: &Principal, until: Option<UnixMs>) {
        let seat = who.dealer().expect("a dealer");
        let data = json!({
            "dealer_id": seat.dealer_id, "name": seat.dealer_name, "status": "active", "group": "",
            "papers": "verified", "struck_out": true, "struck_until": until
        });
        self.hear("DealerChanged", seat.dealer_id.0, self.now().0, data).await;
        self.service.beat().await.expect("the dealers are read again");
    }

    /// Identity says whether this dealer's papers were verified.
    pub async fn papers(&self, who: &Principal, papers: &str) {
        let seat = who.dealer().expect("a dealer");
        let data = json!({
            "dealer_id": seat.dealer_id, "name": seat.dealer_name, "status": "active", "group": "",
            "papers": papers
        });
        self.hear("DealerChanged", seat.dealer_id.0, self.now().0, data).await;
        self.service.beat().await.expect("the dealers are read again");
    }

    async fn dealer_changed(&self, who: &Principal, status: &str, group: &str) {
        let seat = who.dealer().expect("a dealer");
        let seq = self.now().0;
        let data = json!({
            "dealer_id": seat.dealer_id, "name": seat.dealer_name, "status": status, "group": group
        });
        self.hear("DealerChanged", seat.dealer_id.0, seq, data).await;
        self.service.beat().await.expect("the dealers are read again");
    }

    pub fn now(&self) -> UnixMs {
        self.service.now()
    }

    pub async fn bid(&self, who: &Principal, lot: usize, key: Uuid, yuan: i64) -> Answered {
        self.bid_on(who, self.lots[lot], key, yuan).await
    }

    pub async fn bid_on(&self, who: &Principal, lot_id: LotId, key: Uuid, yuan: i64) -> Answered {
        // the bidders of most tests are sure
        let max_fen = Fen(yuan * 100);
        let confirmation = self.service.confirmation(who, (lot_id, key, max_fen)).ok();
        let bid = PlaceMax { key, lot_id, max_fen, confirmation, seen_report: None };
        self.service.place_max(who, bid).await.map_err(platform_db::CommandError::into_problem)
    }

    pub async fn bid_before_window(&self, who: &Principal, lot: usize, yuan: i64) -> Answered {
        self.bid(who, lot, Uuid::now_v7(), yuan).await
    }

    pub async fn log(&self, lot: usize) -> Vec<Line> {
        let rows = sqlx::query(
            "SELECT seq, key, command, price_fen, leader, actor, max_fen FROM lot_log WHERE lot_id = $1 ORDER BY seq",
        )
        .bind(self.lots[lot].0)
        .fetch_all(&self.db)
        .await
        .expect("the log is read");
        rows.iter()
            .map(|row| Line {
                seq: row.get("seq"),
                key: row.get("key"),
                command: row.get("command"),
                price_fen: row.get("price_fen"),
                leader: row.get("leader"),
                actor: row.get("actor"),
                max_fen: row.get("max_fen"),
            })
            .collect()
    }

    /// Numbers without a gap, a price that never falls, and the highest max in the lead.
    pub async fn assert_log_is_sound(&self, lot: usize) {
        assert_eq!(self.faults(lot).await, [] as [String; 0]);
    }

    /// What is wrong with a lot's log, in words.
    pub async fn faults(&self, lot: usize) -> Vec<String> {
        let mut faults = Vec::new();
        let numbered: Vec<Line> = self.log(lot).await.into_iter().filter(|line| line.seq.is_some()).collect();
        let numbers: Vec<i64> = numbered.iter().filter_map(|line| line.seq).collect();
        let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).expect("a small log")).collect();
        if numbers != expected {
            faults.push(format!("numbers with a gap, or one twice: {numbers:?}"));
        }
        let kept: i64 = sqlx::query_scalar("SELECT seq FROM lot WHERE id = $1")
            .bind(self.lots[lot].0)
            .fetch_one(&self.db)
            .await
            .expect("the lot is there");
        if numbers.last().copied().unwrap_or(0) != kept {
            faults.push(format!("the lot is at {kept}, its log at {:?}", numbers.last()));
        }
        let prices: Vec<i64> = numbered.iter().filter_map(|line| line.price_fen).collect();
        if !prices.is_sorted() {
            faults.push(format!("the price fell: {prices:?}"));
        }
        let mut best: Option<(i64, Uuid)> = None;
        for line in numbered.iter().filter(|line| line.command == "place_max") {
            let max = line.max_fen.expect("a bid has an amount");
            if best.is_none_or(|(highest, _)| max > highest) {
                best = Some((max, line.actor));
            }
        }
        let last = numbered.iter().rev().find(|line| line.command == "place_max");
        if last.and_then(|line| line.leader) != best.map(|(_, who)| who) {
            faults.push(format!("the highest, then the earliest, does not lead: {last:?}, not {best:?}"));
        }
        faults
    }

    pub async fn state(&self, lot: usize) -> LotState {
        let row = sqlx::query(
            "SELECT state || jsonb_build_object('terms', terms) AS state, ARRAY(SELECT dealer_id FROM lot_bidder WHERE lot_id = id ORDER BY alias) AS bidders
               FROM lot WHERE id = $1",
        )
        .bind(self.lots[lot].0)
        .fetch_one(&self.db)
        .await
        .expect("the lot is there");
        let mut state: LotState = serde_json::from_value(row.get("state")).expect("the state is readable");
        state.bidders = row.get::<Vec<Uuid>, _>("bidders").into_iter().map(DealerId).collect();
        state
    }

    pub async fn status(&self, lot: usize) -> LotStatus {
        self.state(lot).await.status
    }

    pub async fn end_at(&self, lot: usize) -> UnixMs {
        self.state(lot).await.end_at
    }

    /// Sweeps until every lot is closed; the ends are real, so this takes as long as they do.
    pub async fn until_closed(&self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while std::time::Instant::now() < deadline {
            self.service.sweep().await.expect("a sweep");
            let open: i64 = sqlx::query_scalar("SELECT count(*) FROM lot WHERE status <> 'closed'")
                .fetch_one(&self.db)
                .await
                .expect("the lots are counted");
            if open == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the lots did not close");
    }

    /// Writes down that nobody ran between these moments.
    pub async fn pretend_outage(&self, from: UnixMs, to: UnixMs) {
        sqlx::query("INSERT INTO outage (id, went_at, back_at) VALUES ($1, $2, $3)")
            .bind(Uuid::now_v7())
            .bind(platform_db::to_sql(from))
            .bind(platform_db::to_sql(to))
            .execute(&self.db)
            .await
            .expect("the outage is written");
    }

    /// The heartbeat stopped then.
    pub async fn last_sign_of_life(&self, at: UnixMs) {
        self.service.beat().await.expect("a sign of life");
        sqlx::query("UPDATE pulse SET alive_at = $1")
            .bind(platform_db::to_sql(at))
            .execute(&self.db)
            .await
            .expect("it is older now");
    }

    /// The steps of a Dutch lot began so much later (earlier, where that is negative).
    pub async fn shift_steps(&self, lot: usize, by_ms: i64) {
        let sql = "UPDATE lot SET opens_at = opens_at + make_interval(secs => $2::float8 / 1000),
                          state = jsonb_set(jsonb_set(state, '{steps,from}', to_jsonb((state #>> '{steps,from}')::bigint + $2)),
                                            '{steps_since}', to_jsonb((state #>> '{steps_since}')::bigint + $2))
                    WHERE id = $1";
        sqlx::query(sql)
            .bind(self.lots[lot].0)
            .bind(by_ms)
            .execute(&self.db)
            .await
            .expect("the steps are moved");
    }

    /// The data of the events of this type that wait in the outbox.
    pub async fn told(&self, name: &str) -> Vec<Value> {
        let envelopes: Vec<Value> =
            sqlx::query_scalar("SELECT envelope FROM outbox WHERE event_type = $1 ORDER BY position")
                .bind(name)
                .fetch_all(&self.db)
                .await
                .expect("the outbox is read");
        envelopes.into_iter().map(|envelope| envelope["data"].clone()).collect()
    }
}
