use std::collections::HashMap;

use super::*;

const YEAR: i32 = 2026;

fn read(cells: &[(Field, &'static str)]) -> Reading {
    let map: HashMap<Field, &'static str> = cells.iter().copied().collect();
    read_facts(|field| map.get(&field).copied().unwrap_or(""), MileageUnit::Km, YEAR)
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|p| p.code.as_str()).collect()
}

#[test]
fn a_listing_is_read_with_what_it_leaves_out() {
    let reading = read(&[
        (Field::Make, " 吉利 "),
        (Field::Title, "吉利星越L 2023款  2.0TD 高功自动两驱"),
        (Field::FirstRegistration, "2023年5月"),
        (Field::Transfers, "1次"),
        (Field::Colour, "—"),
    ]);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let facts = reading.facts;
    assert_eq!((facts.make.as_str(), facts.model_year, facts.transfers), ("吉利", Some(2023), Some(1)));
    assert_eq!(facts.model, "吉利星越L 2023款 2.0TD 高功自动两驱");
    assert_eq!((facts.first_registration.as_str(), facts.colour.as_str()), ("2023-05", ""));
}

#[test]
fn a_title_is_made_in_the_makes_own_way() {
    let title = |make, model| {
        read(&[(Field::Make, make), (Field::Model, model), (Field::ModelYear, "2020")]).facts.title
    };
    assert_eq!(title("Acme", "Roadster"), "2020 Acme Roadster");
    assert_eq!(title("领航", "远山"), "领航 远山 2020款");
}

#[test]
fn a_plate_is_kept_without_its_marks() {
    let plate = |text| read(&[(Field::Make, "领航"), (Field::Model, "远山"), (Field::PlateNo, text)]);
    for (text, kept) in [
        ("浙a·12345", "浙A12345"),
        (" 沪A D12345 ", "沪AD12345"),
        ("B-MW 1234", "BMW1234"),
        ("浙A12**5", ""),
        ("", ""),
    ] {
        assert_eq!(plate(text).facts.plate_no, kept, "{text}");
        assert!(plate(text).problems.is_empty(), "{text}");
    }
    assert_eq!(codes(&plate("浙A/12345")), ["PLATE_INVALID"]);
    assert_eq!(codes(&plate("1234567890123")), ["PLATE_INVALID"]);
}

#[test]
fn says_what_is_wrong_field_by_field() {
    let reading = read(&[
        (Field::Vin, "123"),
        (Field::ModelYear, "20x1"),
        (Field::Mileage, "many"),
        (Field::FirstRegistration, "2021-13"),
        (Field::Transfers, "-1"),
        (Field::PlateNo, "?"),
    ]);
    assert_eq!(
        codes(&reading),
        [
            "VIN_LENGTH",
            "MODEL_YEAR_INVALID",
            "MILEAGE_INVALID",
            "PLATE_INVALID",
            "TRANSFERS_INVALID",
            "FIRST_REGISTRATION_INVALID",
            "MAKE_MISSING",
            "MODEL_MISSING"
        ]
    );
}

#[test]
fn doubtful_counters_are_warnings() {
    let of = |mileage| {
        read(&[
            (Field::Make, "Acme"),
            (Field::Model, "R"),
            (Field::ModelYear, "2010"),
            (Field::Mileage, mileage),
        ])
    };
    assert_eq!((of("999999").warnings, of("999999").facts.mileage_km), (vec!["MILEAGE_UNKNOWN"], None));
    assert_eq!((of("1").warnings, of("1").facts.mileage_km), (vec!["MILEAGE_SUSPECT"], Some(1)));
    assert!(of("81234").warnings.is_empty());
}

#[test]
fn a_new_delivery_leaves_corrections_alone() {
    let before = Facts { make: "Acme".into(), colour: "red".into(), city: "A".into(), ..Facts::default() };
    let delivered = Facts { city: "B".into(), colour: "red".into(), ..before.clone() };
    let corrected = Facts { colour: "blue".into(), ..before.clone() };
    let news = news_of(&before.to_map(), &delivered.to_map());
    let (merged, differences) = corrected.changed_by(&news).unwrap();
    assert_eq!((merged.city.as_str(), merged.colour.as_str()), ("B", "blue"));
    assert_eq!(differences.keys().collect::<Vec<_>>(), ["city"]);
}
