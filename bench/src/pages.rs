//! `bench pages`: pages at a fixed rate over kept connections; the time to the first byte of the body.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE};
use reqwest::{Client, redirect};
use tokio::sync::mpsc;

use crate::latency::Latency;
use crate::measure::Reading;
use crate::pace::Schedule;
use crate::report::{self, Sheet};
use crate::socket::SESSION_COOKIE;
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault, seed};

/// Connections are made and caches filled before anything counts.
const WARM_UP: Duration = Duration::from_secs(2);
/// An answer that takes longer is an error.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// What browsers that speak plain HTTP to localhost say.
const ENCODINGS: &str = "gzip, deflate, br";
/// Bids on the seeded lot, so that its page has a price and a history.
const BIDS_ON_LOT: usize = 30;

/// A page at a fixed rate.
#[derive(Clone, Debug, Args)]
pub(crate) struct PagesArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// The page; the bidding page of a lot made for the run when not given.
    #[arg(long)]
    path: Option<String>,
    /// Without signing in.
    #[arg(long)]
    stranger: bool,
    /// Requests a second, whatever becomes of them (open loop).
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// How long, without the two seconds of warm-up.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How many times; several print median and range.
    #[arg(long, default_value_t = 1)]
    runs: usize,
}

/// One page as one visitor asks for it.
#[derive(Clone)]
struct Page {
    client: Client,
    url: Arc<str>,
    cookie: Option<Arc<str>>,
}

/// One answer.
struct Got {
    status: u16,
    first_byte: Instant,
    bytes: usize,
    encoding: String,
}

/// Runs it.
pub(crate) async fn run(arguments: PagesArguments) -> Result<()> {
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let page = page(&arguments, &target, &databases).await?;
    let plain = page.get("identity").await?;
    let mut sheets = Vec::new();
    for _ in 0..arguments.runs {
        let mut sheet = one_run(&arguments, &target, &databases, &page).await?;
        sheet.count("HTML bytes, not compressed", plain.bytes as u64);
        sheets.push(sheet);
    }
    report::print(&format!("pages: {} at {} a second", page.url, arguments.rate), &sheets);
    match plain.status {
        200 => Ok(()),
        status => Err(fault(format!("the page answers {status}"))),
    }
}

async fn page(arguments: &PagesArguments, target: &Target, databases: &Databases) -> Result<Page> {
    let seats = seed::people::seed(databases, 2).await?;
    let path = match &arguments.path {
        Some(path) => path.clone(),
        None => {
            let lot = seed::lots::seed(&databases.auction, 1).await?[0].id;
            seed::some_bids(target, &seats, lot, BIDS_ON_LOT).await?;
            format!("/auctions/lots/{lot}")
        }
    };
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .pool_max_idle_per_host(usize::MAX)
        .tcp_nodelay(true)
        .timeout(ANSWER_WITHIN)
        .build()?;
    let cookie = (!arguments.stranger).then(|| format!("{SESSION_COOKIE}={}", seats[0].session).into());
    Ok(Page { client, url: format!("{}{path}", target.origin).into(), cookie })
}

async fn one_run(
    arguments: &PagesArguments,
    target: &Target,
    databases: &Databases,
    page: &Page,
) -> Result<Sheet> {
    let start = Instant::now() + Duration::from_millis(50);
    let counted_from = start + WARM_UP;
    let length = WARM_UP + Duration::from_secs(arguments.seconds);
    let (due, mut requests) = mpsc::unbounded_channel();
    drop(Schedule { start, rate: arguments.rate, length }.run(move |_, at| {
        // the run may have failed meanwhile
        let _ = due.send(at);
    }));
    let mut asked = tokio::task::JoinSet::new();
    let mut before = None;
    while let Some(due) = requests.recv().await {
        if due >= counted_from && before.is_none() {
            before = Some(Reading::take(target, &databases.auction).await?);
        }
        let page = page.clone();
        asked.spawn(async move { (due, page.get(ENCODINGS).await) });
    }
    let (mut latency, mut statuses, mut bytes) = (Latency::default(), BTreeMap::<String, u64>::new(), 0);
    while let Some(done) = asked.join_next().await {
        let (due, got) = done?;
        if due < counted_from {
            continue;
        }
        let status = match got {
            Ok(got) => {
                latency.record(got.first_byte.saturating_duration_since(due));
                bytes += got.bytes;
                format!("status {} {}", got.status, got.encoding)
            }
            Err(error) => format!("error: {error}"),
        };
        *statuses.entry(status).or_default() += 1;
    }
    let mut sheet = Sheet::default();
    sheet.add("asked a second", arguments.rate, 0);
    for (status, count) in statuses {
        sheet.count(status, count);
    }
    for (name, quantile) in
        [("first byte P50 ms", 0.5), ("first byte P90 ms", 0.9), ("first byte P99 ms", 0.99)]
    {
        sheet.add(name, latency.at_ms(quantile), 2);
    }
    sheet.add("first byte max ms", latency.max_ms(), 2);
    sheet.add("HTML bytes as sent, mean", bytes as f64 / latency.count().max(1) as f64, 0);
    if let Some(before) = before {
        Reading::take(target, &databases.auction).await?.cpu_since(&before, &mut sheet);
    }
    Ok(sheet)
}

impl Page {
    /// Asks for the page and reads it to its end.
    async fn get(&self, encodings: &str) -> Result<Got> {
        let mut request = self.client.get(&*self.url).header(ACCEPT_ENCODING, encodings);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, &**cookie);
        }
        let mut response = request.send().await?;
        let status = response.status().as_u16();
        let encoding = response.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        let encoding = encoding.unwrap_or_default().to_owned();
        let mut bytes = response.chunk().await?.map_or(0, |chunk| chunk.len());
        let first_byte = Instant::now();
        while let Some(chunk) = response.chunk().await? {
            bytes += chunk.len();
        }
        Ok(Got { status, first_byte, bytes, encoding })
    }
}
