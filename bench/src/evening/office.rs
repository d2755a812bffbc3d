//! The office's evening: by the same forms that people use.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::{DealerId, Fen, LotId, VehicleId};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, ORIGIN};
use reqwest::redirect::Policy;
use sqlx::PgPool;
use uuid::Uuid;

use super::EveningArguments;
use super::cars::{Car, TICK_FEN};
use crate::seed::people;
use crate::socket::SESSION_COOKIE;
use crate::target::{Databases, Target};
use crate::{Result, fault};

/// The server takes 20 changes a second of one person: several people type.
const PEOPLE: usize = 8;
/// Who was too fast tries again after this.
const TOO_FAST: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(500);
/// Of the guide price, in percent.
const START_PERCENT: i64 = 70;
/// In turn: two of five are sold without a reserve, one asks for more than most would pay: a second person agrees to it.
const RESERVES_PERCENT: [Option<i64>; 5] = [None, None, Some(90), Some(100), Some(112)];
/// Above it, in percent of the guide price, a second person has to agree, unless a sale says otherwise.
const RESERVE_LIMIT_PERCENT: i64 = 110;
/// Of a lead's max, in percent.
const DEPOSIT_PERCENT: &str = "10";
/// Soft close moves an end by at most so many minutes.
const CAP_MINUTES: &str = "2";
/// What `datetime-local` fields are read in, unless the server is told another zone.
const ZONE_OFFSET_S: i64 = 8 * 3600;

/// A car that can be sold.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) vehicle_id: VehicleId,
    pub(super) guide_fen: Fen,
}

/// The people of the office, signed in.
pub(super) struct Office {
    client: reqwest::Client,
    target: Target,
    auction: PgPool,
    cookies: Vec<String>,
}

impl Office {
    /// Signs them in.
    pub(super) async fn open(target: &Target, databases: &Databases) -> Result<Office> {
        let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
        let mut cookies = Vec::with_capacity(PEOPLE);
        for _ in 0..PEOPLE {
            let session = people::seed_staff(databases).await?;
            cookies.push(format!("{SESSION_COOKIE}={session}"));
        }
        Ok(Office { client, target: target.clone(), auction: databases.auction.clone(), cookies })
    }

    /// Takes the cars in, inspects and prices them, and waits until the auction has heard of all.
    pub(super) async fn bring_in(&self, cars: &[Car], within: Duration) -> Result<Vec<Offer>> {
        let at_work = cars.iter().enumerate().map(|(number, car)| self.one(number, car));
        let offers: Vec<Offer> = stream::iter(at_work).buffered(PEOPLE).try_collect().await?;
        let ids: Vec<Uuid> = offers.iter().map(|offer| offer.vehicle_id.0).collect();
        let give_up_at = Instant::now() + within;
        loop {
            let heard: i64 = sqlx::query_scalar("SELECT count(*) FROM car WHERE vehicle_id = ANY($1)")
                .bind(&ids)
                .fetch_one(&self.auction)
                .await?;
            if heard.unsigned_abs() as usize == ids.len() {
                return Ok(offers);
            }
            if Instant::now() > give_up_at {
                return Err(fault(format!("the auction has heard of {heard} of {} cars", ids.len())));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn one(&self, number: usize, car: &Car) -> Result<Offer> {
        let id = Uuid::now_v7();
        let key = || ("key", Uuid::now_v7().to_string());
        // listings carry no VIN: the seller's own number tells the car
        let mut facts = vec![("key", id.to_string()), ("external_id", format!("evening-{id}"))];
        facts.extend(car.facts.iter().cloned());
        self.post(number, "/office/vehicles/new", &facts).await?;
        let page = format!("/office/vehicles/{id}");
        let score = ["95", "82", "74", "48"][number % 4].to_owned();
        self.post(number, &page, &[key(), ("form", "inspect".into()), ("score", score)]).await?;
        let yuan = |fen: i64| (fen / TICK_FEN * TICK_FEN / 100).to_string();
        let of_guide = |percent: i64| yuan(car.guide_fen.0 * percent / 100);
        let reserve = RESERVES_PERCENT[number % RESERVES_PERCENT.len()].map(of_guide).unwrap_or_default();
        let (guide, start) = (yuan(car.guide_fen.0), of_guide(START_PERCENT));
        // one of the reserves lies above the guide price, which the office is asked about
        let sure = ("reserve_confirmed", "yes".to_owned());
        let price =
            [key(), ("form", "price".into()), ("guide", guide), ("start", start), ("reserve", reserve), sure];
        self.post(number, &page, &price).await?;
        Ok(Offer { vehicle_id: VehicleId(id), guide_fen: car.guide_fen })
    }

    /// Takes the dealers' deposits, and waits until the auction has heard of all.
    pub(super) async fn receive_deposits(
        &self,
        deposits: &[(DealerId, Fen)],
        within: Duration,
    ) -> Result<()> {
        let at_work = deposits.iter().enumerate().map(|(number, (dealer_id, amount))| async move {
            let yuan = (amount.0 / 100).to_string();
            let reference = format!("晚场 {number}");
            let form = [
                ("key", Uuid::now_v7().to_string()),
                ("form", "receive".to_owned()),
                ("amount", yuan),
                ("reference", reference),
            ];
            self.post(number, &format!("/office/deposits/{dealer_id}"), &form).await
        });
        stream::iter(at_work).buffered(PEOPLE).try_collect::<Vec<()>>().await?;
        let ids: Vec<Uuid> = deposits.iter().map(|(dealer_id, _)| dealer_id.0).collect();
        let give_up_at = Instant::now() + within;
        loop {
            let heard: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM buying_power WHERE dealer_id = ANY($1) AND heard_seq > 0",
            )
            .bind(&ids)
            .fetch_one(&self.auction)
            .await?;
            if heard.unsigned_abs() as usize == ids.len() {
                return Ok(());
            }
            if Instant::now() > give_up_at {
                return Err(fault(format!("the auction has heard of {heard} of {} deposits", ids.len())));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Makes the sale; its lots in the order of the cars.
    pub(super) async fn make_sale(
        &self,
        offers: &[Offer],
        arguments: &EveningArguments,
    ) -> Result<Vec<LotId>> {
        let sale_id = Uuid::now_v7();
        let local = |ahead_s: i64| async move {
            sqlx::query_scalar::<_, String>(
                "SELECT to_char((now() AT TIME ZONE 'UTC') + make_interval(secs => $1), 'YYYY-MM-DD\"T\"HH24:MI:SS')",
            )
            .bind((ahead_s + ZONE_OFFSET_S) as f64)
            .fetch_one(&self.auction)
            .await
        };
        let mut form = vec![
            ("key", sale_id.to_string()),
            ("name", format!("晚场 {}", &sale_id.to_string()[..8])),
            ("opens_at", local(-1).await?),
            ("first_end_at", local(i64::from(arguments.browsing)).await?),
            ("stagger", arguments.stagger.to_string()),
            ("window", arguments.window.to_string()),
            ("cap", CAP_MINUTES.to_owned()),
            ("below_reserve", "stepped".to_owned()),
            ("deposit", DEPOSIT_PERCENT.to_owned()),
        ];
        form.extend(offers.iter().map(|offer| ("vehicle_id", offer.vehicle_id.to_string())));
        self.post(0, "/office/sales/new", &form).await?;
        let lots: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM lot WHERE sale_id = $1 ORDER BY lot_no")
            .bind(sale_id)
            .fetch_all(&self.auction)
            .await?;
        if lots.len() != offers.len() {
            return Err(fault(format!("the sale has {} lots for {} cars", lots.len(), offers.len())));
        }
        self.agree(&lots).await?;
        Ok(lots.into_iter().map(LotId).collect())
    }

    /// Agrees to the reserves far above the guide price: another person than who has priced the car.
    async fn agree(&self, lots: &[Uuid]) -> Result<()> {
        let is_high = |number: &usize| {
            RESERVES_PERCENT[number % RESERVES_PERCENT.len()]
                .is_some_and(|percent| percent > RESERVE_LIMIT_PERCENT)
        };
        let at_work = lots.iter().enumerate().filter(|(number, _)| is_high(number)).map(
            |(number, lot_id)| async move {
                let form = [("key", Uuid::now_v7().to_string()), ("note", "卖方说明".to_owned())];
                self.post(number + 1, &format!("/office/lots/{lot_id}/reserve-approval/approve"), &form).await
            },
        );
        stream::iter(at_work).buffered(PEOPLE).try_collect().await
    }

    /// Posts a form as one of the people, and again where they were too fast.
    async fn post(&self, person: usize, path: &str, form: &[(&str, String)]) -> Result<()> {
        let url = format!("{}{path}", self.target.origin);
        let cookie = Arc::new(self.cookies[person % self.cookies.len()].clone());
        loop {
            let request = self.client.post(&url).header(ORIGIN, &self.target.origin);
            let answer = request.header(COOKIE, cookie.as_str()).form(form).send().await?;
            match answer.status() {
                StatusCode::SEE_OTHER => return Ok(()),
                StatusCode::TOO_MANY_REQUESTS => tokio::time::sleep(TOO_FAST).await,
                status => {
                    let text = answer.text().await.unwrap_or_default();
                    return Err(fault(format!("{path} was answered {status}: {}", problems(&text))));
                }
            }
        }
    }
}

/// The names of the fields that a page marks as wrong.
fn problems(html: &str) -> String {
    let tags = html.split('<').filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
    let named = |tag: &str| Some(tag.split_once(" name=\"")?.1.split_once('"')?.0.to_owned());
    let wrong: Vec<String> =
        tags.filter(|tag| tag.contains("aria-invalid=\"true\"")).filter_map(named).collect();
    format!("wrong fields: {}", wrong.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_fields_are_named() {
        let html = r#"<p><input name="vin" aria-invalid="true"><input name="make"><select aria-invalid="true" name="city">"#;
        assert_eq!(problems(html), "wrong fields: vin, city");
    }
}
