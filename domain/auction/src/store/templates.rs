//! Templates of sales, and who saved them.

use bidding::{BelowReserve, Ladder};
use kernel::{Fen, Principal, UnixMs};
use platform_db::{from_sql, to_sql};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::lots::decode;
use super::sales::{below_reserve_word, fine_column};
use crate::audience::{Audience, SisterPolicy};
use crate::create_sale::DEPOSIT_BP;
use crate::fine_print::FinePrint;
use crate::follow_on::FollowOn;
use crate::reserve_rules::{ReserveDisplay, ReserveRules};
use crate::sale_format::FormatNumbers;
use crate::sale_templates::{SaleTemplate, TemplateRules};

/// All templates by name, or one.
pub(crate) async fn list(
    conn: &mut PgConnection,
    id: Option<Uuid>,
) -> Result<Vec<SaleTemplate>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, name, format, runs_ms, stagger_ms, window_ms, cap_ms, below_reserve, buy_now_percent,
                dutch_start_percent, dutch_steps, dutch_step_ms, lane_lot_ms, deposit_bp, gap_fen, group_names, sisters,
                version, changed_by_name, changed_at, next_template_id, next_wait_ms, ladder, reserve_display, fine,
                reserve_limit_percent
           FROM sale_template
          WHERE $1::uuid IS NULL OR id = $1
          ORDER BY lower(name)",
        id
    )
    .fetch_all(conn)
    .await?;
    let template = rows.into_iter().map(|row| {
        let numbers = FormatNumbers {
            buy_now_percent: row.buy_now_percent,
            dutch_start_percent: row.dutch_start_percent,
            dutch_steps: row.dutch_steps,
            dutch_step_ms: row.dutch_step_ms,
            lane_lot_ms: row.lane_lot_ms,
        };
        Ok(SaleTemplate {
            id: row.id,
            version: row.version,
            rules: TemplateRules {
                name: row.name,
                // the table's constraints hold the word and its numbers together
                format: numbers.format(&row.format).unwrap_or_default(),
                buy_now_percent: row.buy_now_percent.map(i64::from),
                runs_ms: row.runs_ms,
                stagger_ms: row.stagger_ms,
                window_ms: row.window_ms,
                cap_ms: row.cap_ms,
                below_reserve: match row.below_reserve.as_str() {
                    "stepped" => BelowReserve::Stepped,
                    _ => BelowReserve::Full,
                },
                deposit_bp: u32::try_from(row.deposit_bp).unwrap_or_default(),
                gap_fen: Fen(row.gap_fen),
                audience: Audience { groups: row.group_names, sisters: SisterPolicy::of(&row.sisters) },
                follow_on: row
                    .next_template_id
                    .zip(row.next_wait_ms)
                    .map(|(template_id, wait_ms)| FollowOn { template_id, wait_ms }),
                ladder: row.ladder.map_or_else(|| Ok(Ladder::standard()), decode)?,
                reserve: ReserveRules {
                    display: ReserveDisplay::of(&row.reserve_display),
                    limit_percent: i64::from(row.reserve_limit_percent),
                },
                fine: row.fine.map_or_else(|| Ok(FinePrint::default()), decode)?,
            },
            changed_by_name: row.changed_by_name,
            changed_at: from_sql(row.changed_at),
        })
    });
    template.collect()
}

/// Inserts a template.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    rules: &TemplateRules,
    who: &Principal,
    at: UnixMs,
) -> Result<bool, sqlx::Error> {
    let numbers = rules.numbers();
    let done = sqlx::query!(
        "INSERT INTO sale_template (id, name, format, runs_ms, stagger_ms, window_ms, cap_ms, below_reserve,
                                    buy_now_percent, dutch_start_percent, dutch_steps, dutch_step_ms, lane_lot_ms,
                                    changed_by, changed_by_name, changed_at, deposit_bp, gap_fen, group_names, sisters,
                                    next_template_id, next_wait_ms, ladder, reserve_display, fine,
                                    reserve_limit_percent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                 $25, $26)",
        id,
        rules.name.trim(),
        rules.format.as_str(),
        rules.runs_ms,
        rules.stagger_ms,
        rules.window_ms,
        rules.cap_ms,
        below_reserve_word(rules.below_reserve),
        numbers.buy_now_percent,
        numbers.dutch_start_percent,
        numbers.dutch_steps,
        numbers.dutch_step_ms,
        numbers.lane_lot_ms,
        who.user_id.0,
        who.display_name,
        to_sql(at),
        deposit_column(rules),
        rules.gap_fen.0,
        &rules.audience.groups,
        rules.audience.sisters.as_str(),
        rules.follow_on.map(|next| next.template_id),
        rules.follow_on.map(|next| next.wait_ms),
        ladder_column(rules),
        rules.reserve.display.as_str(),
        fine_column(rules.fine),
        rules.reserve.limit_column()
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes the version that was seen; `false`: it is not that version any more, or there is no such template.
pub(crate) async fn update(
    conn: &mut PgConnection,
    id: Uuid,
    seen: i32,
    rules: &TemplateRules,
    who: &Principal,
    at: UnixMs,
) -> Result<bool, sqlx::Error> {
    let numbers = rules.numbers();
    let done = sqlx::query!(
        "UPDATE sale_template
            SET name = $3, format = $4, runs_ms = $5, stagger_ms = $6, window_ms = $7, cap_ms = $8,
                below_reserve = $9, buy_now_percent = $10, dutch_start_percent = $11, dutch_steps = $12,
                dutch_step_ms = $13, lane_lot_ms = $14, changed_by = $15, changed_by_name = $16, changed_at = $17,
                deposit_bp = $18, gap_fen = $19, group_names = $20, sisters = $21,
                next_template_id = $22, next_wait_ms = $23, ladder = $24, reserve_display = $25, fine = $26, reserve_limit_percent = $27,
                version = version + 1
          WHERE id = $1 AND version = $2",
        id,
        seen,
        rules.name.trim(),
        rules.format.as_str(),
        rules.runs_ms,
        rules.stagger_ms,
        rules.window_ms,
        rules.cap_ms,
        below_reserve_word(rules.below_reserve),
        numbers.buy_now_percent,
        numbers.dutch_start_percent,
        numbers.dutch_steps,
        numbers.dutch_step_ms,
        numbers.lane_lot_ms,
        who.user_id.0,
        who.display_name,
        to_sql(at),
        deposit_column(rules),
        rules.gap_fen.0,
        &rules.audience.groups,
        rules.audience.sisters.as_str(),
        rules.follow_on.map(|next| next.template_id),
        rules.follow_on.map(|next| next.wait_ms),
        ladder_column(rules),
        rules.reserve.display.as_str(),
        fine_column(rules.fine),
        rules.reserve.limit_column()
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// None: the usual one.
fn ladder_column(rules: &TemplateRules) -> Option<Value> {
    (rules.ladder != Ladder::standard()).then(|| json!(rules.ladder))
}

/// Its range was checked before.
fn deposit_column(rules: &TemplateRules) -> i32 {
    i32::try_from(rules.deposit_bp).unwrap_or_default()
}

pub(crate) async fn exists(conn: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM sale_template WHERE id = $1) AS \"exists!\"", id)
        .fetch_one(conn)
        .await
}

/// What a saving asked for, to know it again.
pub(crate) fn asked(rules: &TemplateRules) -> Value {
    let numbers = rules.numbers();
    let mut asked = json!({
        "name": rules.name.trim(), "format": rules.format.as_str(), "runs_ms": rules.runs_ms,
        "stagger_ms": rules.stagger_ms, "window_ms": rules.window_ms, "cap_ms": rules.cap_ms,
        "below_reserve": below_reserve_word(rules.below_reserve), "buy_now_percent": numbers.buy_now_percent,
        "dutch_start_percent": numbers.dutch_start_percent, "dutch_steps": numbers.dutch_steps,
        "dutch_step_ms": numbers.dutch_step_ms, "lane_lot_ms": numbers.lane_lot_ms,
    });
    // what was asked before templates kept these stays equal to itself
    let next = rules.follow_on;
    let more = [
        ("next_template_id", json!(next.map(|next| next.template_id)), next.is_some()),
        ("next_wait_ms", json!(next.map(|next| next.wait_ms)), next.is_some()),
        ("ladder", json!(ladder_column(rules)), ladder_column(rules).is_some()),
        (
            "reserve_display",
            json!(rules.reserve.display.as_str()),
            rules.reserve.display != ReserveDisplay::default(),
        ),
        ("fine", json!(rules.fine), fine_column(rules.fine).is_some()),
        (
            "reserve_limit_percent",
            json!(rules.reserve.limit_percent),
            rules.reserve.limit_percent != ReserveRules::default().limit_percent,
        ),
        ("deposit_bp", json!(rules.deposit_bp), rules.deposit_bp != DEPOSIT_BP),
        ("gap_fen", json!(rules.gap_fen), rules.gap_fen != Fen::ZERO),
        ("groups", json!(rules.audience.groups), !rules.audience.groups.is_empty()),
        (
            "sisters",
            json!(rules.audience.sisters.as_str()),
            rules.audience.sisters != SisterPolicy::default(),
        ),
    ];
    for (name, value, _) in more.into_iter().filter(|(.., is_said)| *is_said) {
        asked[name] = value;
    }
    asked
}

/// What was saved under this key: of which template, and what it asked for.
pub(crate) async fn saved_under(
    conn: &mut PgConnection,
    key: Uuid,
) -> Result<Option<(Uuid, Value)>, sqlx::Error> {
    let row = sqlx::query!("SELECT template_id, asked FROM sale_template_trail WHERE key = $1", key)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| (row.template_id, row.asked)))
}

/// Notes a saving in the trail.
pub(crate) async fn note(
    conn: &mut PgConnection,
    key: Uuid,
    (id, version): (Uuid, i32),
    rules: &TemplateRules,
    who: &Principal,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sale_template_trail (key, template_id, version, asked, by_user, by_name, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        key,
        id,
        version,
        asked(rules),
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(())
}
