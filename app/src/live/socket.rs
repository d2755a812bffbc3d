//! The one socket of a page: opened, given up and opened anew as [`Link`] says.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use bidding::{ClientFrame, Json, ServerFrame};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::link::{Freshness, Link, Next};
use super::page;
use super::props::drawn_for;

/// The path of the live channel, for the store that follows.
const PATH: &str = "/ws/auction?store=";

/// The close code of a session that is over.
const SIGNED_OUT: u16 = 1008;

/// The close code of a session that acts for another store by now.
const STORE_SWITCHED: u16 = 4001;

/// What a socket tells its page.
pub(super) enum Event {
    /// It is open anew: watch the lots.
    Opened,
    /// A frame.
    Frame(Box<ServerFrame>),
    /// The server ended it for good, for the reason of that code: the session is over, or acts for another store.
    Ended(&'static str),
}

/// A socket that comes back by itself, as long as [`Socket::tick`] is called.
#[derive(Clone)]
pub(super) struct Socket(Rc<Inner>);

struct Inner {
    link: RefCell<Link>,
    current: RefCell<Option<WebSocket>>,
    tell: Box<dyn Fn(Event)>,
    /// The browser's handlers: made once, for every socket.
    handlers: OnceCell<[JsValue; 3]>,
}

impl Socket {
    /// Opens the first socket.
    pub(super) fn new(tell: impl Fn(Event) + 'static) -> Socket {
        let inner = Inner {
            link: RefCell::default(),
            current: RefCell::default(),
            tell: Box::new(tell),
            handlers: OnceCell::new(),
        };
        let socket = Socket(Rc::new(inner));
        socket.open();
        socket
    }

    /// Sends a frame, if there is a socket that takes it.
    pub(super) fn send(&self, frame: &ClientFrame) {
        let current = self.0.current.borrow();
        let Some(socket) = current.as_ref().filter(|socket| socket.ready_state() == WebSocket::OPEN) else {
            return;
        };
        // refused only while not open; the command's repeat finds out
        drop(socket.send_with_str(&frame.to_json()));
    }

    /// Looks after the connection, and says how far the prices can be trusted.
    pub(super) fn tick(&self) -> Freshness {
        let now = page::now();
        let next = self.0.link.borrow().next(now);
        match next {
            Next::Wait => {}
            Next::Open => self.open(),
            Next::Close => self.closed(),
        }
        self.0.link.borrow().freshness(now)
    }

    /// No more waiting for the next try.
    pub(super) fn hurry(&self) {
        self.0.link.borrow_mut().hurry(page::now());
    }

    fn open(&self) {
        self.0.link.borrow_mut().opening(page::now());
        // a URL of this page's own host is never refused
        let Ok(socket) = WebSocket::new(&page::socket_url(&[PATH, &drawn_for()].concat())) else { return };
        let [opened, message, closed] = self.0.handlers.get_or_init(|| self.handlers());
        socket.set_onopen(Some(opened.unchecked_ref()));
        socket.set_onmessage(Some(message.unchecked_ref()));
        socket.set_onclose(Some(closed.unchecked_ref()));
        self.0.current.replace(Some(socket));
    }

    /// The socket is gone, or given up: it is heard no more.
    fn closed(&self) {
        if let Some(socket) = self.0.current.take() {
            socket.set_onopen(None);
            socket.set_onmessage(None);
            socket.set_onclose(None);
            // closing what is closed does nothing
            drop(socket.close());
        }
        self.0.link.borrow_mut().closed(page::now(), page::chance());
    }

    fn handlers(&self) -> [JsValue; 3] {
        let socket = self.clone();
        let opened = Closure::<dyn Fn()>::new(move || {
            socket.0.link.borrow_mut().opened(page::now());
            (socket.0.tell)(Event::Opened);
        });
        let socket = self.clone();
        let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            socket.0.link.borrow_mut().heard(page::now());
            let text = event.data().as_string().unwrap_or_default();
            // a frame of a newer protocol that this page does not know is passed over
            if let Some(Ok(frame)) = Json::read(&text).map(|json| ServerFrame::try_from(&json)) {
                (socket.0.tell)(Event::Frame(Box::new(frame)));
            }
        });
        let socket = self.clone();
        let closed = Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| {
            socket.closed();
            match event.code() {
                SIGNED_OUT => (socket.0.tell)(Event::Ended("SIGN_IN_NEEDED")),
                STORE_SWITCHED => (socket.0.tell)(Event::Ended("STORE_SWITCHED")),
                _ => {}
            }
        });
        [opened.into_js_value(), message.into_js_value(), closed.into_js_value()]
    }
}
