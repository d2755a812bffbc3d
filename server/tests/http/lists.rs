//! Every list's files: the same headers, the same marks, headings in words.

use axum::http::{Method, StatusCode};
use kernel::Access;
use server::route_table::Row;

use crate::support::{Answer, TestServer};

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Files of a list, not of one thing.
fn files<'a>(server: &'a TestServer, ending: &str) -> Vec<&'a Row> {
    let is_file = |row: &&Row| row.method == Method::GET && row.path.ends_with(ending);
    server.table.iter().filter(is_file).filter(|row| !row.path.contains('{')).collect()
}

async fn got(server: &TestServer, row: &Row) -> Answer {
    let login = ["yuanxing", "sales", "finance", "admin"]
        .into_iter()
        .find(|login| row.access.allows(Some(&server.person(login))))
        .unwrap();
    let answer = server.signed_in(login).await.get(&row.path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", row.path);
    answer
}

#[tokio::test]
async fn csv_has_the_mark_and_headings_in_words() {
    let server = TestServer::new().await;
    let rows = files(&server, ".csv");
    assert!(rows.len() > 8, "{rows:?}");
    for row in rows {
        let file = got(&server, row).await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8", "{}", row.path);
        let disposition = file.header("content-disposition");
        assert!(disposition.starts_with("attachment; filename=\"") && disposition.ends_with(".csv\""));
        let heading = file.body.strip_prefix('\u{feff}').unwrap().lines().next().unwrap();
        assert!(heading.contains(',') && !heading.contains('.'), "{} begins with {heading}", row.path);
    }
}

#[tokio::test]
async fn workbooks_stand_beside_their_csv() {
    let server = TestServer::new().await;
    for row in files(&server, ".xlsx") {
        let beside = row.path.replace(".xlsx", ".csv");
        let csv = server.table.iter().find(|other| other.path == beside);
        assert_eq!(csv.map(|csv| csv.access), Some(row.access), "{}", row.path);
        let file = got(&server, row).await;
        assert_eq!(file.header("content-type"), WORKBOOK, "{}", row.path);
        assert!(file.header("content-disposition").ends_with(".xlsx\""), "{}", row.path);
        assert!(file.body.starts_with("PK"), "{}", row.path);
    }
}

#[tokio::test]
async fn a_dealer_s_bids_keep_their_columns() {
    let server = TestServer::new().await;
    let file = server.signed_in("yuanxing").await.get("/my/bids/export.csv").await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"my-bids.csv\"");
    assert_eq!(file.body, "\u{feff}time_ms,lot_id,title,max_yuan,number,refused,price_yuan,by\n");
    assert!(server.table.iter().any(|row| row.path == "/my/bids/export.csv" && row.access == Access::Dealer));
}
