//! Code, texts and functions of a Rust file.

/// A Rust file, taken apart.
pub struct Source {
    /// The code, as long as the file: comments and the insides of texts are blanks.
    pub code: String,
    /// The literal texts, in order.
    pub texts: Vec<Text>,
}

/// A literal text.
pub struct Text {
    /// What stands between the quotes, as written.
    pub value: String,
    /// The line, from 1.
    pub line: usize,
    /// Where its opening quote is in the code.
    pub at: usize,
}

/// A function with a body.
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// Lines from `fn` to the closing brace, without the further lines of a text: a statement of SQL is one thing.
    pub lines: usize,
}

impl Source {
    /// Takes a file apart.
    pub fn read(text: &str) -> Source {
        Lexer { bytes: text.as_bytes(), at: 0, code: Vec::with_capacity(text.len()), texts: Vec::new() }.run()
    }

    /// The line of a place in the code, from 1.
    pub fn line_of(&self, at: usize) -> usize {
        line_of(self.code.as_bytes(), at)
    }

    /// The same without the modules marked `#[cfg(test)]` or `#[cfg(all(test, …))]`.
    pub fn without_tests(mut self) -> Source {
        let mut code = self.code.into_bytes();
        let next = |code: &[u8]| find(code, b"#[cfg(test)]", 0).or_else(|| find(code, b"#[cfg(all(test,", 0));
        while let Some(start) = next(&code) {
            let end = match find(&code, b"{", start) {
                Some(open) if !code[start..open].contains(&b';') => closing(&code, open),
                _ => find(&code, b";", start).unwrap_or(start + 1),
            };
            let end = end.min(code.len().saturating_sub(1));
            code[start..=end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            self.texts.retain(|text| text.at < start || text.at > end);
        }
        self.code = String::from_utf8_lossy(&code).into_owned();
        self
    }

    /// Its functions, inner ones as well.
    pub fn functions(&self) -> Vec<Function> {
        let code = self.code.as_bytes();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = find(code, b"fn ", from) {
            from = at + 3;
            if at > 0 && is_word(code[at - 1]) {
                continue;
            }
            let name: String = self.code[from..]
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if name.is_empty() {
                continue; // a function type
            }
            if let Some(open) = body(code, from) {
                let end = closing(code, open);
                let texts = self.texts.iter().filter(|text| text.at > at && text.at < end);
                let in_texts: usize = texts.map(|text| text.value.matches('\n').count()).sum();
                let (line, last) = (line_of(code, at), line_of(code, end));
                found.push(Function { name, line, lines: (last - line + 1).saturating_sub(in_texts) });
            }
        }
        found
    }

    /// Places of a word that is not a part of a longer one; `word` may end in `!` or `(`.
    pub fn places(&self, word: &str) -> Vec<usize> {
        let code = self.code.as_bytes();
        let ends_open = word.as_bytes().last().is_some_and(|byte| !is_word(*byte));
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = find(code, word.as_bytes(), from) {
            from = at + word.len();
            let starts = at == 0 || !is_word(code[at - 1]);
            let ends = ends_open || code.get(from).is_none_or(|byte| !is_word(*byte));
            if starts && ends {
                found.push(at);
            }
        }
        found
    }
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    code: Vec<u8>,
    texts: Vec<Text>,
}

impl Lexer<'_> {
    fn run(mut self) -> Source {
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            match rest {
                [b'/', b'/', ..] => {
                    self.blank(rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()))
                }
                [b'/', b'*', ..] => self.blank(block_comment(rest)),
                [b'"', ..] => self.text(0, quoted(rest)),
                [b'\'', ..] => self.char_or_lifetime(),
                [b'r', ..] if !self.is_in_word() && raw_hashes(&rest[1..]).is_some() => {
                    let hashes = raw_hashes(&rest[1..]).unwrap_or_default();
                    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
                    let inner = find(rest, &close, hashes + 2).unwrap_or(rest.len());
                    self.text(hashes + 1, (inner + close.len()).min(rest.len()) - hashes - 1);
                }
                _ => self.keep(1),
            }
        }
        Source { code: String::from_utf8_lossy(&self.code).into_owned(), texts: self.texts }
    }

    fn is_in_word(&self) -> bool {
        // b"..." and br"..." are texts too, so a b before is no word
        self.at > 0 && is_word(self.bytes[self.at - 1]) && self.bytes[self.at - 1] != b'b'
    }

    fn keep(&mut self, count: usize) {
        self.code.extend_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
    }

    fn blank(&mut self, count: usize) {
        let count = count.min(self.bytes.len() - self.at);
        let blanks =
            self.bytes[self.at..self.at + count].iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' });
        self.code.extend(blanks);
        self.at += count;
    }

    /// A text of `length` bytes with its quotes, after `prefix` bytes of `r##`.
    fn text(&mut self, prefix: usize, length: usize) {
        self.keep(prefix);
        let inside = &self.bytes[self.at + 1..(self.at + length).saturating_sub(1).max(self.at + 1)];
        let value = String::from_utf8_lossy(inside).trim_end_matches('"').to_owned();
        self.texts.push(Text { value, line: line_of(self.bytes, self.at), at: self.at });
        self.keep(1);
        self.blank(length.saturating_sub(2));
        if self.at < self.bytes.len() {
            self.keep(1);
        }
    }

    fn char_or_lifetime(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = match rest {
            [_, b'\\', ..] => find(rest, b"'", 3).map(|end| end + 1),
            // one character, of one to four bytes
            _ => (2..=5)
                .find(|end| rest.get(*end) == Some(&b'\'') && is_one_char(&rest[1..*end]))
                .map(|end| end + 1),
        };
        match length {
            Some(length) => self.blank(length),
            None => self.keep(1),
        }
    }
}

fn is_one_char(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes[..at.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| at + from)
}

/// The length of a `"..."` at the start.
fn quoted(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// How many `#` stand before the quote of a raw text, if it is one.
fn raw_hashes(after_r: &[u8]) -> Option<usize> {
    let hashes = after_r.iter().take_while(|byte| **byte == b'#').count();
    (after_r.get(hashes) == Some(&b'"')).then_some(hashes)
}

/// The length of a block comment at the start; they nest.
fn block_comment(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The opening brace of a function whose name starts at `from`; none for a declaration.
fn body(code: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    None
}

/// The brace that closes the one at `open`.
fn closing(code: &[u8], open: usize) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"
/// A comment with a brace {.
fn one<'a>(x: &'a str) -> [u8; 2] { // {
    let brace = '{';
    let quote = '"';
    let text = "fn two() { \" }";
    let raw = r#"a "quoted"
        }"#;
    let chinese = '落';
    /* { /* nested */ { */
    [1, 2]
}
trait T { fn declared(&self); }
type F = fn(u8) -> u8;
#[cfg(test)]
mod tests {
    fn tested() { "in a test"; }
}
"##;

    #[test]
    fn tells_code_from_texts_and_comments() {
        let source = Source::read(FILE);
        assert_eq!(source.code.matches('{').count(), source.code.matches('}').count());
        let values: Vec<&str> = source.texts.iter().map(|text| text.value.as_str()).collect();
        assert_eq!(values, [r#"fn two() { \" }"#, "a \"quoted\"\n        }", "in a test"]);
        assert_eq!(source.texts.iter().map(|text| text.line).collect::<Vec<_>>(), [6, 7, 17]);
    }

    #[test]
    fn finds_functions_with_a_body_and_their_length() {
        let functions = Source::read(FILE).functions();
        let found: Vec<_> = functions.iter().map(|f| (f.name.as_str(), f.line, f.lines)).collect();
        assert_eq!(found, [("one", 3, 9), ("tested", 17, 1)]);
    }

    #[test]
    fn leaves_tests_out_when_asked() {
        let source = Source::read(FILE).without_tests();
        assert_eq!(source.functions().len(), 1);
        assert_eq!(source.texts.len(), 2);
    }

    #[test]
    fn a_word_is_not_found_inside_a_longer_one() {
        let source = Source::read("let my_query! = query!(x); prequery!()");
        assert_eq!(source.places("query!").len(), 1);
    }
}
