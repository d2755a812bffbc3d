//! The cars of the evening: from a table, or made up.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::StringRecord;
use flate2::read::GzDecoder;
use kernel::Fen;

use crate::{Result, fault};

/// What the office types in of a car.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Car {
    /// Names and values of the form.
    pub(super) facts: Vec<(&'static str, String)>,
    /// The market price.
    pub(super) guide_fen: Fen,
}

/// ¥100: amounts are multiples of it.
pub(super) const TICK_FEN: i64 = 10_000;
/// Columns of the table, and the fields of the form that they fill.
const COLUMNS: [(&str, &str); 9] = [
    ("brand", "make"),
    ("series", "model"),
    ("title", "title"),
    ("model_year", "model_year"),
    ("first_reg", "first_registration"),
    ("gearbox", "transmission"),
    ("fuel", "fuel"),
    ("plate_place", "plate_place"),
    ("color", "colour"),
];
/// Makes, models and new prices of the made-up cars, in 万元.
const MADE_UP: [(&str, &str, i64); 6] = [
    ("大众", "朗逸", 13),
    ("丰田", "凯美瑞", 21),
    ("本田", "雅阁", 19),
    ("奥迪", "A4L", 32),
    ("比亚迪", "汉", 24),
    ("别克", "君威", 18),
];

/// So many cars of the table, spread over the whole of it; made-up ones without a table.
pub(super) fn take(table: Option<&Path>, count: usize) -> Result<Vec<Car>> {
    let Some(path) = table else { return Ok((0..count).map(made_up).collect()) };
    let file = File::open(path).map_err(|error| fault(format!("{}: {error}", path.display())))?;
    let cars = match path.extension().is_some_and(|end| end == "gz") {
        true => read(GzDecoder::new(BufReader::new(file)))?,
        false => read(BufReader::new(file))?,
    };
    if cars.len() < count {
        return Err(fault(format!("{} has {} cars with a price, not {count}", path.display(), cars.len())));
    }
    let step = cars.len() / count.max(1);
    Ok(cars.into_iter().step_by(step.max(1)).take(count).collect())
}

fn read(table: impl Read) -> Result<Vec<Car>> {
    let mut reader = csv::Reader::from_reader(table);
    let header = reader.headers()?.clone();
    let mut cars = Vec::new();
    for row in reader.records() {
        cars.extend(car(&header, &row?));
    }
    Ok(cars)
}

/// A row as a car; none where it says too little to be offered.
fn car(header: &StringRecord, row: &StringRecord) -> Option<Car> {
    let cell = |name: &str| {
        let at = header.iter().position(|column| column == name)?;
        row.get(at).map(str::trim).filter(|text| !text.is_empty())
    };
    let wan = |name: &str| cell(name)?.parse::<f64>().ok().filter(|value| *value > 0.0);
    let guide_fen = on_tick(wan("price_wan")? * 1_000_000.0)?;
    let km = (wan("mileage_wan_km")? * 10_000.0).round();
    cell("title")?;
    let mut facts: Vec<(&'static str, String)> =
        COLUMNS.iter().filter_map(|(column, field)| Some((*field, cell(column)?.to_owned()))).collect();
    // a car that is not registered yet has no month
    facts.retain(|(field, value)| {
        *field != "first_registration" || value.starts_with(|c: char| c.is_ascii_digit())
    });
    let city = cell("cities").and_then(|cities| cities.split(['|', '/', ',']).next()).unwrap_or("上海");
    facts.push(("city", city.to_owned()));
    facts.push(("mileage", format!("{km:.0}")));
    facts.push(("seller_name", "晚场委托方".to_owned()));
    Some(Car { facts, guide_fen })
}

/// Rounded to the tick; nothing below a thousand yuan is a car.
fn on_tick(fen: f64) -> Option<Fen> {
    let ticks = (fen / TICK_FEN as f64).round();
    (ticks >= 10.0).then_some(Fen(ticks as i64 * TICK_FEN))
}

fn made_up(number: usize) -> Car {
    let (make, model, new_wan) = MADE_UP[number % MADE_UP.len()];
    let age = i64::try_from(number % 9).unwrap_or_default() + 1;
    let year = 2025 - age;
    let facts = [
        ("make", make.to_owned()),
        ("model", model.to_owned()),
        ("title", format!("{make}{model} {year}款")),
        ("model_year", year.to_string()),
        ("first_registration", format!("{year}-{:02}", number % 12 + 1)),
        ("transmission", "自动".to_owned()),
        ("fuel", "汽油".to_owned()),
        ("colour", "黑".to_owned()),
        ("city", "上海".to_owned()),
        ("mileage", (age * 13_000 + 500).to_string()),
        ("seller_name", "晚场委托方".to_owned()),
    ];
    // a tenth of the new price is gone with each year
    Car { facts: facts.into(), guide_fen: Fen(new_wan * 1_000_000 * (10 - age) / 10) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TABLE: &str = "brand,series,title,model_year,first_reg,mileage_wan_km,price_wan,cities,color\n\
        奥迪,A6L,奥迪A6L 2006款,2006,2006-08,9.00,6.9,,\n\
        大众,朗逸,大众朗逸 2019款,2019,未上牌,0.01,7.123,上海|苏州,白\n\
        大众,朗逸,,2019,2019-01,3,7,上海,白\n\
        大众,朗逸,大众朗逸 2019款,2019,2019-01,3,,上海,白\n";

    #[test]
    fn rows_become_cars_and_those_that_say_too_little_are_left_out() {
        let cars = read(TABLE.as_bytes()).unwrap();
        assert_eq!(cars.len(), 2);
        assert_eq!(cars[0].guide_fen, Fen(6_900_000));
        let fact = |car: &Car, name: &str| car.facts.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
        assert_eq!(fact(&cars[0], "mileage").as_deref(), Some("90000"));
        assert_eq!(fact(&cars[0], "first_registration").as_deref(), Some("2006-08"));
        assert_eq!(fact(&cars[1], "first_registration"), None, "a car without a plate");
        assert_eq!(fact(&cars[1], "city").as_deref(), Some("上海"));
        assert_eq!(cars[1].guide_fen, Fen(7_120_000), "to the hundred");
    }

    #[test]
    fn made_up_cars_have_a_price_on_the_tick() {
        let cars = take(None, 60).unwrap();
        assert_eq!(cars.len(), 60);
        assert!(cars.iter().all(|car| car.guide_fen.0 > 0 && car.guide_fen.0 % TICK_FEN == 0));
    }
}
