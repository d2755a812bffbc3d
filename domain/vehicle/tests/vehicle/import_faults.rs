use std::sync::Arc;

use bytes::Bytes;
use platform_db::new_id;
use vehicle::Service;
use vehicle::import::{FoundLine, JobStatus, OpenImport, Progress, Severity};

use crate::import::{LISTINGS, file, import, importer, open, run, start};
use crate::yard::{MemoryStore, Yard, code, yard};

/// The refused lines of an import.
pub async fn refused(yard: &Yard, id: uuid::Uuid) -> Vec<FoundLine> {
    yard.service.found_lines(&yard.inspector, id, Severity::Rejected, 0, 100).await.unwrap()
}

/// Enough rows for several batches of the check and several steps of applying.
pub fn many(rows: usize) -> String {
    let mut text = "编号,品牌,车系,年款,里程(万公里),报价(万元)\n".to_owned();
    for n in 0..rows {
        text.push_str(&format!("N{n},远山,S5,2020,{}.5,8.{}\n", n % 20, n % 10));
    }
    text
}

#[tokio::test]
async fn missing_columns_are_named_all_at_once() {
    let yard = yard().await;
    import(&yard, "listings", LISTINGS.as_bytes(), false).await;
    let job = open(&yard, "listings", "编号,品牌,里程(万公里)\nA-1,远山,1\n".as_bytes()).await.unwrap();
    match start(&yard, &job, job.mapping.clone()).await {
        Err(platform_db::CommandError::Refused(problem)) => {
            assert_eq!(problem.code, "MISSING_COLUMNS");
            assert_eq!(problem.data["columns"], "车系、车型名称、上牌时间、所在城市、报价(万元)");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(run(&yard, job.id).await.status, JobStatus::Uploaded);
}

#[tokio::test]
async fn bad_lines_are_told_by_line_and_code() {
    let yard = yard().await;
    let text = "vin,编号,品牌,车系,年款,里程(万公里)\n\
        1M8GDM9AXKP042788,B-1,远山,S5,2021,3\n\
        123,B-2,远山,S5,2021,3\n\
        ,,远山,S5,2021,3\n\
        ,B-4,,S5,2O21,很多\n\
        ,B-5,远山\n\
        1M8GDM9AXKP042788,B-1,远山,S5,2021,3\n\
        1M8GDM9AXKP042788,B-7,远山,S5,2021,4\n\
        ,B-8,远山,S\u{0}5,2021,4\n\
        ,B-9,远山,\"S5\n加长\",2021,4\n";
    let job = import(&yard, "mixed", text.as_bytes(), false).await;
    assert_eq!((job.counts.read, job.counts.new, job.counts.repeated, job.counts.rejected), (9, 2, 1, 6));
    let lines = refused(&yard, job.id).await;
    let told: Vec<(i64, Vec<&str>)> =
        lines.iter().map(|l| (l.line, l.reasons.iter().map(|(code, _)| code.as_str()).collect())).collect();
    assert_eq!(
        told,
        [
            (3, vec!["VIN_LENGTH"]),
            (4, vec!["IDENTITY_MISSING"]),
            (5, vec!["MAKE_MISSING", "MILEAGE_INVALID", "MODEL_YEAR_INVALID"]),
            (6, vec!["COLUMN_COUNT"]),
            (8, vec!["DUPLICATE_IN_FILE"]),
            (9, vec!["BAD_CHARACTERS"]),
        ]
    );
    assert_eq!(lines[0].cells[1], "B-2");
    assert_eq!(lines[4].reasons[0].1, "2"); // the line that named the car first
}

#[tokio::test]
async fn contradictions_with_what_is_there_are_refused() {
    let yard = yard().await;
    let header = "vin,编号,品牌,车系\n";
    import(
        &yard,
        "a",
        format!("{header}1M8GDM9AXKP042788,R-1,远山,S5\n11111111111111111,R-2,远山,S5\n").as_bytes(),
        false,
    )
    .await;
    let job = import(&yard, "a", format!("{header}1M8GDM9AXKP042788,R-2,远山,S5\n").as_bytes(), false).await;
    assert_eq!((job.status, job.counts.rejected), (JobStatus::Done, 1));
    let lines = refused(&yard, job.id).await;
    assert_eq!((lines[0].reasons[0].0.as_str(), lines[0].cells[1].as_str()), ("IDENTITY_CONFLICT", "R-2"));
    // one car named by VIN in one row and by reference in another
    let job =
        import(&yard, "a", format!("{header}1M8GDM9AXKP042788,,远山,S6\n,R-1,远山,S7\n").as_bytes(), false)
            .await;
    assert_eq!((job.counts.changed, job.counts.rejected), (1, 1));
}

/// A service of another process on the same database and folder.
fn other_process(yard: &Yard) -> Service {
    let spool = yard.spool.path().to_owned();
    Service::new(yard.db.clone(), yard.clock.clone(), Arc::new(MemoryStore::default()), spool)
}

/// Runs imports until one has come so far, and then drops it as a kill would.
async fn run_until(service: &Service, far_enough: impl Fn(&Progress) -> bool) {
    let mut progress = service.watch_imports();
    tokio::select! {
        () = async { while service.run_import_step().await.unwrap() {} } => panic!("it ended before it was cut off"),
        reached = progress.wait_for(far_enough) => { reached.unwrap(); }
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_comes_to_the_same_result() {
    let yard = yard().await;
    let job = open(&yard, "many", many(5_000).as_bytes()).await.unwrap();
    start(&yard, &job, job.mapping.clone()).await.unwrap();
    run_until(&yard.service, |progress| progress.rows_read >= 2_000).await;
    assert!(yard.count("import_row").await >= 2_000);
    run_until(&yard.service, |progress| progress.rows_applied >= 1_500).await;
    assert_eq!(yard.count("vehicle").await, 0); // nothing is half imported

    // another process waits until the first is surely dead
    let other = other_process(&yard);
    assert!(!other.run_import_step().await.unwrap());
    yard.clock.advance(31_000);
    while other.run_import_step().await.unwrap() {}
    let done = yard.service.show_import(&yard.inspector, job.id).await.unwrap();
    assert_eq!((done.status, done.counts.new, done.counts.rejected), (JobStatus::Done, 5_000, 0));
    assert_eq!((yard.count("vehicle").await, yard.count("vehicle_trail").await), (5_000, 5_000));
    assert_eq!(yard.events().await.len(), 5_000);
}

#[tokio::test]
async fn staged_rows_lost_in_a_crash_are_read_again() {
    let yard = yard().await;
    let job = open(&yard, "many", many(1_500).as_bytes()).await.unwrap();
    start(&yard, &job, job.mapping.clone()).await.unwrap();
    yard.service.run_import_step().await.unwrap();
    // an unlogged table is empty after a crash of the database
    sqlx::query("TRUNCATE import_row").execute(&yard.db).await.unwrap();
    let done = run(&yard, job.id).await;
    assert_eq!((done.status, done.counts.new), (JobStatus::Done, 1_500));
}

#[tokio::test]
async fn a_file_that_is_gone_fails_and_can_be_started_again() {
    let yard = yard().await;
    let job = open(&yard, "many", many(10).as_bytes()).await.unwrap();
    start(&yard, &job, job.mapping.clone()).await.unwrap();
    let files: Vec<_> =
        std::fs::read_dir(yard.spool.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in &files {
        std::fs::rename(path, path.with_extension("away")).unwrap();
    }
    let failed = run(&yard, job.id).await;
    assert_eq!((failed.status, failed.failure.unwrap().code.as_str()), (JobStatus::Failed, "FILE_GONE"));
    for path in &files {
        std::fs::rename(path.with_extension("away"), path).unwrap();
    }
    yard.service.restart_import(&importer(), job.id).await.unwrap();
    assert_eq!(run(&yard, job.id).await.counts.new, 10);
}

#[tokio::test]
async fn what_is_no_table_is_refused_and_not_kept() {
    let yard = yard().await;
    let upload = |bytes: &'static [u8]| {
        let input = OpenImport { id: new_id(), source: "junk".into(), file_name: "x.csv".into() };
        let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(bytes))]);
        yard.service.upload_import(&yard.inspector, input, chunks)
    };
    assert_eq!(code(upload(b"PK\x03\x04\x14\x00").await), "FILE_IS_WORKBOOK");
    assert_eq!(code(upload(b"\x00\x01\x02\x03\x04\x05\x00\x07").await), "FILE_NOT_TEXT");
    assert_eq!(code(upload(b"").await), "FILE_EMPTY");
    assert_eq!(std::fs::read_dir(yard.spool.path()).unwrap().count(), 0);
    let path = file(&yard, b"vin,make,model\n");
    let input = OpenImport { id: new_id(), source: "junk".into(), file_name: "x.csv".into() };
    let job = yard.service.open_import(&importer(), input, &path).await.unwrap();
    start(&yard, &job, job.mapping.clone()).await.unwrap();
    let failed = run(&yard, job.id).await;
    assert_eq!(failed.failure.unwrap().code, "NO_ROWS");
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let yard = yard().await;
    let input = OpenImport { id: new_id(), source: "junk".into(), file_name: "x.csv".into() };
    let chunks = futures_util::stream::iter([
        Ok(Bytes::from_static(b"vin,make\n")),
        Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "gone")),
    ]);
    assert_eq!(code(yard.service.upload_import(&yard.inspector, input, chunks).await), "UPLOAD_BROKEN");
    assert_eq!(std::fs::read_dir(yard.spool.path()).unwrap().count(), 0);
}
