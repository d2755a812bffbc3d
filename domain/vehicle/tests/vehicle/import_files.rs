//! Files as they really come: cut off, sent twice, in the wrong encoding, with quotes that do not close.

use bytes::Bytes;
use platform_db::new_id;
use vehicle::import::{FirstLine, JobStatus, Mapping, OpenImport, ReadAs, Severity};
use vehicle::{Field, VehicleFilter};

use crate::import::{LISTINGS, import, importer, open, run, start};
use crate::import_faults::{many, refused};
use crate::yard::{Yard, yard};

fn one_chunk(text: &str) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    futures_util::stream::iter([Ok(Bytes::from(text.to_owned()))])
}

fn files(yard: &Yard) -> usize {
    std::fs::read_dir(yard.spool.path()).unwrap().count()
}

#[tokio::test]
async fn the_same_upload_again_keeps_the_first_file() {
    let yard = yard().await;
    let input = OpenImport { id: new_id(), source: "listings".into(), file_name: "cars.csv".into() };
    let first = yard.service.upload_import(&importer(), input.clone(), one_chunk(LISTINGS)).await.unwrap();
    let other = one_chunk("编号,品牌,车系\nZ-1,别的,车\n");
    assert_eq!(yard.service.upload_import(&importer(), input.clone(), other).await.unwrap(), first);
    let broken = futures_util::stream::iter([Err(std::io::Error::other("gone"))]);
    yard.service.upload_import(&importer(), input, broken).await.unwrap();
    assert_eq!(files(&yard), 1);
    start(&yard, &first, first.mapping.clone()).await.unwrap();
    assert_eq!(run(&yard, first.id).await.counts.new, 3);
    assert_eq!(files(&yard), 0);
}

#[tokio::test]
async fn an_upload_that_nobody_goes_on_with_leaves_nothing() {
    let yard = yard().await;
    let (sender, chunks) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let chunks = futures_util::stream::unfold(chunks, |mut chunks| async {
        chunks.recv().await.map(|chunk| (chunk, chunks))
    });
    let input = OpenImport { id: new_id(), source: "listings".into(), file_name: "cars.csv".into() };
    let who = importer();
    let upload = yard.service.upload_import(&who, input, chunks);
    // the second chunk is taken once the first is written; then the request is dropped, as a timeout does
    tokio::select! {
        _ = upload => panic!("it ended by itself"),
        () = async {
            for _ in 0..3 {
                sender.send(Ok(Bytes::from_static(b"vin,make\n"))).await.unwrap();
            }
            assert_eq!(files(&yard), 1);
        } => {}
    }
    assert_eq!(files(&yard), 0);
}

#[tokio::test]
async fn the_worker_removes_what_a_killed_server_left() {
    let yard = yard().await;
    let kept = yard
        .service
        .upload_import(
            &importer(),
            OpenImport { id: new_id(), source: "listings".into(), file_name: "cars.csv".into() },
            one_chunk(LISTINGS),
        )
        .await
        .unwrap();
    let orphan = yard.spool.path().join(format!("{}.upload", new_id()));
    let fresh = yard.spool.path().join(format!("{}.upload", new_id()));
    std::fs::write(&orphan, "vin,make").unwrap();
    std::fs::write(&fresh, "vin,make").unwrap();
    for entry in std::fs::read_dir(yard.spool.path()).unwrap() {
        let path = entry.unwrap().path();
        if path != fresh {
            std::fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(std::time::UNIX_EPOCH)
                .unwrap();
        }
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut progress = yard.service.watch_imports();
    let worker = yard.service.start_imports(stopped);
    start(&yard, &kept, kept.mapping.clone()).await.unwrap();
    progress.wait_for(|now| now.rows_applied == 3).await.unwrap();
    stop.send_replace(true);
    worker.await.unwrap();
    assert!(fresh.exists() && !orphan.exists());
}

#[tokio::test]
async fn a_quote_that_never_closes_stops_the_import_and_names_its_line() {
    let yard = yard().await;
    let text = many(2_000).replace("N1200,远山", "N1200,\"远山");
    let job = import(&yard, "many", text.as_bytes(), false).await;
    let failure = job.failure.unwrap();
    assert_eq!((job.status, failure.code.as_str()), (JobStatus::Failed, "RECORD_TOO_LONG"));
    assert_eq!(failure.data["line"], 1_202);
    assert_eq!(yard.count("vehicle").await, 0);
}

#[tokio::test]
async fn refused_and_doubtful_lines_keep_all_their_cells() {
    let yard = yard().await;
    let long = "x".repeat(5_000);
    let text = format!(
        "vin,编号,品牌,车系,备注\n,C-1,远山,S5,a,b,c\n,C-2,,,{long}\n1M8GDM9A1KP042788,C-3,远山,S5,好\n,C-4,'-1,S5,\n"
    );
    let job = import(&yard, "cells", text.as_bytes(), false).await;
    let lines = refused(&yard, job.id).await;
    assert_eq!(lines[0].cells, ["", "C-1", "远山", "S5", "a", "b", "c"]);
    assert_eq!((lines[1].reasons.len(), lines[1].cells[4].len()), (2, 5_000));
    let doubtful = yard.service.found_lines(&yard.inspector, job.id, Severity::Warning, 0, 10).await.unwrap();
    assert_eq!((doubtful.len(), doubtful[0].line, doubtful[0].cells[1].as_str()), (1, 4, "C-3"));
    // the apostrophe of our own file of refused lines is not the make's
    let filter = VehicleFilter { search: "C-4".into(), ..VehicleFilter::default() };
    let line = yard.service.list_vehicles(&yard.inspector, &filter).await.unwrap().lines.remove(0);
    assert_eq!(line.title, "-1 S5");
}

#[tokio::test]
async fn a_wrong_check_digit_is_refused_only_where_it_must_be_right() {
    let yard = yard().await;
    // the first must have its check digit right, the second, a European one, need not
    let text = "vin,make,model\n1M8GDM9A1KP042788,Acme,Van\nWM8GDM9A1KP042788,Acme,Van\n";
    let job = open(&yard, "somewhere", text.as_bytes()).await.unwrap();
    let mapping = Mapping { vin_strict: true, ..job.mapping.clone() };
    start(&yard, &job, mapping.clone()).await.unwrap();
    let strict = run(&yard, job.id).await;
    assert_eq!((strict.counts.new, strict.counts.rejected, strict.counts.warned), (1, 1, 1));
    let job = open(&yard, "somewhere", text.as_bytes()).await.unwrap();
    assert!(job.mapping.vin_strict, "it is kept for the source");
    start(&yard, &job, Mapping { vin_strict: false, ..mapping }).await.unwrap();
    let lenient = run(&yard, job.id).await;
    assert_eq!((lenient.counts.new, lenient.counts.rejected, lenient.counts.warned), (1, 0, 2));
}

#[tokio::test]
async fn another_encoding_gives_other_columns_to_match() {
    let yard = yard().await;
    // one Chinese character in a header of Latin letters is not enough to find GBK out
    let job = open(&yard, "gbk", &encoding_rs::GBK.encode(LISTINGS).0).await.unwrap();
    let again = |encoding: &str| {
        let read_as = ReadAs { encoding: Some(encoding.to_owned()), ..ReadAs::default() };
        yard.service.reread_import(&yard.inspector, job.id, read_as)
    };
    assert!(!again("gb18030").await.unwrap(), "that is how it is read already");
    assert!(again("windows-1252").await.unwrap());
    let garbled = yard.service.show_import(&yard.inspector, job.id).await.unwrap();
    assert!(garbled.mapping.columns.is_empty() && garbled.layout.encoding == "windows-1252");
    assert!(again("gb18030").await.unwrap());
    let mended = yard.service.show_import(&yard.inspector, job.id).await.unwrap();
    assert_eq!(
        (mended.mapping.columns.get(&Field::Make).unwrap().as_str(), &mended.layout),
        ("品牌", &job.layout)
    );
    start(&yard, &mended, mended.mapping.clone()).await.unwrap();
    run(&yard, job.id).await;
    assert!(!again("windows-1252").await.unwrap(), "what is done is not read again");
}

#[tokio::test]
async fn an_inspectors_import_keeps_the_pricing_staffs_rule() {
    let yard = yard().await;
    import(&yard, "listings", LISTINGS.as_bytes(), true).await;
    let job = open(&yard, "listings", LISTINGS.as_bytes()).await.unwrap();
    let rule = job.mapping.price.clone();
    assert!(rule.is_some());
    let mapping = Mapping { price: None, ..job.mapping };
    let input = vehicle::import::StartImport { job_id: job.id, mapping, apply_at_once: true };
    yard.service.start_import(&yard.inspector, input).await.unwrap();
    run(&yard, job.id).await;
    assert_eq!(open(&yard, "listings", LISTINGS.as_bytes()).await.unwrap().mapping.price, rule);
}

#[tokio::test]
async fn one_car_under_two_names_is_found_across_the_steps() {
    let yard = yard().await;
    let header = "vin,编号,品牌,车系\n";
    import(&yard, "a", format!("{header}1M8GDM9AXKP042788,R-1,远山,S5\n").as_bytes(), false).await;
    let others: String = (0..700).map(|n| format!(",X-{n},远山,S5\n")).collect();
    let by_vin = "1M8GDM9AXKP042788,,远山,S6\n";
    let by_reference = ",R-1,远山,S7\n";
    for (first, last) in [(by_vin, by_reference), (by_reference, by_vin)] {
        let job = import(&yard, "a", format!("{header}{first}{others}{last}").as_bytes(), false).await;
        let lines = refused(&yard, job.id).await;
        assert_eq!((lines.len(), lines[0].line), (1, 703));
        assert_eq!(lines[0].reasons[0].0, "DUPLICATE_IN_FILE");
    }
}

#[tokio::test]
async fn what_waits_is_told_from_what_is_worked_on_and_is_not_counted() {
    let yard = yard().await;
    let job = open(&yard, "many", many(10).as_bytes()).await.unwrap();
    start(&yard, &job, job.mapping.clone()).await.unwrap();
    let waiting = yard.service.show_import(&yard.inspector, job.id).await.unwrap();
    assert!(waiting.is_waiting(kernel::UnixMs(crate::yard::NOW.0)));
    yard.clock.advance(3_600_000);
    let done = run(&yard, job.id).await;
    assert!(!done.is_waiting(done.ended_at.unwrap()));
    assert_eq!(done.worked_ms, 0);
}

/// The listings without their line of names.
const NAMELESS: &str = "A-1,远山,S5,2021,3.25,8.98,杭州\nA-2,远山,S7,2019,7.1,10.5,宁波\n";

#[tokio::test]
async fn a_file_without_names_of_columns_is_doubted_and_read_from_its_first_line() {
    let yard = yard().await;
    let job = open(&yard, "nameless", NAMELESS.as_bytes()).await.unwrap();
    assert!(job.layout.is_first_line_doubtful());
    let as_data = ReadAs { first_line: Some(FirstLine::Data), ..ReadAs::default() };
    assert!(yard.service.reread_import(&yard.inspector, job.id, as_data.clone()).await.unwrap());
    assert!(!yard.service.reread_import(&yard.inspector, job.id, as_data).await.unwrap(), "once is enough");
    let job = yard.service.show_import(&yard.inspector, job.id).await.unwrap();
    assert_eq!((job.layout.header[0].as_str(), job.layout.sample[0][0].as_str()), ("#1", "A-1"));
    let mut mapping = job.mapping.clone();
    for (field, column) in [(Field::ExternalId, "#1"), (Field::Make, "#2"), (Field::Model, "#3")] {
        mapping.columns.insert(field, column.into());
    }
    start(&yard, &job, mapping.clone()).await.unwrap();
    let done = run(&yard, job.id).await;
    assert_eq!((done.counts.read, done.counts.new), (2, 2), "no car is lost");

    // the source's next file is read in the same way, unless its first line does name the columns
    let next = open(&yard, "nameless", NAMELESS.as_bytes()).await.unwrap();
    assert_eq!((next.layout.first_line, &next.mapping.columns), (FirstLine::Data, &mapping.columns));
    let named = open(&yard, "nameless", LISTINGS.as_bytes()).await.unwrap();
    assert_eq!(named.layout.first_line, FirstLine::Names);
}
