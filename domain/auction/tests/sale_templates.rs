//! Saved templates of sales on a real database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{
    Audience, BelowReserveMode, DutchPlan, FinePrint, SaleFormat, SaveTemplate, SisterPolicy, TemplateRules,
};
use bidding::{Band, Ladder, SmallRaise};
use common::World;
use kernel::{Fen, Principal, Role};
use platform_db::CommandError;
use platform_testkit::staff;
use uuid::Uuid;

fn rules(name: &str, format: SaleFormat) -> TemplateRules {
    TemplateRules {
        name: name.into(),
        format,
        buy_now_percent: None,
        runs_ms: 2_700_000,
        stagger_ms: 30_000,
        window_ms: 60_000,
        cap_ms: 3_600_000,
        below_reserve: BelowReserveMode::Stepped,
        deposit_bp: 500,
        gap_fen: Fen(200_000),
        audience: Audience { groups: vec!["永达集团".into()], sisters: SisterPolicy::Allow },
        follow_on: None,
        ladder: Ladder::standard(),
        reserve: auction::ReserveRules {
            display: auction::ReserveDisplay::Public,
            ..auction::ReserveRules::default()
        },
        fine: FinePrint::default(),
    }
}

async fn save(
    world: &World,
    who: &Principal,
    key: Uuid,
    changes: Option<(Uuid, i32)>,
    rules: TemplateRules,
) -> Result<Uuid, String> {
    let saved = world.service.save_sale_template(who, SaveTemplate { key, changes, rules }).await;
    saved.map_err(CommandError::into_problem).map_err(|problem| {
        problem.fields.first().map_or(problem.code, |field| format!("{}:{}", field.field, field.code))
    })
}

#[tokio::test]
async fn a_template_is_saved_once_changed_and_found_again() {
    let world = World::with_open_lots(1).await;
    let clerk = staff(&[Role::Auctioneer]);
    let key = Uuid::now_v7();
    let id = save(&world, &clerk, key, None, rules("工作日快拍", SaleFormat::Flash)).await.unwrap();
    assert_eq!(save(&world, &clerk, key, None, rules("工作日快拍", SaleFormat::Flash)).await, Ok(id));
    assert_eq!(world.service.sale_template(id).await.unwrap().rules, rules("工作日快拍", SaleFormat::Flash));
    let other = TemplateRules { gap_fen: Fen(0), ..rules("工作日快拍", SaleFormat::Flash) };
    assert_eq!(save(&world, &clerk, key, None, other).await, Err("KEY_REUSED".into()));
    let other = save(&world, &clerk, key, None, rules("别的", SaleFormat::Flash)).await;
    assert_eq!(other, Err("KEY_REUSED".into()));
    let twice = save(&world, &clerk, Uuid::now_v7(), None, rules("工作日快拍", SaleFormat::Timed)).await;
    assert_eq!(twice, Err("name:TEMPLATE_NAME_TAKEN".into()));

    let plan = DutchPlan { start_percent: 110, steps: 12, step_ms: 300_000 };
    let step = |from: i64, step: i64| Band { from_fen: Fen(from * 100), step_fen: Fen(step * 100) };
    let ladder = Ladder(vec![step(0, 500), step(300_000, 5_000)]);
    let mut fine = FinePrint { tick_fen: Fen(50_000), double_after: Some(5), ..FinePrint::default() };
    (fine.house.reading_ms, fine.house.early_hold_percent) = (900_000, 0);
    fine.house.small_raise = SmallRaise::Time;
    let changed = TemplateRules { ladder, fine, ..rules("降价清库", SaleFormat::Dutch(plan)) };
    save(&world, &clerk, Uuid::now_v7(), Some((id, 1)), changed.clone()).await.unwrap();
    let late = save(&world, &clerk, Uuid::now_v7(), Some((id, 1)), rules("慢一步", SaleFormat::Timed)).await;
    assert_eq!(late, Err("CHANGED_MEANWHILE".into()));
    let found = world.service.sale_template(id).await.unwrap();
    assert_eq!((found.version, found.rules), (2, changed));
    assert_eq!(world.service.sale_templates().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_template_is_said_and_only_auctioneers_save() {
    let world = World::with_open_lots(1).await;
    let clerk = staff(&[Role::Auctioneer]);
    let mut wrong = rules(" ", SaleFormat::SealedFirst);
    (wrong.runs_ms, wrong.buy_now_percent) = (0, Some(110));
    (wrong.deposit_bp, wrong.gap_fen) = (10_001, Fen(-10_000));
    wrong.ladder = Ladder(vec![Band { from_fen: Fen(0), step_fen: Fen(150) }]);
    wrong.fine.double_after = Some(0);
    let fields: Vec<_> = wrong.wrong_fields().into_iter().map(|f| (f.field, f.code)).collect();
    let expected = [
        ("name", "NAME_NEEDED"),
        ("runs", "OUT_OF_RANGE"),
        ("deposit", "OUT_OF_RANGE"),
        ("gap", "OUT_OF_RANGE"),
        ("double_after", "OUT_OF_RANGE"),
        ("ladder", "LADDER_OFF_TICK"),
        ("buy_now", "NO_BUY_NOW_HERE"),
    ];
    assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    assert_eq!(save(&world, &clerk, Uuid::now_v7(), None, wrong).await, Err("name:NAME_NEEDED".into()));
    let sales = staff(&[Role::Sales]);
    let denied = save(&world, &sales, Uuid::now_v7(), None, rules("快拍", SaleFormat::Flash)).await;
    assert_eq!(denied, Err("FORBIDDEN".into()));
    let nowhere =
        save(&world, &clerk, Uuid::now_v7(), Some((Uuid::now_v7(), 1)), rules("快拍", SaleFormat::Flash))
            .await;
    assert_eq!(nowhere, Err("NOT_FOUND".into()));
}
