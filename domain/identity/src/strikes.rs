//! Strikes (违约记录): a company that does not stand by what it bought is warned, then suspended, then barred for good.
//!
//! A strike stays in the record. One that was wrong is lifted, by another person than who gave it, and stays there as well.

use kernel::{DealerId, Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::events::{Occasion, StrikesChanged, tell};
use crate::field::Fields;
use crate::register_dealer::event_of;
use crate::store::dealers::{self, Dealer};
use crate::store::strikes as rows;
use crate::trail::{NewLine, key_used};
use crate::{Service, permit, store};

/// Strikes further back than this before the newest one count no more.
const COUNTS_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// So long the second strike suspends.
const SUSPENDS_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// From so many strikes on a company is barred for good.
const BARS_FROM: usize = 3;
/// The refusal of a strike whose consequences were not seen yet.
pub const STRIKE_CONFIRM: &str = "STRIKE_CONFIRM";

/// What the company did not stand by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrikeReason {
    /// 超时支付
    Unpaid,
    /// 过户超时
    LateTransfer,
    /// 其他
    Other,
}

impl StrikeReason {
    /// All of them, in the order in which forms show them.
    pub const ALL: [StrikeReason; 3] =
        [StrikeReason::Unpaid, StrikeReason::LateTransfer, StrikeReason::Other];

    /// The name in the database, in forms and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            StrikeReason::Unpaid => "unpaid",
            StrikeReason::LateTransfer => "late_transfer",
            StrikeReason::Other => "other",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<StrikeReason> {
        StrikeReason::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What a company's strikes mean for its bidding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrikeBar {
    /// No strike counts.
    None,
    /// The first: it may bid.
    Warned,
    /// The second: it may not until then.
    Until(UnixMs),
    /// The third: it may not, until one is lifted.
    ForGood,
}

impl StrikeBar {
    /// Whether it keeps the company from bidding at this moment.
    pub fn bars(self, now: UnixMs) -> bool {
        match self {
            StrikeBar::None | StrikeBar::Warned => false,
            StrikeBar::Until(until) => now < until,
            StrikeBar::ForGood => true,
        }
    }
}

/// The ladder: what strikes given at these times, the oldest first, mean. Lifted ones are not among them.
pub(crate) fn ladder(given_at: &[UnixMs]) -> StrikeBar {
    let Some(newest) = given_at.last().copied() else { return StrikeBar::None };
    match given_at.iter().filter(|at| newest.since(**at) <= COUNTS_MS).count() {
        0 | 1 => StrikeBar::Warned,
        count if count < BARS_FROM => StrikeBar::Until(newest.plus_ms(SUSPENDS_MS)),
        _ => StrikeBar::ForGood,
    }
}

/// A strike of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// Its number.
    pub id: Uuid,
    /// What for.
    pub reason: StrikeReason,
    /// What happened, for staff.
    pub note: String,
    /// Who gave it.
    pub given_by_name: String,
    /// When.
    pub given_at: UnixMs,
    /// Who lifted it, when and why.
    pub lifted: Option<Lifted>,
}

/// How a strike was lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// By whom.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
    /// Why.
    pub why: String,
}

/// A company gets a strike.
#[derive(Clone, Debug)]
pub struct GiveStrike {
    /// The command's id, which becomes the strike's.
    pub key: Uuid,
    /// The company.
    pub dealer_id: DealerId,
    /// What for.
    pub reason: StrikeReason,
    /// What happened.
    pub note: String,
    /// Which strike it is among those that count, as who gives it was shown; none: not shown yet. What a strike brings about
    /// cannot be undone, so nobody gives one without having seen it.
    pub confirmed: Option<u32>,
}

/// What a strike would be, before it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrikeOutlook {
    /// Which it would be among those that count.
    pub number: u32,
    /// What the company's strikes would mean from then on.
    pub bar: StrikeBar,
}

impl StrikeOutlook {
    /// Of a strike given now, after these, the oldest first.
    fn of(standing: &[UnixMs], now: UnixMs) -> StrikeOutlook {
        let with_it: Vec<UnixMs> = standing.iter().copied().chain([now]).collect();
        let counting = with_it.iter().filter(|at| now.since(**at) <= COUNTS_MS).count();
        StrikeOutlook { number: u32::try_from(counting).unwrap_or(u32::MAX), bar: ladder(&with_it) }
    }
}

/// A strike was wrong.
#[derive(Clone, Debug)]
pub struct LiftStrike {
    /// The command's id.
    pub key: Uuid,
    /// The company.
    pub dealer_id: DealerId,
    /// The strike.
    pub strike_id: Uuid,
    /// Why it is lifted.
    pub why: String,
}

impl Service {
    /// Gives a strike; the auction hears at once what it means, and the company is told. Sales and finance do.
    ///
    /// # Errors
    /// `STRIKE_CONFIRM` where what it brings about was not seen, or is another by now. `NOT_FOUND`,
    /// `FORBIDDEN`, `INVALID_FIELDS`, `KEY_USED`.
    pub async fn give_strike(&self, who: &Principal, input: GiveStrike) -> Result<(), CommandError> {
        may(who, input.dealer_id)?;
        let mut fields = Fields::default();
        let note = fields.text("note", &input.note, 2, 200);
        fields.done()?;
        let asked = json!({ "reason": input.reason.name() });
        let mut tx = self.db.begin().await?;
        let dealer = dealers::lock(&mut tx, input.dealer_id.0).await?.ok_or_else(Problem::not_found)?;
        if repeats(&mut tx, (input.key, dealer.id), "strike_given", &asked).await? {
            return Ok(());
        }
        let outlook = StrikeOutlook::of(&rows::standing(&mut tx, dealer.id).await?, self.clock.now());
        if input.confirmed != Some(outlook.number) {
            return Err(Problem::new(ProblemKind::Conflict, STRIKE_CONFIRM).into());
        }
        let strike =
            rows::NewStrike { id: input.key, dealer_id: dealer.id, reason: input.reason, note: &note };
        rows::insert(&mut tx, &strike, who, self.clock.now()).await?;
        let change =
            Change { key: input.key, what: "strike_given", why: note.clone(), asked, reason: input.reason };
        self.counted(&mut tx, who, dealer, change).await?;
        tx.commit().await?;
        tracing::info!(dealer.id = %input.dealer_id, reason = input.reason.name(), "strike given");
        Ok(())
    }

    /// Lifts a strike; it stays in the record, with who lifted it and why.
    ///
    /// # Errors
    /// As [`Service::give_strike`], and `ANOTHER_PERSON_NEEDED` for who gave it, `STRIKE_LIFTED` for one that is lifted already.
    pub async fn lift_strike(&self, who: &Principal, input: LiftStrike) -> Result<(), CommandError> {
        may(who, input.dealer_id)?;
        let mut fields = Fields::default();
        let why = fields.text("why", &input.why, 2, 200);
        fields.done()?;
        let asked = json!({ "strike_id": input.strike_id });
        let mut tx = self.db.begin().await?;
        let dealer = dealers::lock(&mut tx, input.dealer_id.0).await?.ok_or_else(Problem::not_found)?;
        if repeats(&mut tx, (input.key, dealer.id), "strike_lifted", &asked).await? {
            return Ok(());
        }
        let (given_by, is_lifted, reason) =
            rows::find(&mut tx, dealer.id, input.strike_id).await?.ok_or_else(Problem::not_found)?;
        if is_lifted {
            return Err(Problem::new(ProblemKind::Conflict, "STRIKE_LIFTED").into());
        }
        if given_by == who.user_id.0 {
            return Err(Problem::new(ProblemKind::Forbidden, "ANOTHER_PERSON_NEEDED").into());
        }
        rows::lift(&mut tx, input.strike_id, who, self.clock.now(), &why).await?;
        let change = Change { key: input.key, what: "strike_lifted", why, asked, reason };
        self.counted(&mut tx, who, dealer, change).await?;
        tx.commit().await?;
        tracing::info!(dealer.id = %input.dealer_id, strike.id = %input.strike_id, "strike lifted");
        Ok(())
    }

    /// The company's strikes mean what they mean from now on; its trail and the others are told.
    async fn counted(
        &self,
        conn: &mut PgConnection,
        who: &Principal,
        mut dealer: Dealer,
        change: Change,
    ) -> Result<(), CommandError> {
        let at = self.clock.now();
        dealer.strikes = ladder(&rows::standing(conn, dealer.id).await?);
        // what the auction is to know, and what the company is to be told
        dealer.event_seq += 2;
        dealers::update(conn, &dealer, None).await?;
        let line = NewLine {
            id: change.key,
            of: dealer.id,
            what: change.what,
            who,
            at,
            why: Some(&change.why),
            data: json!({ "asked": change.asked }),
        };
        store::trail::add_to_dealer(conn, line).await?;
        let occasion = Occasion { who, at, key: change.key, aggregate: dealer.id, seq: dealer.event_seq - 1 };
        let changed = event_of(&dealer);
        tell(conn, &changed, occasion).await?;
        let news = StrikesChanged {
            dealer_id: changed.dealer_id,
            users: store::users::active_of_dealer(conn, dealer.id).await?,
            what: change.what.to_owned(),
            reason: change.reason.name().to_owned(),
            struck_out: changed.struck_out,
            struck_until: changed.struck_until,
        };
        let occasion = Occasion { who, at, key: change.key, aggregate: dealer.id, seq: dealer.event_seq };
        Ok(tell(conn, &news, occasion).await?)
    }

    /// What a strike given to this company now would bring about. Sales and finance ask.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN`.
    pub async fn strike_outlook(
        &self,
        who: &Principal,
        dealer_id: DealerId,
    ) -> Result<StrikeOutlook, CommandError> {
        may(who, dealer_id)?;
        let mut conn = self.db.acquire().await?;
        Ok(StrikeOutlook::of(&rows::standing(&mut conn, dealer_id.0).await?, self.clock.now()))
    }
}

/// What the trail says of a change of the strikes.
struct Change {
    key: Uuid,
    what: &'static str,
    why: String,
    asked: Value,
    reason: StrikeReason,
}

fn may(who: &Principal, dealer_id: DealerId) -> Result<(), Problem> {
    match (permit::gives_strikes(who), permit::sees_dealer(who, dealer_id)) {
        (true, _) => Ok(()),
        (false, true) => Err(permit::forbidden()),
        (false, false) => Err(Problem::not_found()),
    }
}

/// Whether the command was carried out already. Its id may not stand for another one.
async fn repeats(
    conn: &mut PgConnection,
    (key, dealer_id): (Uuid, Uuid),
    what: &str,
    asked: &Value,
) -> Result<bool, CommandError> {
    match store::trail::known_of_dealer(conn, key).await? {
        None => Ok(false),
        Some(line) if line.repeats(dealer_id, what) && line.data["asked"] == *asked => Ok(true),
        Some(_) => Err(key_used().into()),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::*;
    use crate::ChangeDealer;
    use crate::test_support::{World, code, fields};

    const DAY: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn the_ladder_warns_suspends_and_bars() {
        let days = |days: &[i64]| ladder(&days.iter().map(|day| UnixMs(day * DAY)).collect::<Vec<_>>());
        assert_eq!(days(&[]), StrikeBar::None);
        assert_eq!(days(&[1]), StrikeBar::Warned);
        assert_eq!(days(&[1, 10]), StrikeBar::Until(UnixMs(40 * DAY)));
        assert_eq!(days(&[1, 10, 11]), StrikeBar::ForGood);
        assert_eq!(days(&[1, 367]), StrikeBar::Warned, "what is a year old counts no more");
        assert_eq!(days(&[1, 366]), StrikeBar::Until(UnixMs(396 * DAY)), "to the day it does");
        assert!(StrikeBar::Until(UnixMs(5)).bars(UnixMs(4)) && !StrikeBar::Until(UnixMs(5)).bars(UnixMs(5)));
    }

    fn give(dealer_id: DealerId) -> GiveStrike {
        let note = "拍品 12 逾期三日未付款".to_owned();
        GiveStrike { key: Uuid::now_v7(), dealer_id, reason: StrikeReason::Unpaid, note, confirmed: Some(1) }
    }

    fn lift(dealer_id: DealerId, strike_id: Uuid) -> LiftStrike {
        LiftStrike { key: Uuid::now_v7(), dealer_id, strike_id, why: "银行延误，已核实".to_owned() }
    }

    #[tokio::test]
    async fn strikes_are_counted_told_and_lifted_by_another_person() {
        let world = World::new().await;
        let (sales, finance) = (world.staff(&[Role::Sales]).await, world.staff(&[Role::Finance]).await);
        let dealer_id = world.dealer("远行二手车").await;
        let (first, second) = (give(dealer_id), GiveStrike { confirmed: Some(2), ..give(dealer_id) });
        world.service.give_strike(&sales, first.clone()).await.unwrap();
        world.service.give_strike(&sales, first.clone()).await.unwrap();
        let warned = world.service.dealer(&sales, dealer_id).await.unwrap();
        assert_eq!(
            (warned.strikes.len(), warned.row.strike_bar),
            (1, StrikeBar::Warned),
            "a repeat gives no second"
        );

        world.clock.advance(DAY);
        world.service.give_strike(&finance, second.clone()).await.unwrap();
        let until = world.now().plus_ms(SUSPENDS_MS);
        let told = world.events("DealerChanged").await.pop().unwrap();
        assert_eq!(told["data"]["struck_out"], true);
        assert_eq!(told["data"]["struck_until"].as_i64(), Some(until.0));
        let rename = ChangeDealer {
            key: Uuid::now_v7(),
            dealer_id: dealer_id.0,
            name: Some("远行二手车行".into()),
            ..ChangeDealer::default()
        };
        world.service.change_dealer(&sales, rename).await.unwrap();
        let told = world.events("DealerChanged").await.pop().unwrap();
        assert_eq!(told["data"]["struck_until"].as_i64(), Some(until.0), "another change forgets no strike");

        let own = world.service.lift_strike(&finance, lift(dealer_id, second.key)).await;
        assert_eq!(code(own), "ANOTHER_PERSON_NEEDED");
        let lifting = lift(dealer_id, second.key);
        world.service.lift_strike(&sales, lifting.clone()).await.unwrap();
        world.service.lift_strike(&sales, lifting).await.unwrap();
        assert_eq!(
            code(world.service.lift_strike(&sales, lift(dealer_id, second.key)).await),
            "STRIKE_LIFTED"
        );
        let detail = world.service.dealer(&sales, dealer_id).await.unwrap();
        assert_eq!(
            (detail.strikes.len(), detail.row.strike_bar),
            (2, StrikeBar::Warned),
            "it stays in the record"
        );
        assert_eq!(detail.strikes[0].lifted.as_ref().unwrap().by_name, sales.display_name);
        assert_eq!(world.events("DealerChanged").await.pop().unwrap()["data"]["struck_out"], false);
        assert_eq!(detail.trail[0].what, "strike_lifted");
    }

    #[tokio::test]
    async fn nobody_gives_a_strike_without_having_seen_what_it_brings_about() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let owner = world.dealer_user("远行二手车", "yuanxing").await;
        let dealer_id = owner.dealer().unwrap().dealer_id;
        let outlook = async || {
            let outlook = world.service.strike_outlook(&sales, dealer_id).await.unwrap();
            (outlook.number, outlook.bar)
        };
        assert_eq!(outlook().await, (1, StrikeBar::Warned));
        let unseen = GiveStrike { confirmed: None, ..give(dealer_id) };
        assert_eq!(code(world.service.give_strike(&sales, unseen).await), STRIKE_CONFIRM);
        world.service.give_strike(&sales, give(dealer_id)).await.unwrap();
        assert_eq!(outlook().await, (2, StrikeBar::Until(world.now().plus_ms(SUSPENDS_MS))));
        // somebody else was faster: what was seen is not what would happen
        assert_eq!(code(world.service.give_strike(&sales, give(dealer_id)).await), STRIKE_CONFIRM);
        assert_eq!(code(world.service.strike_outlook(&owner, dealer_id).await.map(|_| ())), "FORBIDDEN");

        let told = world.events("StrikesChanged").await;
        assert_eq!(told.len(), 1, "refused ones are not told");
        assert_eq!(told[0]["data"]["users"], json!([owner.user_id]));
        let told = &told[0]["data"];
        assert_eq!((&told["what"], &told["struck_out"]), (&json!("strike_given"), &json!(false)));
        world.clock.advance(366 * DAY);
        assert_eq!(outlook().await, (1, StrikeBar::Warned), "what is a year old counts no more");
    }

    #[tokio::test]
    async fn a_strike_says_why_and_nobody_rewrites_it() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let owner = world.dealer_user("远行二手车", "yuanxing").await;
        let dealer_id = owner.dealer().unwrap().dealer_id;
        let silent = GiveStrike { note: " ".into(), ..give(dealer_id) };
        let refused = fields(world.service.give_strike(&sales, silent).await);
        assert_eq!(refused, [World::pair(("note", "REQUIRED"))]);
        assert_eq!(code(world.service.give_strike(&owner, give(dealer_id)).await), "FORBIDDEN");
        let pricing = world.staff(&[Role::Pricing]).await;
        assert_eq!(code(world.service.give_strike(&pricing, give(dealer_id)).await), "FORBIDDEN");
        let strike = give(dealer_id);
        world.service.give_strike(&sales, strike.clone()).await.unwrap();
        let own = world.service.dealer(&owner, dealer_id).await.unwrap();
        assert_eq!((own.strikes.len(), own.strikes[0].note.as_str()), (1, ""), "the note is staff's");
        for sql in ["DELETE FROM strikes", "UPDATE strikes SET note = '另一回事'"] {
            let error = sqlx::query(sql).execute(world.service.pool()).await.unwrap_err();
            assert_eq!(platform_db::constraint(&error), Some("strikes_are_kept"), "{sql}");
        }
        let other = world.dealer("恒信车业").await;
        assert_eq!(code(world.service.lift_strike(&sales, lift(other, strike.key)).await), "NOT_FOUND");
    }
}
