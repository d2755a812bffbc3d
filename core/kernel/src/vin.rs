//! Vehicle identification numbers (ISO 3779; in China GB 16735).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A VIN of 17 characters, upper case, without I, O and Q. The check digit is *not* part of being valid:
/// outside North America (and on old imports) position 9 is often not one, see [`Vin::check_digit`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vin(String);

/// Why a text is not a VIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VinError {
    /// Nothing was given.
    Empty,
    /// Not 17 characters.
    Length,
    /// A character that no VIN has (I, O, Q or not a letter or digit).
    Character,
}

/// What the check digit (position 9) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    /// It is right.
    Right,
    /// It is wrong, and this maker's region (North America, China) must have it right.
    WrongAndRequired,
    /// It is wrong where it need not be used: worth a warning, not a refusal.
    WrongNotRequired,
}

impl Vin {
    /// Reads a VIN in any letter case, with spaces around it.
    pub fn parse(text: &str) -> Result<Vin, VinError> {
        let vin = text.trim().to_ascii_uppercase();
        if vin.is_empty() {
            return Err(VinError::Empty);
        }
        if vin.chars().count() != 17 {
            return Err(VinError::Length);
        }
        if !vin.bytes().all(|b| transliterate(b).is_some()) {
            return Err(VinError::Character);
        }
        Ok(Vin(vin))
    }

    /// The 17 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares position 9 with the weighted sum of the others (49 CFR 565.15; GB 16735 appendix A).
    pub fn check_digit(&self) -> CheckDigit {
        const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        let sum: u32 = self
            .0
            .bytes()
            .zip(WEIGHTS)
            .map(|(b, weight)| transliterate(b).unwrap_or_default() * weight)
            .sum();
        let expected = match sum % 11 {
            10 => 'X',
            n => char::from_digit(n, 10).unwrap_or('X'),
        };
        if self.0.chars().nth(8) == Some(expected) {
            return CheckDigit::Right;
        }
        // 1–5: North America; L: China. Both make the check digit mandatory.
        match self.0.as_bytes().first() {
            Some(b'1'..=b'5' | b'L') => CheckDigit::WrongAndRequired,
            _ => CheckDigit::WrongNotRequired,
        }
    }
}

fn transliterate(b: u8) -> Option<u32> {
    Some(match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'H' => u32::from(b - b'A') + 1,
        b'J'..=b'N' => u32::from(b - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(b - b'S') + 2,
        _ => return None,
    })
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Vin> for String {
    fn from(vin: Vin) -> String {
        vin.0
    }
}

impl TryFrom<String> for Vin {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Vin::parse(&text).map_err(|error| format!("not a VIN: {error:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_checks() {
        assert_eq!(Vin::parse(" 1m8gdm9axkp042788 ").unwrap().check_digit(), CheckDigit::Right);
        assert_eq!(Vin::parse("11111111111111111").unwrap().check_digit(), CheckDigit::Right);
    }

    #[test]
    fn a_wrong_digit_counts_only_where_it_is_used() {
        assert_eq!(Vin::parse("1M8GDM9A1KP042788").unwrap().check_digit(), CheckDigit::WrongAndRequired);
        assert_eq!(Vin::parse("WVWZZZ1JZ3W386752").unwrap().check_digit(), CheckDigit::WrongNotRequired);
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(Vin::parse(""), Err(VinError::Empty));
        assert_eq!(Vin::parse("123"), Err(VinError::Length));
        assert_eq!(Vin::parse("1M8GDM9AXKP04278O"), Err(VinError::Character));
    }
}
