//! What somebody typed into a search, as the database looks for it.

/// The pattern that finds it wherever it stands. What has a meaning in patterns is a gap to who types it.
pub(crate) fn contains(typed: &str) -> String {
    format!("%{}%", typed.trim().replace(['%', '_', '\\'], " "))
}

/// `#12`, `No.12`, `12号`, `第12号`: a lot's number in its sale, as catalogues print it. A bare number is none: it is part of
/// a model's name more often.
pub(crate) fn lot_number(word: &str) -> Option<i32> {
    let word = word.to_ascii_lowercase();
    let marked = ["#", "no.", "lot"].into_iter().find_map(|mark| word.strip_prefix(mark));
    let counted = || word.strip_suffix('号').map(|word| word.strip_prefix('第').unwrap_or(word));
    marked.or_else(counted)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_patterns_is_a_gap() {
        assert_eq!(contains(" 100%_x\\ "), "%100  x %");
        assert_eq!(contains(""), "%%");
    }

    #[test]
    fn a_lot_s_number_is_one_with_its_mark() {
        for word in ["#12", "No.12", "LOT12", "12号", "第12号"] {
            assert_eq!(lot_number(word), Some(12), "{word}");
        }
        for word in ["12", "#", "第12", "号", "1.2号", "#12345678901", "x#12", ""] {
            assert_eq!(lot_number(word), None, "{word}");
        }
    }
}
