//! Components, all drawn on the server.

pub mod frame;
