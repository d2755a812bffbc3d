//! One card of the page: what is written into its parts (`[data-live]`).

use kernel::{Fen, LotId, UnixMs};
use web_sys::Element;

use super::super::falling::Falling;
use super::super::room::{Phase, REACTION_MS, Room};
use super::super::words::{Word, Words};
use super::face::Face;
use super::said::{Said, said};

/// One card of the page.
pub(super) struct Card {
    element: Element,
    pub(super) lot_id: LotId,
    pub(super) opens_at: UnixMs,
    /// How it is sold (`data-sealed`, `data-falling`).
    face: Face,
    /// Known with the first snapshot.
    pub(super) room: Option<Room>,
    /// Since when its button rests: a finger on its way was meant for the amount before.
    rests_since: Option<i64>,
}

/// What a card is drawn with, beside what is known of its lot.
#[derive(Clone, Copy)]
pub(super) struct Drawn<'a> {
    pub(super) words: &'a Words,
    /// The server's time.
    pub(super) now: UnixMs,
    /// Where the connection is lost: of when all of it is.
    pub(super) known_at: Option<UnixMs>,
}

impl Card {
    /// The card that the page was made with; `None` of an element that is none.
    pub(super) fn read(element: Element) -> Option<Card> {
        let lot_id = element.get_attribute("data-lot")?.parse().ok()?;
        let opens_at = element.get_attribute("data-opens").and_then(|text| text.parse().ok());
        let opens_at = UnixMs(opens_at.unwrap_or_default());
        let falling = element.get_attribute("data-falling").and_then(|text| Falling::read(&text));
        let face = Face { sealed: element.has_attribute("data-sealed"), falling };
        Some(Card { element, lot_id, opens_at, face, room: None, rests_since: None })
    }

    /// The condition report that its form was drawn with.
    pub(super) fn report(&self) -> Option<String> {
        self.element.query_selector("[name=report]").ok().flatten()?.get_attribute("value")
    }

    /// The car's name.
    pub(super) fn title(&self) -> String {
        let title = self.element.query_selector(".lot-card__title").ok().flatten();
        title.and_then(|title| title.text_content()).unwrap_or_default()
    }

    /// Writes all that may have changed.
    pub(super) fn show(&self, drawn: Drawn<'_>) {
        let Some(room) = &self.room else { return };
        let Drawn { words, now, known_at } = drawn;
        let (light, word) = self.face.light(room);
        self.write(
            "light",
            &word.map(|word| self.face.light_text(room, &words.get(word))).unwrap_or_default(),
            Some(("data-light", light)),
        );
        let (look, word) = self.face.standing(room, now);
        let mut word = words.get(word);
        // what is no longer heard of is told as of then, not as certain
        if let Some(at) = known_at {
            word = [&words.with(Word::KnownAt, "time", &words.time(at)), " · ", &word].concat();
        }
        self.write("mine", &word, Some(("data-look", look)));
        let max = room.mine.max_fen;
        self.write("max", &max.map(Fen::yuan).unwrap_or_default(), None);
        self.toggle("max-line", "hidden", max.is_none());
        let sooner = room.lot.call.map(|call| words.with(Word::MaySooner, "call", &words.call(Some(call))));
        self.write("call", &sooner.unwrap_or_default(), None);
        self.show_time(words, now);
        self.show_said(room, words, known_at.is_some());
    }

    /// What became of a bid from here; of an unusual amount the question, with the button that says it again.
    fn show_said(&self, room: &Room, words: &Words, is_lost: bool) {
        let Some(said) = said(room, words, is_lost) else {
            // what came of a form stays, and what was said here goes when it is overtaken
            return self.hush();
        };
        let Said { kind, text, confirm, look_up } = said;
        // what was said of an earlier bid, sent as a form
        if let Some(told) = self.part("told") {
            told.remove();
        }
        self.write("said", &text, Some(("data-kind", kind)));
        self.offer("confirm", confirm, "value");
        self.offer("look-up", look_up.map(|href| (words.get(Word::UnknownLink), href)), "href");
    }

    fn hush(&self) {
        self.write("said", "", Some(("data-kind", "")));
        self.offer("confirm", None, "value");
        self.offer("look-up", None, "href");
    }

    /// A part that is there only while it is of use: its words, and the value of its attribute.
    fn offer(&self, name: &str, of_use: Option<(String, String)>, attribute: &str) {
        self.toggle(name, "hidden", of_use.is_none());
        if let Some((text, value)) = of_use {
            self.write(name, &text, Some((attribute, &value)));
        }
    }

    /// The amount of its button, where it has one (`data-live="next"`). A changed button rests for a moment.
    pub(super) fn show_next(&mut self, words: &Words, here: i64) {
        let (Some(room), Some(button)) = (&self.room, self.part("next")) else { return };
        let next = room.quick()[0];
        let value = next.0.to_string();
        if button.get_attribute("value").as_ref() == Some(&value) {
            return;
        }
        let (verb, class) = next_look(room);
        let text = [&words.get(verb), " ", &next.yuan()].concat();
        self.write("next", &text, Some(("value", &value)));
        // the names are ours, and valid
        drop(button.set_attribute("class", class));
        drop(button.set_attribute("disabled", ""));
        self.rests_since = Some(here);
    }

    /// A button that has rested can be pressed again; none can while a bid waits for its answer or when the time is up.
    pub(super) fn wake(&mut self, here: i64, now: UnixMs) {
        let Some(room) = &self.room else { return };
        let is_running = room.phase(now) == Phase::Running;
        self.toggle("form", "hidden", !is_running);
        let Some(button) = self.part("next") else { return };
        let rests = self.rests_since.is_some_and(|since| here - since < REACTION_MS);
        if !rests {
            self.rests_since = None;
        }
        // the attribute of that name is ours, and valid
        drop(button.toggle_attribute_with_force("disabled", rests || room.pending.is_some() || !is_running));
    }

    /// What time changes: how much of it is left, and a price that falls.
    pub(super) fn show_time(&self, words: &Words, now: UnixMs) {
        let Some(room) = &self.room else { return };
        let (pace, text) = self.face.time(room, now, &|word| words.get(word));
        self.write("left", &text, Some(("data-pace", pace)));
        let label = self.face.time_label(room, now).map(|word| words.get(word));
        self.write("left-label", &label.unwrap_or_default(), None);
        let (price, label) = self.face.price(room, now);
        self.write("price", &price.yuan(), None);
        self.write("wan", &words.wan(price), None);
        self.write("label", &words.get(label), None);
    }

    fn part(&self, name: &str) -> Option<Element> {
        self.element.query_selector(&["[data-live=", name, "]"].concat()).ok().flatten()
    }

    fn toggle(&self, name: &str, attribute: &str, is_on: bool) {
        if let Some(part) = self.part(name) {
            // the names are ours, and valid
            drop(part.toggle_attribute_with_force(attribute, is_on));
        }
    }

    fn write(&self, name: &str, text: &str, attribute: Option<(&str, &str)>) {
        let Some(element) = self.part(name) else { return };
        if element.text_content().as_deref() != Some(text) {
            element.set_text_content(Some(text));
        }
        if let Some((name, value)) = attribute {
            // the names are ours, and valid
            drop(element.set_attribute(name, value));
        }
    }
}

/// The verb of the button that bids the next amount, and its class: who leads is not urged to raise.
pub fn next_look(room: &Room) -> (Word, &'static str) {
    match room.leads() {
        true => (Word::RaiseTo, "button board-bid__button"),
        false => (Word::QuickBid, "button button--primary board-bid__button"),
    }
}
