//! The kit every page is made of: components that are drawn on the server and need no script.
//!
//! `use crate::ui::*;` brings all of them. By what a page needs:
//!
//! | a page needs | components |
//! | --- | --- |
//! | a head with path and actions | [`PageHead`], [`Crumb`], [`LinkButton`] |
//! | blocks | [`Panel`], [`Facts`], [`Tile`], [`Tiles`], [`Tabs`], [`EmptyState`], [`Disclosure`] |
//! | work that waits | [`WorkList`] of [`WorkRow`] |
//! | a list | [`FilterBar`] with [`FilterSelect`] and [`FilterField`], [`Table`] with [`Column`], [`Pager`] |
//! | a form | [`PostForm`] with [`TextField`], [`TextArea`], [`SelectField`], [`Checkbox`], [`MoneyField`], [`FileField`]; [`Button`] |
//! | one button that changes something | [`PostButton`], [`ConfirmButton`] |
//! | values | [`Money`], [`Price`], [`Time`], [`Ago`], [`Badge`], [`Photo`], [`Icon`] |
//! | to say what happened | [`Banner`], [`DoneBanner`], [`Timeline`] |
//!
//! Looks live in `style/`, one file a subject; colours, sizes and spaces are tokens of `style/tokens.css`. A page adds
//! layout with Tailwind's classes (`grid gap-4 lg:grid-cols-2`), written out, never put together at run time.
//! To add an icon: a line in `script/icons`, then run it.

mod badge;
mod banner;
mod blocks;
mod button;
mod confirm;
mod field;
mod field_choice;
mod field_money;
mod filter;
pub mod frame;
mod frame_nav;
mod icon;
pub(crate) mod missing;
mod money;
mod number;
mod pager;
mod photo;
mod post_form;
mod table;
mod tabs;
mod tile;
pub mod time;
mod timeline;
mod work;

pub use badge::{Badge, Tone};
pub use banner::{Banner, DoneBanner, ProblemBanner};
pub use blocks::{Crumb, Disclosure, EmptyState, Fact, Facts, PageHead, Panel, or_dash};
pub use button::{Button, ButtonKind, LinkButton};
pub use confirm::{ConfirmButton, PostButton};
pub use field::{FileField, InputKind, TextArea, TextField};
pub use field_choice::{Checkbox, Choice, Choices, SelectField};
pub use field_money::MoneyField;
pub use filter::{FilterBar, FilterCheck, FilterDays, FilterField, FilterSelect, doubts};
pub use frame::bell::unread_text;
pub use icon::{Icon, IconView};
pub use money::{Money, Price, PriceSize};
pub use number::grouped;
pub use pager::Pager;
pub use photo::{Photo, PhotoRatio};
pub(crate) use post_form::store_field;
pub use post_form::{FormKey, PostForm};
pub use table::{Align, Column, Table};
pub use tabs::{Tab, Tabs};
pub use tile::{Tile, Tiles};
pub use time::{Ago, Time, TimeForm};
pub use timeline::{Step, Timeline};
pub use work::{WorkList, WorkRow};
