//! An amount in the characters of Chinese contracts (大写), which cannot be altered by a stroke.

use kernel::Fen;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

/// `人民币壹拾贰万捌仟伍佰元整`. Negative amounts begin with 负.
pub fn in_characters(amount: Fen) -> String {
    let fen = amount.0.unsigned_abs();
    let (yuan, jiao, cent) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut text = String::from("人民币");
    if amount.0 < 0 {
        text.push('负');
    }
    if yuan > 0 || fen == 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (jiao, cent) {
        (0, 0) => text.push('整'),
        (jiao, 0) => {
            text.push(digit(jiao));
            text.push_str("角整");
        }
        (jiao, cent) => {
            if jiao > 0 {
                text.push(digit(jiao));
                text.push('角');
            } else if yuan > 0 {
                text.push('零');
            }
            text.push(digit(cent));
            text.push('分');
        }
    }
    text
}

/// Groups of four digits, each with its 万 or 亿; one 零 for any run of zeros between digits.
fn whole(yuan: u64) -> String {
    if yuan == 0 {
        return "零".into();
    }
    let digits: Vec<u64> = yuan.to_string().bytes().map(|b| u64::from(b - b'0')).collect();
    let (mut text, mut zero_waits, mut group_has_digit) = (String::new(), false, false);
    for (at, value) in digits.iter().enumerate() {
        let place = digits.len() - 1 - at;
        if *value == 0 {
            zero_waits = true;
        } else {
            if zero_waits && !text.is_empty() {
                text.push('零');
            }
            zero_waits = false;
            group_has_digit = true;
            text.push(digit(*value));
            text.push_str(PLACES[place % 4]);
        }
        if place.is_multiple_of(4) {
            if group_has_digit {
                text.push_str(GROUPS[place / 4]);
            }
            group_has_digit = false;
        }
    }
    text
}

fn digit(value: u64) -> char {
    usize::try_from(value).ok().and_then(|index| DIGITS.get(index)).copied().unwrap_or('零')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_amounts_as_contracts_do() {
        for (fen, text) in [
            (0, "人民币零元整"),
            (1, "人民币壹分"),
            (50, "人民币伍角整"),
            (100, "人民币壹元整"),
            (101, "人民币壹元零壹分"),
            (12_850_000, "人民币壹拾贰万捌仟伍佰元整"),
            (13_102_750, "人民币壹拾叁万壹仟零贰拾柒元伍角整"),
            (1_000_000, "人民币壹万元整"),
            (10_000_100, "人民币壹拾万零壹元整"),
            (100_500_000, "人民币壹佰万零伍仟元整"),
            (10_000_000_000, "人民币壹亿元整"),
            (10_000_000_101, "人民币壹亿零壹元零壹分"),
            (1_001_000_000_000, "人民币壹佰亿零壹仟万元整"),
            (-500, "人民币负伍元整"),
        ] {
            assert_eq!(in_characters(Fen(fen)), text, "{fen}");
        }
    }
}
