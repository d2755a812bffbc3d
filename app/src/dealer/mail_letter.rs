//! What letters say, as plain text and as HTML: what happened, to what, until when something has to be done, and the way to its page.
//! Nothing that the person could not read over somebody's shoulder: no max, and no deposit.

use ::time::UtcOffset;
use auction::{AlertKind, LetterKind, MailContent, MailNews, MailText};
use kernel::Lang;

use crate::dealer::alerts::{About, for_store, href};
use crate::dealer::push::by_key;
use crate::escape;
use crate::i18n::{t, t_with};
use crate::ui::time;

/// A line of a letter.
struct Line {
    /// What happened; nothing where the letter's beginning says it for all.
    what: String,
    /// To what.
    title: String,
    /// What else is worth a word.
    facts: Vec<String>,
    /// The page about it.
    url: String,
}

/// The letter that brings a code.
pub fn code(lang: Lang, code: &str, base: &str) -> MailText {
    let line = Line {
        what: String::new(),
        title: code.to_owned(),
        facts: Vec::new(),
        url: format!("{base}/my/alerts#mail"),
    };
    let parts = Parts {
        lang,
        head: t(lang, "mail.letter.code").into_owned(),
        lines: vec![line],
        more: None,
        foot: t(lang, "mail.letter.not_you").into_owned(),
        stop: None,
    };
    written(t_with(lang, "mail.letter.code_subject", &[("code", code)]), &parts)
}

/// A letter with news.
pub fn news(content: &MailContent<'_>, zone: UtcOffset, base: &str) -> MailText {
    let lang = content.lang;
    let count = content.news.len() + content.more;
    let is_digest = content.kind != LetterKind::News;
    let lines: Vec<Line> = content.news.iter().map(|news| line(lang, news, is_digest, zone, base)).collect();
    let head = head(content);
    let subject = match (count, content.news) {
        (1, [news]) if !news.title.is_empty() => format!("{}：{}", kind_words(lang, news.kind), news.title),
        _ => head.clone(),
    };
    let more = (content.more > 0).then(|| {
        let words = t_with(lang, "mail.letter.more", &[("n", &content.more.to_string())]);
        (words, format!("{base}/my/alerts"))
    });
    let stop = (t(lang, "mail.letter.stop").into_owned(), format!("{base}{}", content.unsubscribe));
    let foot = t(lang, "mail.letter.why").into_owned();
    written(subject, &Parts { lang, head, lines, more, foot, stop: Some(stop) })
}

fn kind_words(lang: Lang, kind: AlertKind) -> String {
    t(lang, &format!("alerts.kind.{}", kind.name())).into_owned()
}

/// What the letter is about, in one line.
fn head(content: &MailContent<'_>) -> String {
    let lang = content.lang;
    let n = (content.news.len() + content.more).to_string();
    match (content.kind, content.news.first()) {
        (LetterKind::Outbid, _) => t_with(lang, "mail.letter.outbid", &[("n", &n)]),
        (LetterKind::Finds, _) => t_with(lang, "mail.letter.finds", &[("n", &n)]),
        (_, Some(news)) => kind_words(lang, news.kind),
        (_, None) => String::new(),
    }
}

fn line(lang: Lang, news: &MailNews, is_digest: bool, zone: UtcOffset, base: &str) -> Line {
    let by = news.answer_by.map(|at| t_with(lang, by_key(news.kind), &[("at", &time::exact(at, zone))]));
    let price = news.price_fen.map(|fen| t_with(lang, "mail.letter.price", &[("price", &fen.yuan())]));
    let times = (news.times > 1).then(|| t_with(lang, "alerts.times", &[("n", &news.times.to_string())]));
    let search = news.search_name.as_ref().map(|name| t_with(lang, "alerts.by_search", &[("name", name)]));
    let store = for_store(lang, news.store_name.as_deref());
    let about = About {
        kind: news.kind,
        negotiation_id: news.negotiation_id,
        sale_id: news.sale_id,
        lot_id: news.lot_id,
    };
    Line {
        // the letter's beginning says it for all of them
        what: if is_digest { String::new() } else { kind_words(lang, news.kind) },
        title: news.title.clone(),
        facts: [store, price, by, times, search].into_iter().flatten().collect(),
        url: format!("{base}{}", href(&about)),
    }
}

struct Parts {
    lang: Lang,
    head: String,
    lines: Vec<Line>,
    more: Option<(String, String)>,
    foot: String,
    stop: Option<(String, String)>,
}

fn written(subject: String, parts: &Parts) -> MailText {
    MailText { subject, text: plain(parts), html: html(parts) }
}

fn plain(parts: &Parts) -> String {
    let mut text = format!("{}\n", parts.head);
    for line in &parts.lines {
        let facts = line.facts.join(" · ");
        let rows = [line.title.as_str(), facts.as_str(), line.url.as_str()];
        let rows: Vec<&str> = rows.into_iter().filter(|row| !row.is_empty()).collect();
        text.push_str(&format!("\n{}\n", rows.join("\n")));
    }
    if let Some((words, url)) = &parts.more {
        text.push_str(&format!("\n{words}\n{url}\n"));
    }
    text.push_str(&format!("\n--\n{}\n", parts.foot));
    if let Some((words, url)) = &parts.stop {
        text.push_str(&format!("{words}\n{url}\n"));
    }
    text
}

/// No picture, no style sheet and nothing from elsewhere: mail boxes show that as it is, and nobody is told that it was opened.
fn html(parts: &Parts) -> String {
    let link = |words: &str, url: &str| {
        let href = escape::attribute("href", Some(url));
        format!("<a{href} style=\"color:#0b57d0\">{}</a>", escape::text(words))
    };
    let mut body = format!("<h1 style=\"font-size:18px\">{}</h1>", escape::text(&parts.head));
    for line in &parts.lines {
        let title = if line.title.is_empty() { &line.what } else { &line.title };
        let facts = escape::text(&line.facts.join(" · "));
        let facts =
            if facts.is_empty() { facts } else { format!("<br><span style=\"color:#555\">{facts}</span>") };
        body.push_str(&format!("<p>{}{facts}</p>", link(title, &line.url)));
    }
    if let Some((words, url)) = &parts.more {
        body.push_str(&format!("<p>{}</p>", link(words, url)));
    }
    let stop: String = parts.stop.iter().map(|(words, url)| format!("<br>{}", link(words, url))).collect();
    let foot = escape::text(&parts.foot);
    body.push_str(&format!("<hr><p style=\"color:#555;font-size:13px\">{foot}{stop}</p>"));
    let lang = parts.lang.tag();
    format!(
        "<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"></head>\
         <body style=\"font-family:sans-serif;font-size:15px;line-height:1.5\">{body}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use kernel::{Fen, LotId, NegotiationId, UnixMs};
    use uuid::Uuid;

    use super::*;

    const BASE: &str = "https://auction.example.com";

    fn outbid(number: u128, title: &str) -> MailNews {
        MailNews {
            kind: AlertKind::Outbid,
            lot_id: Some(LotId(Uuid::from_u128(number))),
            title: title.to_owned(),
            negotiation_id: None,
            sale_id: None,
            answer_by: None,
            price_fen: Some(Fen(8_100_000)),
            search_name: None,
            store_name: None,
            times: 1,
        }
    }

    fn said(lang: Lang, kind: LetterKind, list: &[MailNews], more: usize) -> MailText {
        let content =
            MailContent { lang, kind, news: list, more, unsubscribe: "/mail/unsubscribe?to=1&what=x" };
        news(&content, UtcOffset::UTC, BASE)
    }

    #[test]
    fn the_subject_says_the_thing_and_the_link_leads_to_the_lot() {
        let one = said(Lang::Zh, LetterKind::Outbid, &[outbid(1, "大众 朗逸")], 0);
        assert_eq!(one.subject, "出价被超过：大众 朗逸");
        let url = format!("{BASE}/auctions/lots/{}", Uuid::from_u128(1));
        assert!(one.text.contains(&url) && one.html.contains(&format!("href=\"{url}\"")), "{}", one.text);
        assert!(one.text.contains("¥81,000"), "{}", one.text);
        assert!(one.text.contains("https://auction.example.com/mail/unsubscribe?to=1&what=x"));
        assert!(one.html.contains("unsubscribe?to=1&amp;what=x"), "{}", one.html);
        assert!(!one.text.contains('代'), "his own store needs no name: {}", one.text);
        let of_other =
            MailNews { store_name: Some("嘉禾上海店".to_owned()), ..outbid(1, "大众 朗逸") };
        let of_other = said(Lang::Zh, LetterKind::Outbid, &[of_other], 0);
        assert!(of_other.text.contains("代嘉禾上海店出价 · 价格 ¥81,000"), "{}", of_other.text);
        let two = said(Lang::En, LetterKind::Outbid, &[outbid(1, "a"), outbid(2, "b")], 3);
        assert!(two.subject.contains('5'), "{}", two.subject);
        assert!(two.text.contains(&format!("{BASE}/my/alerts")), "{}", two.text);
    }

    #[test]
    fn a_turn_says_until_when() {
        let turn = MailNews {
            kind: AlertKind::Turn,
            negotiation_id: Some(NegotiationId(Uuid::from_u128(2))),
            answer_by: Some(UnixMs(1_772_352_000_000)),
            ..outbid(1, "大众 朗逸")
        };
        let letter = said(Lang::En, LetterKind::News, &[turn], 0);
        assert!(
            letter.text.contains("08:00") && letter.text.contains("/my/negotiations/"),
            "{}",
            letter.text
        );
    }

    #[test]
    fn what_people_typed_breaks_out_nowhere() {
        let letter = said(Lang::Zh, LetterKind::News, &[outbid(1, "<b>\"x\"</b>")], 0);
        assert!(!letter.html.contains("<b>"), "{}", letter.html);
        assert!(letter.text.contains("<b>"), "plain text is as it is");
    }

    #[test]
    fn a_code_stands_in_subject_and_text_and_all_words_are_there() {
        for lang in [Lang::Zh, Lang::En] {
            let letter = code(lang, "012345", BASE);
            assert!(letter.subject.contains("012345") && letter.text.contains("012345"), "{letter:?}");
            assert!(!letter.text.contains("mail.letter"), "{}", letter.text);
            for kind in AlertKind::ALL {
                let news = MailNews { kind, search_name: Some("s".to_owned()), times: 2, ..outbid(1, "x") };
                let letter = said(lang, LetterKind::News, &[news], 1);
                assert!(
                    !letter.text.contains("alerts.kind") && !letter.text.contains("mail.letter"),
                    "{}",
                    letter.text
                );
            }
        }
    }
}
