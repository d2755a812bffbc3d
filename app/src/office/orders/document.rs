//! 成交确认书: the order as a document, on the screen and on paper.

use kernel::{Fen, Lang};
use leptos::prelude::*;
use order::{Basis, LineKind, OrderDetail, OrderLine};
use serde_json::Value;

use super::words::in_characters;
use crate::context::page;
use crate::i18n::{t, t_with};
use crate::ui::{Fact, Facts, Money, Panel, Time, TimeForm};

/// The document. Of who sells it says nothing where that is not known.
#[component]
pub fn Document(order: OrderDetail, seller: Option<String>) -> impl IntoView {
    let lang = page().lang;
    let due = match order.due_at {
        Some(at) => view! { <Time at form=TimeForm::Exact/> }.into_any(),
        None => t(lang, "order.document.due_later").into_any(),
    };
    let (title, intro, sold_at) = words_of(order.basis);
    let mut facts = vec![Fact::new(t(lang, "order.document.no"), order.order_no.clone())];
    facts.extend(seller.map(|name| Fact::new(t(lang, "order.document.seller"), name)));
    facts.extend([
        Fact::new(t(lang, "order.document.buyer"), order.buyer_name.clone()),
        Fact::new(t(lang, "order.document.car"), order.title.clone()),
        Fact::text(t(lang, "order.column.vin"), order.vin.clone()),
        Fact::new(t(lang, "order.document.sale"), order.sale_name.clone()),
        Fact::new(t(lang, sold_at), view! { <Time at=order.sold_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "order.document.due"), due),
    ]);
    view! {
        <Panel>
            <article class="order-document">
                <h2 class="text-center text-lg font-semibold mb-2">{t(lang, title)}</h2>
                <p class="mb-4 text-sm opacity-80">{t(lang, intro)}</p>
                <Facts facts/>
                <Lines lines=order.lines total_fen=order.total_fen/>
                <Signatures/>
            </article>
        </Panel>
    }
}

/// A negotiated sale is another contract, and says so.
const fn words_of(basis: Basis) -> (&'static str, &'static str, &'static str) {
    match basis {
        Basis::Auction => ("order.document.title", "order.document.intro", "order.document.sold_at"),
        Basis::Gap => ("order.document.title", "order.document.intro_gap", "order.document.sold_at"),
        Basis::FirstLook => {
            ("order.document.title_first_look", "order.document.intro_first_look", "order.document.taken_at")
        }
        Basis::Negotiation => (
            "order.document.title_negotiation",
            "order.document.intro_negotiation",
            "order.document.agreed_at",
        ),
        Basis::SecondChance => (
            "order.document.title_second_chance",
            "order.document.intro_second_chance",
            "order.document.agreed_at",
        ),
    }
}

/// Two columns only, so that a phone shows the amounts.
#[component]
fn Lines(lines: Vec<OrderLine>, total_fen: Fen) -> impl IntoView {
    let lang = page().lang;
    let row = |line: OrderLine| {
        let schedule = line.schedule.map(|by| {
            let version = by.version.to_string();
            t_with(lang, "order.line.schedule", &[("version", &version)])
        });
        view! {
            <tr>
                <td class="text">
                    {t(lang, &format!("order.line.{}", line.kind.name()))}
                    <span class="block text-xs opacity-70">{how(lang, &line)}</span>
                    {schedule.map(|text| view! { <span class="block text-xs opacity-70">{text}</span> })}
                </td>
                <td class="num"><Money fen=line.amount_fen/></td>
            </tr>
        }
    };
    view! {
        <table class="table mt-4">
            <caption class="sr-only">{t(lang, "order.lines")}</caption>
            <thead>
                <tr>
                    <th scope="col">{t(lang, "order.lines")}</th>
                    <th scope="col" class="num">{t(lang, "finance.column.amount")}</th>
                </tr>
            </thead>
            <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
            <tfoot>
                <tr>
                    <td class="text">
                        {t(lang, "order.line.total")}
                        // the sum in the characters of cheques, for who reads them
                        {(lang == Lang::Zh).then(|| view! { <span class="block text-xs">{in_characters(total_fen)}</span> })}
                    </td>
                    <td class="num"><Money fen=total_fen/></td>
                </tr>
            </tfoot>
        </table>
    }
}

/// Room for seals; only paper needs it.
#[component]
fn Signatures() -> impl IntoView {
    let lang = page().lang;
    let side = |key: &str| {
        view! {
            <div>
                <p>{t(lang, key)}</p>
                <p class="mt-16">{t(lang, "order.document.date")}</p>
            </div>
        }
    };
    view! {
        <div class="hidden print:grid grid-cols-2 gap-8 mt-12">
            {side("order.document.seller_sign")}
            {side("order.document.buyer_sign")}
        </div>
    }
}

/// How a line was computed, from the inputs that were stored with it: the reader can do it again.
fn how(lang: Lang, line: &OrderLine) -> String {
    let amount = |name: &str| Fen(line.inputs.get(name).and_then(Value::as_i64).unwrap_or_default()).yuan();
    match line.kind {
        LineKind::Car => t(lang, "order.line.how_car").into_owned(),
        LineKind::AgencyFee => t(lang, "order.line.how_agency_fee").into_owned(),
        LineKind::ServiceFee => {
            let rate = percent(line.inputs.get("service_fee_bp").and_then(Value::as_i64).unwrap_or_default());
            t_with(
                lang,
                "order.line.how_service_fee",
                &[
                    ("price", &amount("price_fen")),
                    ("rate", &rate),
                    ("min", &amount("service_fee_min_fen")),
                    ("max", &amount("service_fee_max_fen")),
                ],
            )
        }
    }
}

/// 150 basis points are `1.5%`.
pub(crate) fn percent(basis_points: i64) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match (rest, rest % 10) {
        (0, _) => format!("{whole}%"),
        (rest, 0) => format!("{whole}.{}%", rest / 10),
        (rest, _) => format!("{whole}.{rest:02}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_rates_without_invented_decimals() {
        assert_eq!(
            [0, 5, 50, 100, 150, 155, 10_000].map(percent),
            ["0%", "0.05%", "0.5%", "1%", "1.5%", "1.55%", "100%"]
        );
    }
}
