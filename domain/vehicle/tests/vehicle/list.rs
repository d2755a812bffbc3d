use kernel::Fen;
use sqlx::Row as _;
use vehicle::{Facts, Sort, Status, VehicleFilter};

use crate::yard::{Yard, facts, yard};

async fn stock(yard: &Yard) {
    for (make, model, year, km, city) in [
        ("远山", "S5", 2022, 32_000, "杭州"),
        ("Acme", "Roadster", 2019, 80_000, "上海"),
        ("ACME", "Van", 2015, 150_000, "上海"),
    ] {
        let car = Facts {
            vin: None,
            make: make.into(),
            model: model.into(),
            title: format!("{make} {model}"),
            model_year: Some(year),
            mileage_km: Some(km),
            city: city.into(),
            ..facts()
        };
        let id = yard.receive(car).await;
        if year > 2018 {
            yard.inspect(id, "二级").await;
            yard.price(id).await.unwrap();
        }
    }
}

async fn titles(yard: &Yard, filter: VehicleFilter) -> Vec<String> {
    let page = yard.service.list_vehicles(&yard.inspector, &filter).await.unwrap();
    assert_eq!(i64::try_from(page.lines.len()).unwrap(), page.total);
    page.lines.into_iter().map(|line| line.title).collect()
}

#[tokio::test]
async fn search_filters_and_orders() {
    let yard = yard().await;
    stock(&yard).await;
    let all = VehicleFilter { sort: Sort::MileageLow, ..VehicleFilter::default() };
    assert_eq!(titles(&yard, all.clone()).await, ["远山 S5", "Acme Roadster", "ACME Van"]);
    let cases = [
        (VehicleFilter { search: "acme road".into(), ..all.clone() }, vec!["Acme Roadster"]),
        (VehicleFilter { search: "远山".into(), ..all.clone() }, vec!["远山 S5"]),
        (VehicleFilter { search: "100%_".into(), ..all.clone() }, vec![]),
        (VehicleFilter { make: "Acme".into(), ..all.clone() }, vec!["Acme Roadster", "ACME Van"]),
        (VehicleFilter { year_from: Some(2019), year_to: Some(2021), ..all.clone() }, vec!["Acme Roadster"]),
        (
            VehicleFilter { km_from: Some(80_000), city: "上海".into(), ..all.clone() },
            vec!["Acme Roadster", "ACME Van"],
        ),
        (
            VehicleFilter { status: Some(Status::Priced), sort: Sort::YearNew, ..all.clone() },
            vec!["远山 S5", "Acme Roadster"],
        ),
        (
            VehicleFilter { grade: "二级".into(), source: "intake".into(), ..all.clone() },
            vec!["远山 S5", "Acme Roadster"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(titles(&yard, filter.clone()).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn pages_totals_and_choices_agree() {
    let yard = yard().await;
    stock(&yard).await;
    let filter = VehicleFilter { per_page: 2, page: 9, sort: Sort::YearOld, ..VehicleFilter::default() };
    let page = yard.service.list_vehicles(&yard.inspector, &filter).await.unwrap();
    // a page beyond the last is the last
    assert_eq!((page.page, page.pages, page.total, page.lines.len()), (2, 2, 3, 1));
    assert_eq!((page.start_fen, page.guide_fen), (Fen(18_000_000), Fen(24_000_000)));
    let choices = yard.service.vehicle_choices(&yard.inspector, &VehicleFilter::default()).await.unwrap();
    assert_eq!((choices.makes[0].value.as_str(), choices.makes[0].count), ("ACME", 2));
    assert_eq!(counts(&yard, VehicleFilter::default()).await, [1, 0, 2, 0, 0]);
}

async fn counts(yard: &Yard, filter: VehicleFilter) -> Vec<i64> {
    let counts = yard.service.vehicle_counts(&yard.inspector, &filter).await.unwrap();
    counts.into_iter().map(|count| count.count).collect()
}

#[tokio::test]
async fn counts_are_of_what_the_filter_leaves_wherever_it_looks() {
    let yard = yard().await;
    stock(&yard).await;
    let acme = VehicleFilter { make: "acme".into(), ..VehicleFilter::default() };
    assert_eq!(counts(&yard, acme.clone()).await, [1, 0, 1, 0, 0]);
    let priced = VehicleFilter { status: Some(Status::Priced), ..acme };
    assert_eq!(counts(&yard, priced).await, [1, 0, 1, 0, 0], "the other tabs say what they lead to");
    let far = VehicleFilter { search: "van".into(), km_from: Some(100_000), ..VehicleFilter::default() };
    assert_eq!(counts(&yard, far).await, [1, 0, 0, 0, 0]);
}

#[tokio::test]
async fn what_is_asked_for_can_be_chosen_even_when_it_is_gone() {
    let yard = yard().await;
    stock(&yard).await;
    let filter = VehicleFilter {
        make: "Vanished".into(),
        city: "上海".into(),
        grade: "Z".into(),
        ..VehicleFilter::default()
    };
    let choices = yard.service.vehicle_choices(&yard.inspector, &filter).await.unwrap();
    let found = |listed: &[vehicle::Choice], value: &str| -> Vec<i64> {
        listed.iter().filter(|choice| choice.value == value).map(|choice| choice.count).collect()
    };
    assert_eq!(found(&choices.makes, "Vanished"), [0]);
    assert_eq!(found(&choices.grades, "Z"), [0]);
    assert_eq!(found(&choices.cities, "上海"), [2], "what is there stands once");
    let folded = VehicleFilter { make: "aCmE".into(), ..VehicleFilter::default() };
    let choices = yard.service.vehicle_choices(&yard.inspector, &folded).await.unwrap();
    assert_eq!(choices.makes.len(), 2, "a make is one in whatever letter case");
}

#[tokio::test]
async fn an_export_holds_exactly_what_is_filtered() {
    let yard = yard().await;
    stock(&yard).await;
    let filter =
        VehicleFilter { make: "acme".into(), sort: Sort::YearNew, per_page: 1, ..VehicleFilter::default() };
    let mut rows = yard.service.export_vehicles(&yard.inspector, filter, 10).unwrap();
    let mut models = Vec::new();
    while let Some(row) = rows.recv().await {
        models.push(row.unwrap().facts.model);
    }
    assert_eq!(models, ["Roadster", "Van"]);
}

/// With a hundred thousand cars a page must not read them all.
#[tokio::test]
async fn the_lists_orders_use_their_indexes() {
    let yard = yard().await;
    stock(&yard).await;
    let mut conn = yard.db.acquire().await.unwrap();
    sqlx::query("SET enable_seqscan = off").execute(&mut *conn).await.unwrap();
    sqlx::query("SET enable_sort = off").execute(&mut *conn).await.unwrap();
    for (sql, index) in [
        (
            "SELECT id, title FROM vehicle v ORDER BY v.updated_at DESC, v.id DESC LIMIT 50",
            "vehicle_by_update",
        ),
        (
            "SELECT id, title FROM vehicle v ORDER BY v.start_fen DESC NULLS LAST, v.id DESC LIMIT 50",
            "vehicle_by_start",
        ),
        ("SELECT id, title FROM vehicle v ORDER BY v.mileage_km, v.id LIMIT 50", "vehicle_by_mileage"),
        (
            "SELECT id, title FROM vehicle v ORDER BY v.model_year DESC NULLS LAST, v.id DESC LIMIT 50",
            "vehicle_by_year",
        ),
        ("SELECT id, title FROM vehicle v WHERE v.vin = '1M8GDM9AXKP042788'", "vehicle_vin_key"),
    ] {
        let plan =
            sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN {sql}"))).fetch_all(&mut *conn).await.unwrap();
        let plan: String = plan.iter().map(|row| row.get::<String, _>(0)).collect();
        assert!(plan.contains(index), "{sql}: {plan}");
    }
}
