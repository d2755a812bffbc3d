//! The pages, by area; drawn on the server, with islands.
