//! Where to go after a form: only ever to a page of ours.

/// A longer way back is nobody's page.
const LONGEST: usize = 2000;
/// Going back to these would undo what was just done, or go in circles.
const NOT_TO: [&str; 2] = ["/sign-in", "/sign-out"];

/// The path (with its query), if it stays with us: an attacker's link must not use our sign-in to lead elsewhere.
pub fn local(next: &str) -> Option<&str> {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        // browsers read a backslash as a slash, and drop tabs and line breaks
        && !next.contains('\\')
        && !next.chars().any(|c| c.is_control() || c.is_whitespace())
        && next.is_ascii()
        && next.len() <= LONGEST
        && !NOT_TO.contains(&path)
        && !path.starts_with("/api/");
    stays.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_with_us() {
        for good in ["/my/bids", "/auctions?city=%E4%B8%8A&page=2", "/", "/office/dealers#users"] {
            assert_eq!(local(good), Some(good));
        }
        for bad in [
            "",
            "my/bids",
            "//evil.com",
            "/\\evil.com",
            "/\t/evil.com",
            "/\n/evil.com",
            "https://evil.com",
            "javascript:alert(1)",
            "/sign-in?next=/x",
            "/sign-out",
            "/api/v1/me",
            "/车",
        ] {
            assert_eq!(local(bad), None, "{bad:?}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(LONGEST))), None);
    }
}
