use std::path::PathBuf;

use kernel::{Fen, Principal, Role};
use platform_db::{CommandError, new_id};
use uuid::Uuid;
use vehicle::import::{ImportJob, JobStatus, Mapping, OpenImport, SMALL_FILE_BYTES, StartImport};
use vehicle::{CorrectVehicle, Field, MileageUnit, Status, VehicleFilter, VehiclePriced};

use crate::yard::{Yard, code, yard};

/// Made up; two good cars by VIN, one with a wrong check digit.
const SALES: &str = "Year,Make,Model,Trim,VIN,State,Grade,Odometer,Color,Seller,MMR,Selling Price\n\
    2014,Acme,Roadster,GT,1m8gdm9axkp042788,nv,4.1,41000,red,Acme Leasing,17000,16500\n\
    2012,Bolt,Van,,11111111111111111,ca,,88000,white,,9000,9100\n\
    2015,Bolt,Van,,1M8GDM9A1KP042788,ca,3.0,12000,white,,12000,9100\n";

/// Made up: listings without VINs.
pub const LISTINGS: &str = "编号,品牌,车系,车型名称,上牌时间,里程(万公里),报价(万元),所在城市\n\
    A-1,远山,S5,远山S5 2021款 舒适型,2021-06,3.25,8.98,杭州\n\
    A-2,远山,S7,远山S7 2019款 豪华型,2019-03,7.1,10.5,宁波\n\
    A-3,长河,X1,长河X1 2020款,未上牌,0.01,6.6,杭州\n";

pub fn importer() -> Principal {
    platform_testkit::staff(&[Role::Inspector, Role::Pricing])
}

pub fn file(yard: &Yard, bytes: &[u8]) -> PathBuf {
    let path = yard.spool.path().join(format!("{}.csv", new_id()));
    std::fs::write(&path, bytes).unwrap();
    path
}

pub async fn open(yard: &Yard, source: &str, bytes: &[u8]) -> Result<ImportJob, CommandError> {
    let path = file(yard, bytes);
    let input = OpenImport { id: new_id(), source: source.into(), file_name: "cars.csv".into() };
    yard.service.open_import(&importer(), input, &path).await
}

pub async fn start(yard: &Yard, job: &ImportJob, mapping: Mapping) -> Result<(), CommandError> {
    let input = StartImport { job_id: job.id, mapping, apply_at_once: true };
    yard.service.start_import(&importer(), input).await
}

pub async fn run(yard: &Yard, id: Uuid) -> ImportJob {
    while yard.service.run_import_step().await.unwrap() {}
    yard.service.show_import(&yard.inspector, id).await.unwrap()
}

/// Opens, starts and runs an import; with prices when the header suggests a rule and `priced`.
pub async fn import(yard: &Yard, source: &str, bytes: &[u8], priced: bool) -> ImportJob {
    let job = open(yard, source, bytes).await.unwrap();
    let price = Mapping::suggested_price(&job.layout.header).filter(|_| priced);
    start(yard, &job, Mapping { price, ..job.mapping.clone() }).await.unwrap();
    run(yard, job.id).await
}

async fn codes(yard: &Yard, id: Uuid) -> Vec<(String, bool, i64)> {
    let found = yard.service.import_findings(&yard.inspector, id).await.unwrap();
    found.into_iter().map(|f| (f.code, f.rejected, f.count)).collect()
}

#[tokio::test]
async fn an_auctions_file_becomes_cars() {
    let yard = yard().await;
    let job = import(&yard, "us-sales", SALES.as_bytes(), false).await;
    assert_eq!((job.status, job.counts.new, job.counts.rejected), (JobStatus::Done, 2, 1));
    assert_eq!(codes(&yard, job.id).await, [("VIN_CHECK_DIGIT_WRONG".to_owned(), true, 1)]);
    let filter = VehicleFilter { search: "1M8GDM9AXKP042788".into(), ..VehicleFilter::default() };
    let line = yard.service.list_vehicles(&yard.inspector, &filter).await.unwrap().lines.remove(0);
    let car = yard.service.show_vehicle(&yard.inspector, line.id).await.unwrap();
    assert_eq!((car.facts.mileage_km, car.facts.title.as_str()), (Some(65_983), "2014 Acme Roadster GT"));
    // a price of another country is a label, never an amount of ours
    assert_eq!(
        (car.facts.source_price.as_str(), car.guide_fen, car.status),
        ("16500 USD", None, Status::Received)
    );
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let yard = yard().await;
    for (source, text) in [("us-sales", SALES), ("listings", LISTINGS)] {
        let first = import(&yard, source, text.as_bytes(), true).await;
        assert_eq!(first.status, JobStatus::Done, "{source}");
        assert!(first.counts.new >= 2 && first.counts.priced == first.counts.new, "{source}");
        let before = (yard.events().await.len(), yard.count("vehicle_trail").await);
        let second = import(&yard, source, text.as_bytes(), true).await;
        assert_eq!(
            (second.counts.new, second.counts.changed, second.counts.unchanged),
            (0, 0, first.counts.new),
            "{source}"
        );
        assert_eq!((yard.events().await.len(), yard.count("vehicle_trail").await), before);
    }
    assert_eq!(yard.count("import_row").await, 0);
}

#[tokio::test]
async fn priced_rows_are_ready_for_a_sale() {
    let yard = yard().await;
    import(&yard, "listings", LISTINGS.as_bytes(), true).await;
    let filter = VehicleFilter { search: "A-1".into(), ..VehicleFilter::default() };
    let line = yard.service.list_vehicles(&yard.inspector, &filter).await.unwrap().lines.remove(0);
    assert_eq!(
        (line.status, line.guide_fen, line.start_fen),
        (Status::Priced, Some(Fen(8_980_000)), Some(Fen(6_290_000)))
    );
    assert_eq!((line.has_reserve, line.mileage_km), (true, Some(32_500)));
    let priced: Vec<VehiclePriced> =
        yard.events().await.iter().filter_map(|event| event.read()).map(Result::unwrap).collect();
    assert_eq!(priced.len(), 3);
    assert!(priced.iter().any(|price| price.reserve_fen == Some(Fen(8_080_000))));
    let report = yard.service.show_vehicle(&yard.inspector, line.id).await.unwrap().reports.remove(0);
    assert_eq!(report.origin, "source");
}

#[tokio::test]
async fn gbk_utf_16_and_compressed_files_read_the_same() {
    use std::io::Write as _;
    let utf_16: Vec<u8> =
        [0xfeff].into_iter().chain(LISTINGS.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(LISTINGS.as_bytes()).unwrap();
    let variants = [encoding_rs::GBK.encode(LISTINGS).0.into_owned(), utf_16, packer.finish().unwrap()];
    let yard = yard().await;
    import(&yard, "listings", LISTINGS.as_bytes(), false).await;
    for bytes in variants {
        let job = import(&yard, "listings", &bytes, false).await;
        assert_eq!(
            (job.status, job.counts.unchanged, job.counts.new),
            (JobStatus::Done, 3, 0),
            "{}",
            job.layout.encoding
        );
    }
}

#[tokio::test]
async fn a_changed_row_changes_only_what_it_says() {
    let yard = yard().await;
    import(&yard, "listings", LISTINGS.as_bytes(), true).await;
    let filter = VehicleFilter { search: "A-2".into(), ..VehicleFilter::default() };
    let line = yard.service.list_vehicles(&yard.inspector, &filter).await.unwrap().lines.remove(0);
    let mut facts = yard.service.show_vehicle(&yard.inspector, line.id).await.unwrap().facts;
    facts.mileage_km = Some(72_000);
    let input = CorrectVehicle {
        id: new_id(),
        vehicle_id: line.id,
        facts,
        reason: "表".into(),
        vin_confirmed: false,
    };
    yard.service.correct_vehicle(&yard.inspector, input).await.unwrap();

    let moved = LISTINGS.replace("10.5,宁波", "9.5,绍兴");
    let job = import(&yard, "listings", moved.as_bytes(), true).await;
    assert_eq!((job.counts.changed, job.counts.unchanged, job.counts.priced), (1, 2, 1));
    let car = yard.service.show_vehicle(&yard.inspector, line.id).await.unwrap();
    assert_eq!((car.facts.city.as_str(), car.facts.mileage_km), ("绍兴", Some(72_000)));
    assert_eq!((car.guide_fen, car.prices.len(), car.reports.len()), (Some(Fen(9_500_000)), 2, 1));
    let trail: Vec<_> = car.trail.iter().map(|t| t.what.as_str()).collect();
    assert_eq!(trail, ["priced", "imported", "corrected", "priced", "inspected", "received"]);
    // each fact that was not taken in like this says who said it
    let said: Vec<_> =
        car.said.iter().map(|(key, said)| (&**key, &*said.what, said.source.as_deref())).collect();
    let [city, mileage, price] = [Field::City, Field::Mileage, Field::SourcePrice].map(Field::key);
    let imported = |key| (key, "imported", Some("listings"));
    assert_eq!(said, [imported(city), (mileage, "corrected", None), imported(price)]);
}

#[tokio::test]
async fn the_mapping_is_kept_for_the_source() {
    let yard = yard().await;
    let text = "ref;hersteller;modell;km\n1;Acme;Roadster;1.234\n";
    let job = open(&yard, "de-list", text.as_bytes()).await.unwrap();
    assert_eq!(job.layout.delimiter, ';');
    let columns = [
        (Field::ExternalId, "ref"),
        (Field::Make, "hersteller"),
        (Field::Model, "modell"),
        (Field::Mileage, "km"),
    ];
    let mapping = Mapping {
        columns: columns.map(|(field, name)| (field, name.to_owned())).into_iter().collect(),
        mileage_unit: MileageUnit::WanKm,
        ..Mapping::default()
    };
    start(&yard, &job, mapping.clone()).await.unwrap();
    assert_eq!(run(&yard, job.id).await.counts.new, 1);
    assert_eq!(open(&yard, "de-list", text.as_bytes()).await.unwrap().mapping, mapping);
}

#[tokio::test]
async fn a_person_decides_between_check_and_apply() {
    let yard = yard().await;
    let who = importer();
    let job = open(&yard, "listings", LISTINGS.as_bytes()).await.unwrap();
    let input = StartImport { job_id: job.id, mapping: job.mapping.clone(), apply_at_once: false };
    yard.service.start_import(&who, input.clone()).await.unwrap();
    let checked = run(&yard, job.id).await;
    assert_eq!(
        (checked.status, checked.counts.good, yard.count("vehicle").await),
        (JobStatus::Checked, 3, 0)
    );
    yard.service.apply_import(&who, job.id).await.unwrap();
    assert_eq!(run(&yard, job.id).await.status, JobStatus::Done);
    assert_eq!(yard.count("vehicle").await, 3);
    assert_eq!(code(yard.service.start_import(&who, input).await), "IMPORT_HAS_ENDED");

    let given_up = open(&yard, "listings", LISTINGS.as_bytes()).await.unwrap();
    yard.service.discard_import(&who, given_up.id).await.unwrap();
    assert_eq!(run(&yard, given_up.id).await.status, JobStatus::Discarded);
}

#[tokio::test]
async fn pricing_by_import_is_the_pricing_staffs() {
    let yard = yard().await;
    let job = open(&yard, "listings", LISTINGS.as_bytes()).await.unwrap();
    let mapping = Mapping { price: Mapping::suggested_price(&job.layout.header), ..job.mapping };
    let input = StartImport { job_id: job.id, mapping, apply_at_once: true };
    assert_eq!(code(yard.service.start_import(&yard.inspector, input).await), "FORBIDDEN");
    let upload = OpenImport { id: new_id(), source: "Not A Name".into(), file_name: String::new() };
    let nothing = futures_util::stream::empty::<Result<bytes::Bytes, std::io::Error>>();
    assert_eq!(code(yard.service.upload_import(&yard.inspector, upload, nothing).await), "SOURCE_NAME");
}

/// A file that is not small.
fn large() -> String {
    let header = LISTINGS.lines().next().unwrap();
    let row = |n: usize| format!("L-{n},远山,S5,远山S5 2021款 舒适型,2021-06,3.25,8.98,杭州\n");
    let rows = usize::try_from(SMALL_FILE_BYTES).unwrap() / row(0).len() + 1;
    format!("{header}\n{}", (0..rows).map(row).collect::<String>())
}

#[tokio::test]
async fn a_small_import_overtakes_a_large_one_but_not_of_its_own_source() {
    let yard = yard().await;
    let opened = async |source: &str, text: &str| {
        let job = open(&yard, source, text.as_bytes()).await.unwrap();
        start(&yard, &job, job.mapping.clone()).await.unwrap();
        yard.clock.advance(1_000);
        job.id
    };
    let large = opened("listings", &large()).await;
    let other = opened("us-sales", SALES).await;
    let same = opened("listings", LISTINGS).await;
    while yard.service.run_small_import_step().await.unwrap() {}
    let status = async |id| yard.service.show_import(&yard.inspector, id).await.unwrap().status;
    assert_eq!(status(other).await, JobStatus::Done);
    assert_eq!((status(large).await, status(same).await), (JobStatus::Checking, JobStatus::Checking));
    while yard.service.run_import_step().await.unwrap() {}
    assert_eq!((status(large).await, status(same).await), (JobStatus::Done, JobStatus::Done));
}
