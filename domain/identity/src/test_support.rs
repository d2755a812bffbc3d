//! A small world for tests: a fresh database, a clock that stands still, people in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{DealerId, Lang, Principal, Problem, Role, Seat, UnixMs, UserId};
use platform_db::{Clock as _, CommandError, ManualClock, to_sql};
use serde_json::Value;
use tower_sessions_core::SessionStore as _;
use tower_sessions_core::session::{Id, Record};
use uuid::Uuid;

use crate::{
    ChangeDealer, ChooseStore, GiveStore, IDLE_MS, MakeToken, NewSeat, RegisterDealer, RegisterUser, Service,
    USER_ID,
};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "落槌有声 2026";

/// The group of [`World::group_of_two`].
pub(crate) const GROUP: &str = "嘉禾集团";

/// 2026-03-01 08:00 UTC.
const MORNING: UnixMs = UnixMs(1_772_352_000_000);

pub(crate) struct World {
    pub service: Service,
    pub clock: Arc<ManualClock>,
    staff: AtomicU32,
}

impl World {
    pub(crate) async fn new() -> World {
        let db = platform_testkit::fresh_database(&crate::MIGRATOR).await;
        let clock = ManualClock::at(MORNING);
        World { service: Service::new(db, clock.clone()), clock, staff: AtomicU32::new(0) }
    }

    pub(crate) fn now(&self) -> UnixMs {
        self.clock.now()
    }

    pub(crate) async fn dealer(&self, name: &str) -> DealerId {
        let input = RegisterDealer {
            key: Uuid::now_v7(),
            name: name.into(),
            city: "杭州".into(),
            phone: "15712341299".into(),
        };
        self.service.register_dealer(&root(), input).await.unwrap()
    }

    /// The owner of a new company.
    pub(crate) async fn dealer_user(&self, company: &str, login: &str) -> Principal {
        let dealer_id = self.dealer(company).await;
        self.person(login, NewSeat::Dealer { dealer_id, is_owner: true }).await
    }

    /// One more owner of that company.
    pub(crate) async fn owner_of(&self, dealer_id: DealerId, login: &str) -> Principal {
        self.person(login, NewSeat::Dealer { dealer_id, is_owner: true }).await
    }

    /// The owner of one store of a group, and another store of it.
    pub(crate) async fn group_of_two(&self) -> (Principal, DealerId) {
        let (who, other) = (self.dealer_user("一店", "yidian").await, self.dealer("二店").await);
        for dealer_id in [who.dealer().unwrap().dealer_id, other] {
            let key = Uuid::now_v7();
            let group = Some(GROUP.to_owned());
            let input = ChangeDealer { key, dealer_id: dealer_id.0, group, ..ChangeDealer::default() };
            self.service.change_dealer(&root(), input).await.unwrap();
        }
        (who, other)
    }

    /// The same, and the owner may act for the other store, whose users he does not manage.
    pub(crate) async fn group_of_two_given(&self) -> (Principal, DealerId) {
        let (who, other) = self.group_of_two().await;
        self.give(&who, other, false).await;
        (who, other)
    }

    /// This person may act for that store.
    pub(crate) async fn give(&self, who: &Principal, store_id: DealerId, keeps_users: bool) {
        let input = GiveStore { key: Uuid::now_v7(), user_id: who.user_id, store_id, keeps_users };
        self.service.give_store(&root(), input).await.unwrap();
    }

    /// This session acts for that store from now on.
    pub(crate) async fn choose(&self, who: &Principal, session: Id, store_id: DealerId) {
        let input = ChooseStore { key: Uuid::now_v7(), store_id };
        self.service.choose_store(who, session, input).await.unwrap();
    }

    pub(crate) async fn staff(&self, roles: &[Role]) -> Principal {
        let login = format!("staff{}", self.staff.fetch_add(1, Ordering::SeqCst));
        self.person(&login, NewSeat::Staff { roles: roles.to_vec() }).await
    }

    async fn person(&self, login: &str, seat: NewSeat) -> Principal {
        let input = RegisterUser {
            key: Uuid::now_v7(),
            login: login.into(),
            display_name: format!("{login}先生"),
            password: PASSWORD.into(),
            lang: Lang::Zh,
            seat,
        };
        let id = self.service.register_user(&root(), input).await.unwrap();
        self.service.principal_of(id).await.unwrap().unwrap().principal
    }

    /// A new session of this person.
    pub(crate) async fn session(&self, who: &Principal) -> Id {
        let mut record = Record {
            id: Id::default(),
            data: [(USER_ID.to_owned(), Value::from(who.user_id.to_string()))].into(),
            expiry_date: to_sql(self.now().plus_ms(IDLE_MS)),
        };
        self.service.session_store().create(&mut record).await.unwrap();
        record.id
    }

    /// The secret of a new token of this person.
    pub(crate) async fn token(&self, who: &Principal) -> String {
        let input = MakeToken { key: Uuid::now_v7(), name: "测试".into() };
        self.service.make_token(who, input).await.unwrap().secret
    }

    /// The envelopes of this type in the outbox, in order.
    pub(crate) async fn events(&self, event_type: &str) -> Vec<Value> {
        sqlx::query_scalar("SELECT envelope FROM outbox WHERE event_type = $1 ORDER BY position")
            .bind(event_type)
            .fetch_all(self.service.pool())
            .await
            .unwrap()
    }

    pub(crate) fn pair((field, code): (&str, &str)) -> (String, String) {
        (field.to_owned(), code.to_owned())
    }
}

/// Whoever sets the scene.
fn root() -> Principal {
    Principal {
        user_id: UserId(Uuid::nil()),
        display_name: "开张".into(),
        lang: Lang::Zh,
        seat: Seat::Staff { roles: vec![Role::Admin] },
    }
}

/// What a command was refused with.
pub(crate) fn problem<T: std::fmt::Debug>(result: Result<T, CommandError>) -> Problem {
    match result {
        Err(CommandError::Refused(problem)) => problem,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The refusal's code.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    problem(result).code
}

/// The refusal's fields and their codes.
pub(crate) fn fields<T: std::fmt::Debug>(result: Result<T, CommandError>) -> Vec<(String, String)> {
    problem(result).fields.into_iter().map(|field| (field.field, field.code)).collect()
}
