//! Mileages and prices as sources write them, converted exactly: integers only, rounded once, half up.

use serde::{Deserialize, Serialize};

/// In what a source counts mileage. A unit written behind the number (`3.2万公里`, `41,814 mi`) beats it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MileageUnit {
    /// Kilometres.
    #[default]
    Km,
    /// International miles: 1 609.344 m.
    Mile,
    /// 万公里: ten thousand kilometres.
    WanKm,
}

impl MileageUnit {
    /// All of them, in the order of the form.
    pub const ALL: [MileageUnit; 3] = [MileageUnit::Km, MileageUnit::Mile, MileageUnit::WanKm];

    /// The name in forms and text keys.
    pub const fn name(self) -> &'static str {
        match self {
            MileageUnit::Km => "km",
            MileageUnit::Mile => "mile",
            MileageUnit::WanKm => "wan_km",
        }
    }

    /// The unit of that name.
    pub fn from_name(name: &str) -> Option<MileageUnit> {
        MileageUnit::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// Kilometres = number × `.0` / `.1`.
    const fn ratio(self) -> (i128, i128) {
        match self {
            MileageUnit::Km => (1, 1),
            MileageUnit::Mile => (1_609_344, 1_000_000),
            MileageUnit::WanKm => (10_000, 1),
        }
    }
}

/// A mileage beyond this is a slip of the pen.
pub const MILEAGE_KM_MAX: i32 = 2_000_000;

/// Why a text is not a mileage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MileageError {
    /// Not a number.
    NotANumber,
    /// Negative, or more than [`MILEAGE_KM_MAX`].
    OutOfRange,
}

/// Reads a mileage into whole kilometres.
pub fn read_mileage_km(text: &str, unit: MileageUnit) -> Result<i32, MileageError> {
    let (number, unit) = split_unit(text, unit);
    let decimal = Decimal::read(number).ok_or(MileageError::NotANumber)?;
    let (times, by) = unit.ratio();
    let km = decimal.scaled(times, by).ok_or(MileageError::OutOfRange)?;
    match i32::try_from(km) {
        Ok(km) if (0..=MILEAGE_KM_MAX).contains(&km) => Ok(km),
        _ => Err(MileageError::OutOfRange),
    }
}

fn split_unit(text: &str, assumed: MileageUnit) -> (&str, MileageUnit) {
    const SUFFIXES: [(&str, MileageUnit); 9] = [
        ("万公里", MileageUnit::WanKm),
        ("万km", MileageUnit::WanKm),
        ("万", MileageUnit::WanKm),
        ("公里", MileageUnit::Km),
        ("km", MileageUnit::Km),
        ("KM", MileageUnit::Km),
        ("miles", MileageUnit::Mile),
        ("mi", MileageUnit::Mile),
        ("英里", MileageUnit::Mile),
    ];
    let text = text.trim();
    SUFFIXES
        .iter()
        .find_map(|(suffix, unit)| text.strip_suffix(suffix).map(|number| (number.trim(), *unit)))
        .unwrap_or((text, assumed))
}

/// A decimal number as written: `digits / 10^places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    places: u32,
}

/// Longer numbers are no mileage and no price; it also keeps every product below within `i128`.
const DIGITS_MAX: usize = 18;

impl Decimal {
    /// Reads `41,814`, `3.20`; no sign, no exponent. A comma stands before three digits: `3,2` would be ten times
    /// too much if commas were just left out.
    pub fn read(text: &str) -> Option<Decimal> {
        let cleaned: String =
            text.trim().chars().filter(|c| *c != ' ').map(|c| if c == '，' { ',' } else { c }).collect();
        let (grouped, fraction) = cleaned.split_once('.').unwrap_or((&cleaned, ""));
        let (first, others) = grouped.split_once(',').unwrap_or((grouped, ""));
        let is_grouped = !grouped.contains(',') || (1..=3).contains(&first.len());
        if !is_grouped || (grouped.contains(',') && !others.split(',').all(|group| group.len() == 3)) {
            return None;
        }
        let whole = grouped.replace(',', "");
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits || whole.len() + fraction.len() > DIGITS_MAX {
            return None;
        }
        Some(Decimal {
            digits: format!("{whole}{fraction}").parse().ok()?,
            places: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// The number × `times` / `by`, rounded half up.
    pub fn scaled(self, times: i128, by: i128) -> Option<i128> {
        let numerator = self.digits.checked_mul(times)?;
        let denominator = 10_i128.checked_pow(self.places)?.checked_mul(by)?;
        Some(round_half_up(numerator, denominator))
    }
}

/// `numerator / denominator`, both positive, rounded half up.
pub(crate) const fn round_half_up(numerator: i128, denominator: i128) -> i128 {
    (numerator + denominator / 2).div_euclid(denominator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_unit_behind_the_number_beats_the_assumed_one() {
        assert_eq!(read_mileage_km("3.25万公里", MileageUnit::Km), Ok(32_500));
        assert_eq!(read_mileage_km("41,814 mi", MileageUnit::Km), Ok(67_293));
        assert_eq!(read_mileage_km("8000公里", MileageUnit::WanKm), Ok(8_000));
        assert_eq!(read_mileage_km("0.01", MileageUnit::WanKm), Ok(100));
    }

    #[test]
    fn refuses_what_is_no_mileage() {
        assert_eq!(read_mileage_km("n/a", MileageUnit::Km), Err(MileageError::NotANumber));
        assert_eq!(read_mileage_km("-5", MileageUnit::Km), Err(MileageError::NotANumber));
        assert_eq!(read_mileage_km("1e5", MileageUnit::Km), Err(MileageError::NotANumber));
        // a decimal comma is not a thousands one
        assert_eq!(read_mileage_km("3,2", MileageUnit::WanKm), Err(MileageError::NotANumber));
        assert_eq!(read_mileage_km("1234,567", MileageUnit::Km), Err(MileageError::NotANumber));
        assert_eq!(read_mileage_km("1,234,567", MileageUnit::Km), Ok(1_234_567));
        assert_eq!(read_mileage_km("2000001", MileageUnit::Km), Err(MileageError::OutOfRange));
        assert_eq!(read_mileage_km("999999999999999999", MileageUnit::WanKm), Err(MileageError::OutOfRange));
    }

    proptest! {
        #[test]
        fn kilometres_stay_what_they_are(km in 0..=MILEAGE_KM_MAX) {
            prop_assert_eq!(read_mileage_km(&km.to_string(), MileageUnit::Km), Ok(km));
        }

        #[test]
        fn ten_thousands_are_exact(km in 0..=MILEAGE_KM_MAX) {
            let written = format!("{}.{:04}", km / 10_000, km % 10_000);
            prop_assert_eq!(read_mileage_km(&written, MileageUnit::WanKm), Ok(km));
        }

        #[test]
        fn miles_are_off_by_at_most_half_a_kilometre(miles in 0_i32..1_200_000) {
            let km = read_mileage_km(&miles.to_string(), MileageUnit::Mile).unwrap();
            let error_mm = (i64::from(km) * 1_000_000 - i64::from(miles) * 1_609_344).abs();
            prop_assert!(error_mm <= 500_000);
        }

        #[test]
        fn more_miles_are_never_fewer_kilometres(a in 0_i32..1_200_000, b in 0_i32..1_200_000) {
            let km = |miles: i32| read_mileage_km(&miles.to_string(), MileageUnit::Mile).unwrap();
            prop_assert!(km(a.min(b)) <= km(a.max(b)));
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in ".{0,40}") {
            let _ = read_mileage_km(&text, MileageUnit::Mile);
        }
    }
}
