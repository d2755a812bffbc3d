//! The demo: people, cars and sales made up for a first look, loaded once into empty databases.
//!
//! It goes through the same commands as everybody's work, so what it leaves is what work leaves: trails, reports,
//! prices, bids.

mod cars;
mod picture;

use auction::{
    Audience, BelowReserveMode, CreateSale, DEPOSIT_BP, LinkSeller, PlaceMax, SaleFormat, SaleTimes,
};
use bidding::LaneTimes;
use finance::MoveDeposit;
use identity::{DemoPeople, demo_dealer_id};
use kernel::{
    CheckDigit, Fen, Lang, LotId, Principal, Role, SaleId, Seat, UnixMs, UserId, VehicleId, Vin, event_id_for,
};
use platform_db::{CommandError, to_sql};
use uuid::Uuid;
use vehicle::{
    AddPhoto, Damage, Facts, Findings, InspectVehicle, MOVES, Measures, PANELS, PAPERS, Papers, Price,
    PriceVehicle, ReceiveVehicle, SETTLED_BY, TICK, VehicleFilter, WHEELS, grade_of,
};

use self::cars::{CARS, DemoCar};
use crate::state::AppState;

/// Everybody's password in the demo.
pub const PASSWORD: &str = "luochui";

/// ¥200,000: two million in leads.
const DEPOSIT: Fen = Fen(20_000_000);

/// The group whose cars are sold.
const SELLER: &str = "落槌演示集团";
/// One of the dealers sells too: these cars are his.
const DEALERS_SELLER: &str = "恒信名车";
const DEALERS_CARS: [usize; 4] = [9, 16, 17, 24];

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// How many cars go into the sale that closes soon, the one of today, the lane, and the one that opens tomorrow; the rest
/// stay priced, for a sale of one's own.
const SOON: usize = 10;
const TODAY: usize = 8;
const LANE: usize = 4;
const TOMORROW: usize = 4;

/// Far longer than on a real lane: somebody who looks around should still find a car on the block.
const LANE_LOT_MS: i64 = 10 * MINUTE_MS;

/// Whether nobody has worked with this server yet.
pub async fn is_empty(state: &AppState) -> Result<bool, CommandError> {
    let everybody = VehicleFilter { per_page: 1, ..VehicleFilter::default() };
    let cars = state.services.vehicle.list_vehicles(&maker(), &everybody).await?;
    let (sales, _) = state.services.auction.sales(&maker(), false, 1).await?;
    Ok(cars.total == 0 && sales == 0)
}

/// Loads it: about thirty cars, four sales, a few bids.
pub async fn load(state: &AppState) -> Result<DemoPeople, CommandError> {
    let people = state.services.identity.ensure_demo_people(PASSWORD).await?;
    let mut vehicle_ids = Vec::with_capacity(CARS.len());
    for (index, car) in CARS.iter().enumerate() {
        vehicle_ids.push(bring_in(state, index, car).await?);
    }
    // the auction offers what it has heard of
    state.bus.drain().await?;
    let seller = LinkSeller {
        key: event_id_for(demo_dealer_id("hengxin").0, "demo.seller"),
        seller_name: DEALERS_SELLER.to_owned(),
        dealer_id: demo_dealer_id("hengxin"),
    };
    state.services.auction.link_seller(&maker(), seller).await?;
    let sales = sales(state.services.auction.now(), &vehicle_ids);
    let bid_on: Vec<(SaleId, usize)> = sales.iter().map(|(sale, bids)| (sale.id, *bids)).collect();
    for (sale, _) in sales {
        state.services.auction.create_sale(&maker(), sale).await?;
    }
    state.services.auction.sweep().await?;
    deposits(state, &people).await?;
    first_bids(state, &people, &bid_on).await?;
    state.bus.drain().await?;
    Ok(people)
}

/// The sales, each with how many of its first lots somebody has bid on.
fn sales(now: UnixMs, vehicle_ids: &[VehicleId]) -> Vec<(CreateSale, usize)> {
    let (soon, rest) = vehicle_ids.split_at(SOON);
    let (today, rest) = rest.split_at(TODAY);
    let (lane, rest) = rest.split_at(LANE);
    let (tomorrow, _) = rest.split_at(TOMORROW);
    let sale = |name: &str, opens_in_ms: i64, ends_in_ms: i64, cars: &[VehicleId]| CreateSale {
        id: SaleId(event_id_for(Uuid::NAMESPACE_DNS, &format!("demo.{name}"))),
        times: SaleTimes {
            name: name.to_owned(),
            opens_at: now.plus_ms(opens_in_ms),
            first_end_at: now.plus_ms(ends_in_ms),
            stagger_ms: MINUTE_MS,
            window_ms: MINUTE_MS,
            cap_ms: HOUR_MS,
        },
        below_reserve: BelowReserveMode::Full,
        deposit_bp: DEPOSIT_BP,
        gap_fen: Fen::ZERO,
        vehicle_ids: cars.to_vec(),
        format: SaleFormat::Timed,
        buy_now_percent: Some(110),
        audience: Audience::default(),
        follow_on: None,
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    let mut quick = sale("今晚专场", -MINUTE_MS, 6 * MINUTE_MS, soon);
    quick.times.stagger_ms = 2 * MINUTE_MS;
    let mut lane = CreateSale {
        buy_now_percent: None,
        format: SaleFormat::Lane(LaneTimes { lot_ms: LANE_LOT_MS }),
        ..sale("同步拍专场", -MINUTE_MS, LANE_LOT_MS, lane)
    };
    lane.times.window_ms = 12_000;
    let day = sale("集团置换车专场", -MINUTE_MS, 8 * HOUR_MS, today);
    let next = sale("明日精品车专场", 24 * HOUR_MS, 26 * HOUR_MS, tomorrow);
    vec![(quick, 3), (lane, 1), (day, 5), (next, 0)]
}

/// Every dealer has left enough to bid on several cars at once.
async fn deposits(state: &AppState, people: &DemoPeople) -> Result<(), CommandError> {
    for person in &people.dealers {
        let Some(seat) = person.principal.dealer() else { continue };
        let deposit = MoveDeposit {
            key: event_id_for(seat.dealer_id.0, "demo.deposit"),
            dealer_id: seat.dealer_id,
            dealer_name: seat.dealer_name.clone(),
            amount_fen: DEPOSIT,
            reference: "演示到账".to_owned(),
        };
        state.services.finance.receive_deposit(&maker(), deposit).await?;
    }
    state.bus.drain().await?;
    Ok(())
}

/// Somebody else has bid already: a hall without a price is no hall.
async fn first_bids(
    state: &AppState,
    people: &DemoPeople,
    sales: &[(SaleId, usize)],
) -> Result<(), CommandError> {
    let Some(rival) = people.dealers.iter().find(|person| person.login == "hengxin") else { return Ok(()) };
    for (sale_id, count) in sales {
        for index in 0..*count {
            let lot_id = LotId(event_id_for(sale_id.0, &format!("lot:{index}")));
            let lot = state.services.auction.lot(&rival.principal, lot_id).await?.lot;
            let key = event_id_for(lot_id.0, "demo.bid");
            let max_fen = Fen(lot.start_fen.0 + TICK.0 * 10 * i64::try_from(index).unwrap_or_default());
            let confirmation =
                state.services.auction.confirmation(&rival.principal, (lot_id, key, max_fen))?;
            let bid = PlaceMax { key, lot_id, max_fen, confirmation: Some(confirmation), seen_report: None };
            state.services.auction.place_max(&rival.principal, bid).await?;
        }
    }
    Ok(())
}

async fn bring_in(state: &AppState, index: usize, car: &DemoCar) -> Result<VehicleId, CommandError> {
    let id = VehicleId(event_id_for(Uuid::NAMESPACE_DNS, &format!("demo.car.{index}")));
    let who = maker();
    let vehicles = &state.services.vehicle;
    let received = ReceiveVehicle { id, facts: facts(index, car), external_id: None, vin_confirmed: true };
    vehicles.receive_vehicle(&who, received).await?;
    photograph(state, id, car).await?;
    let damage = |(part, kind, severity): &(&str, &str, u8)| Damage {
        part: (*part).to_owned(),
        kind: (*kind).to_owned(),
        severity: *severity,
        note: String::new(),
    };
    let findings = Findings {
        grade: grade_of(car.score).to_owned(),
        damages: car.damages.iter().map(damage).collect(),
        measures: measures(index, car),
        papers: papers(index, state.services.auction.now()),
        notes: car.notes.to_owned(),
    };
    let report = InspectVehicle { id: event_id_for(id.0, "demo.report"), vehicle_id: id, findings };
    vehicles.inspect_vehicle(&who, report).await?;
    let guide = Fen(car.guide_wan_x100 * 10_000);
    let of_guide = |percent: i64| Fen(guide.0 * percent / 100 / TICK.0 * TICK.0);
    let price = Price {
        guide_fen: guide,
        start_fen: of_guide(70),
        reserve_fen: car.has_reserve.then(|| of_guide(88)),
    };
    let priced = PriceVehicle {
        id: event_id_for(id.0, "demo.price"),
        vehicle_id: id,
        price,
        reason: String::new(),
        reserve_confirmed: false,
    };
    vehicles.price_vehicle(&who, priced).await?;
    Ok(id)
}

/// Its picture, as an inspector uploads one.
async fn photograph(state: &AppState, vehicle_id: VehicleId, car: &DemoCar) -> Result<(), CommandError> {
    let drawn = picture::draw(car.body, car.colour);
    let bytes = drawn.map_err(|error| CommandError::Inconsistent(format!("a demo picture: {error}")))?;
    let id = event_id_for(vehicle_id.0, "demo.photo");
    state.services.vehicle.add_photo(&maker(), AddPhoto { id, vehicle_id, bytes: bytes.into() }).await
}

/// Readings that go with the damages: what was painted again has more paint, older cars have less tread.
fn measures(index: usize, car: &DemoCar) -> Measures {
    let spread =
        |place: usize, span: usize| u16::try_from((index * 7 + place * 5) % span).unwrap_or_default();
    let worn = u16::try_from(car.mileage_km / 3_000).unwrap_or_default();
    let treads = WHEELS.iter().enumerate();
    let treads = treads.map(|(place, (wheel, _))| {
        ((*wheel).to_owned(), (72 + spread(place, 6)).saturating_sub(worn).max(14))
    });
    let painted = |panel: &str| {
        car.damages.iter().any(|(part, kind, _)| *part == panel && matches!(*kind, "repainted" | "dent"))
    };
    let paint = PANELS.iter().enumerate();
    let paint = paint.map(|(place, (panel, _))| {
        let again = if painted(panel) { 140 } else { 0 };
        ((*panel).to_owned(), 102 + spread(place, 31) + again)
    });
    let codes = if index % 9 == 4 { vec!["P0420".to_owned()] } else { Vec::new() };
    let battery = if car.fuel == "纯电动" { battery(index, car) } else { Vec::new() };
    Measures {
        score: Some(car.score),
        treads: treads.collect(),
        paint_um: paint.collect(),
        battery: battery.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        fault_codes: Some(codes),
    }
}

/// Most cars have all of them; some lack an invoice, one is pledged, some have a fine to pay.
fn papers(index: usize, now: UnixMs) -> Papers {
    let month = i64::try_from(1 + index * 5 % 23).unwrap_or(1);
    let day = |months: i64| {
        let at = to_sql(now.plus_ms(months * 30 * 24 * HOUR_MS));
        format!("{}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
    };
    let fined = index % 6 == 3;
    Papers {
        there: PAPERS
            .iter()
            .map(|(name, _)| ((*name).to_owned(), *name != "invoice" || index % 8 != 5))
            .collect(),
        until: [("inspection", month), ("compulsory", month % 11 + 1)]
            .map(|(name, months)| (name.to_owned(), day(months)))
            .into(),
        keys: Some(if index % 4 == 1 { 1 } else { 2 }),
        violation_points: Some(if fined { 6 } else { 0 }),
        violation_fine_fen: fined.then_some(Fen(40_000)),
        settled_by: fined.then(|| SETTLED_BY[0].to_owned()),
        pledged: Some(index % 12 == 7),
        moves: Some(MOVES[usize::from(index % 7 == 2)].to_owned()),
    }
}

/// It ages with the way it went.
fn battery(index: usize, car: &DemoCar) -> Vec<(&'static str, u16)> {
    let driven = u16::try_from(car.mileage_km / 1_000).unwrap_or_default();
    let health = 99_u16.saturating_sub(driven / 6);
    let spread = u16::try_from(index % 5).unwrap_or_default();
    let capacity = (62 + spread * 4) * health / 10;
    vec![
        ("soh", health),
        ("capacity", capacity),
        ("range", capacity * 6 / 10),
        ("fast_charges", driven * 2 + spread),
    ]
}

fn facts(index: usize, car: &DemoCar) -> Facts {
    Facts {
        vin: vin_of(index),
        make: car.make.into(),
        model: car.model.into(),
        trim: car.trim.into(),
        title: format!("{}{} {}款 {}", car.make, car.model, car.year, car.trim),
        model_year: Some(car.year),
        body: car.body.into(),
        fuel: car.fuel.into(),
        transmission: "自动".into(),
        mileage_km: Some(car.mileage_km),
        colour: car.colour.into(),
        interior: "黑".into(),
        first_registration: format!("{}-{:02}", car.year, 3 + index % 9),
        plate_no: format!("{}{:05}", car.plate, 10_000 + index * 37 % 90_000),
        plate_place: car.plate.into(),
        transfers: Some(i32::try_from(index % 3).unwrap_or_default()),
        city: car.city.into(),
        grade: String::new(),
        seller_name: if DEALERS_CARS.contains(&index) { DEALERS_SELLER } else { SELLER }.into(),
        source_price: String::new(),
    }
}

/// A made-up VIN with the right check digit.
fn vin_of(index: usize) -> Option<Vin> {
    "0123456789X".chars().find_map(|digit| {
        let vin = Vin::parse(&format!("LDEMCAR0{digit}RA{index:06}")).ok()?;
        (vin.check_digit() == CheckDigit::Right).then_some(vin)
    })
}

/// Who the trails name.
fn maker() -> Principal {
    Principal {
        user_id: UserId(Uuid::nil()),
        display_name: "演示数据".into(),
        lang: Lang::Zh,
        seat: Seat::Staff { roles: vec![Role::Admin] },
    }
}

/// The lines that tell a newcomer where to go and as whom.
pub fn welcome(url: &str, people: &DemoPeople) -> String {
    let mut text = format!("\n  Luochui runs at {url}\n\n  Sign in with the password  {PASSWORD}  as\n");
    for person in people.dealers.iter().chain(&people.staff) {
        let seat = match &person.principal.seat {
            Seat::Dealer(seat) => format!("dealer, {}", seat.dealer_name),
            Seat::Staff { roles } => {
                let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                format!("staff, {}", names.join(", "))
            }
        };
        text.push_str(&format!("    {:<12} {} ({seat})\n", person.login, person.display_name));
    }
    text
}
