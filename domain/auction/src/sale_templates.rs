//! Saved templates of sales: all but the name, the times and the cars of one.

use bidding::{BelowReserve, Ladder};
use kernel::{Fen, FieldProblem, Principal, Problem, ProblemKind, Role, UnixMs};
use platform_db::{CommandError, constraint};
use uuid::Uuid;

use crate::Service;
use crate::audience::Audience;
use crate::create_sale::{BUY_NOW_PERCENT, wrong_money, wrong_steps};
use crate::fine_print::FinePrint;
use crate::follow_on::FollowOn;
use crate::reserve_rules::ReserveRules;
use crate::sale_format::{FormatNumbers, SaleFormat};
use crate::store::templates;

/// What a template says of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRules {
    /// Its name.
    pub name: String,
    /// How the lots are sold.
    pub format: SaleFormat,
    /// The buy-now price in percent of a car's guide price.
    pub buy_now_percent: Option<i64>,
    /// From the opening to the end of the first lot.
    pub runs_ms: i64,
    /// The pause between the ends of one lot and the next.
    pub stagger_ms: i64,
    /// The soft-close window.
    pub window_ms: i64,
    /// How far soft close may move an end.
    pub cap_ms: i64,
    /// How a max below the reserve is shown.
    pub below_reserve: BelowReserve,
    /// What a lead holds of the leader's deposit, in hundredths of a percent of his max.
    pub deposit_bp: u32,
    /// How far below their reserves the sellers sell without being asked.
    pub gap_fen: Fen,
    /// Whom the sale is for.
    pub audience: Audience,
    /// How unsold cars are offered again.
    pub follow_on: Option<FollowOn>,
    /// The least step at each price, where the price rises.
    pub ladder: Ladder,
    /// What the sale does with the reserves of its cars.
    pub reserve: ReserveRules,
    /// The numbers that are seldom changed.
    pub fine: FinePrint,
}

/// A saved template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleTemplate {
    /// Its id.
    pub id: Uuid,
    /// Counts the savings: whoever changes it says which one he saw.
    pub version: i32,
    /// What it says.
    pub rules: TemplateRules,
    /// Who saved it last.
    pub changed_by_name: String,
    /// When.
    pub changed_at: UnixMs,
}

/// Saves a template, a new one or a change.
#[derive(Clone, Debug)]
pub struct SaveTemplate {
    /// Made by the sender; a repeat changes nothing. It is the id of a new template.
    pub key: Uuid,
    /// Which one is changed, and the version that was seen; none: a new one.
    pub changes: Option<(Uuid, i32)>,
    /// What it shall say.
    pub rules: TemplateRules,
}

impl TemplateRules {
    /// What is wrong with it.
    pub fn wrong_fields(&self) -> Vec<FieldProblem> {
        let mut wrong = self.format.wrong_fields();
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            wrong.push(FieldProblem::new("name", "NAME_NEEDED"));
        }
        let numbers = [
            ("runs", self.runs_ms, 60_000..=30 * 86_400_000),
            ("stagger", self.stagger_ms, 0..=3_600_000),
            ("window", self.window_ms, 0..=3_600_000),
            ("cap", self.cap_ms, 0..=86_400_000),
            ("buy_now", self.buy_now_percent.unwrap_or(*BUY_NOW_PERCENT.start()), BUY_NOW_PERCENT),
        ];
        let out_of_range = numbers.into_iter().filter(|(_, value, range)| !range.contains(value));
        wrong.extend(out_of_range.map(|(field, ..)| FieldProblem::new(field, "OUT_OF_RANGE")));
        wrong.extend(wrong_money(self.deposit_bp, self.gap_fen, self.fine));
        wrong.extend(FollowOn::wrong_fields(self.follow_on));
        wrong.extend(wrong_steps(self.format, &self.ladder, self.fine));
        wrong.extend(self.reserve.wrong_fields());
        if self.buy_now_percent.is_some() && !self.format.is_english() {
            wrong.push(FieldProblem::new("buy_now", "NO_BUY_NOW_HERE"));
        }
        wrong
    }

    pub(crate) fn numbers(&self) -> FormatNumbers {
        FormatNumbers::of(self.format, self.buy_now_percent)
    }
}

impl Service {
    /// All templates by name: for staff.
    pub async fn sale_templates(&self) -> Result<Vec<SaleTemplate>, CommandError> {
        Ok(templates::list(&mut *self.db.acquire().await?, None).await?)
    }

    /// One template.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn sale_template(&self, id: Uuid) -> Result<SaleTemplate, CommandError> {
        let mut found = templates::list(&mut *self.db.acquire().await?, Some(id)).await?;
        Ok(found.pop().ok_or_else(Problem::not_found)?)
    }

    /// Saves a template and says which.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`, `INVALID_FIELDS` (`TEMPLATE_NAME_TAKEN` among them), `CHANGED_MEANWHILE` when somebody
    /// else saved another version first.
    pub async fn save_sale_template(
        &self,
        who: &Principal,
        input: SaveTemplate,
    ) -> Result<Uuid, CommandError> {
        if !who.has_role(Role::Auctioneer) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        let wrong = input.rules.wrong_fields();
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        let (id, seen) = input.changes.unwrap_or((input.key, 0));
        let mut tx = self.db.begin().await?;
        if let Some((of, asked)) = templates::saved_under(&mut tx, input.key).await? {
            // the same command again, or its key used for something else
            let same = of == id && asked == templates::asked(&input.rules);
            return match same {
                true => Ok(id),
                false => Err(Problem::new(ProblemKind::Conflict, "KEY_REUSED").into()),
            };
        }
        if let Some(next) = input.rules.follow_on
            && next.template_id != id
            && !templates::exists(&mut tx, next.template_id).await?
        {
            return Err(Problem::fields(vec![FieldProblem::new("next_template", "TEMPLATE_UNKNOWN")]).into());
        }
        let at = self.now();
        let saved = match input.changes {
            None => templates::insert(&mut tx, id, &input.rules, who, at).await,
            Some(_) => templates::update(&mut tx, id, seen, &input.rules, who, at).await,
        };
        match saved {
            Err(error) if constraint(&error) == Some("sale_template_name_once") => {
                return Err(Problem::fields(vec![FieldProblem::new("name", "TEMPLATE_NAME_TAKEN")]).into());
            }
            Ok(false) if !templates::exists(&mut tx, id).await? => return Err(Problem::not_found().into()),
            Ok(false) => return Err(Problem::new(ProblemKind::Conflict, "CHANGED_MEANWHILE").into()),
            other => other?,
        };
        templates::note(&mut tx, input.key, (id, seen + 1), &input.rules, who, at).await?;
        tx.commit().await?;
        Ok(id)
    }
}
