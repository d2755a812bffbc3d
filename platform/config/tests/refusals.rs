//! Every wrong value and every wrong combination is refused, with the name of the variable.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use platform_config::{Config, Databases, Demo, LogFormat, MailTls, Service};

fn load(pairs: &[(&str, &str)]) -> Result<Config, String> {
    Config::from_pairs(pairs.iter().copied()).map_err(|errors| errors.to_string())
}

fn refusal(pairs: &[(&str, &str)]) -> String {
    load(pairs).expect_err("these settings are refused")
}

const URLS: [(&str, &str); 5] = [
    ("IDENTITY_DATABASE_URL", "postgres://u:p@db/identity"),
    ("VEHICLE_DATABASE_URL", "postgres://u:p@db/vehicle"),
    ("AUCTION_DATABASE_URL", "postgres://u:p@db/auction"),
    ("ORDER_DATABASE_URL", "postgres://u:p@db/order"),
    ("FINANCE_DATABASE_URL", "postgres://u:p@db/finance"),
];

#[test]
fn nothing_set_runs_everything_on_the_embedded_database() {
    let config = load(&[]).unwrap();
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:3000");
    assert_eq!(config.services, Service::ALL);
    assert_eq!((config.pool_size, config.demo, config.log_format), (16, Demo::Auto, LogFormat::Text));
    assert_eq!((config.time_zone.name.as_str(), config.time_zone.offset_min), ("Asia/Shanghai", 480));
    assert!(config.is_embedded() && !config.secure_cookies);
    assert!(config.wants_demo(true) && !config.wants_demo(false));
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let config = load(&[("LUOCHUI_ADDR", ""), ("AUCTION_DATABASE_URL", "  ")]).unwrap();
    assert_eq!(config.addr.port(), 3000);
    assert!(config.is_embedded());
}

#[test]
fn a_wrong_value_names_the_variable_and_what_is_allowed() {
    let cases = [
        ("LUOCHUI_ADDR", "3000", "an IP address and a port"),
        ("LUOCHUI_ADDR", "localhost:3000", "an IP address and a port"),
        ("LUOCHUI_PUBLIC_URL", "auction.example.com", "a web address without a path"),
        ("LUOCHUI_PUBLIC_URL", "https://auction.example.com/path", "a web address without a path"),
        ("LUOCHUI_PUBLIC_URL", "https://user@auction.example.com", "a web address without a path"),
        ("LUOCHUI_PUBLIC_URL", "https://auction.example.com:0", "a web address without a path"),
        ("LUOCHUI_PUBLIC_URL", "https://[nonsense]", "a web address without a path"),
        ("LUOCHUI_SERVICES", "auction,auctoin", "all, or a comma list of identity"),
        ("LUOCHUI_POOL_SIZE", "1", "a number from 2 to 100"),
        ("LUOCHUI_POOL_SIZE", "many", "a number from 2 to 100"),
        ("LUOCHUI_PEER_ADDR", "3001", "an IP address of this machine"),
        ("LUOCHUI_PEER_ADDR", "node-1:3001", "an IP address of this machine"),
        ("LUOCHUI_PEER_ADDR", "0.0.0.0:3001", "an IP address of this machine"),
        ("LUOCHUI_REDIS_URL", "localhost:6379", "a Redis URL"),
        ("LUOCHUI_REDIS_URL", "redis://", "a Redis URL"),
        ("LUOCHUI_REDIS_URL", "rediss://cache.example.com", "a Redis URL without TLS"),
        ("LUOCHUI_DEMO", "true", "yes, no or auto"),
        ("LUOCHUI_LOG", "info,sqlx=loud", "a level"),
        ("LUOCHUI_LOG", "info,,sqlx=warn", "a level"),
        ("LUOCHUI_LOG_FORMAT", "xml", "text or json"),
        ("LUOCHUI_TIME_ZONE", "Europe/Berlin", "Asia/Shanghai, UTC, or a fixed offset"),
        ("LUOCHUI_TIME_ZONE", "+8:00", "Asia/Shanghai, UTC, or a fixed offset"),
        ("LUOCHUI_TIME_ZONE", "+15:00", "Asia/Shanghai, UTC, or a fixed offset"),
        ("LUOCHUI_TIME_ZONE", "+08:60", "Asia/Shanghai, UTC, or a fixed offset"),
        ("LUOCHUI_SECURE_COOKIES", "maybe", "yes, no or auto"),
    ];
    for (variable, value, allowed) in cases {
        let text = refusal(&[(variable, value)]);
        assert!(text.starts_with(&format!("{variable}: '{value}'")), "{text}");
        assert!(text.contains(allowed), "{text}");
    }
}

#[test]
fn the_way_to_mail_boxes_is_whole_or_not_there_and_its_password_is_shown_nowhere() {
    let server = ("LUOCHUI_MAIL_SERVER", "starttls://smtp.example.com:587");
    let from = ("LUOCHUI_MAIL_FROM", "落槌 <news@auction.example.com>");
    let user = ("LUOCHUI_MAIL_USER", "news");
    let password = ("LUOCHUI_MAIL_PASSWORD", "hunter2-secret");
    let config = load(&[server, from, user, password]).unwrap();
    let mail = config.mail.clone().unwrap();
    assert_eq!((mail.tls, mail.host.as_str(), mail.port), (MailTls::Upgraded, "smtp.example.com", 587));
    assert_eq!(mail.sign_in, Some(("news".to_owned(), "hunter2-secret".to_owned())));
    assert!(!format!("{config:?}").contains("hunter2"));
    let shown = config.explain();
    assert!(shown.iter().all(|line| !line.value.contains("hunter2")));
    assert!(shown.iter().any(|line| line.setting.name == "LUOCHUI_MAIL_PASSWORD" && line.value == "***"));
    assert_eq!(load(&[server, from]).unwrap().mail.unwrap().sign_in, None);
    assert_eq!(load(&[]).unwrap().mail, None);
    for (given, missing) in [
        (vec![server], "LUOCHUI_MAIL_FROM"),
        (vec![from], "LUOCHUI_MAIL_SERVER"),
        (vec![user, password], "LUOCHUI_MAIL_SERVER"),
        (vec![server, from, user], "LUOCHUI_MAIL_PASSWORD"),
        (vec![server, from, password], "LUOCHUI_MAIL_USER"),
    ] {
        let text = refusal(&given);
        assert!(text.contains(&format!("without {missing}")) && !text.contains("hunter2"), "{text}");
    }
    for odd in [
        "smtp.example.com:587",
        "smtp://smtp.example.com:25",
        "smtps://smtp.example.com",
        "smtps://:465",
        "smtps://u:p@smtp.example.com:465",
        "https://smtp.example.com:465",
        "smtps://smtp.example.com:0",
    ] {
        let text = refusal(&[("LUOCHUI_MAIL_SERVER", odd), from]);
        assert!(text.contains("smtps://host:465") && !text.contains("u:p"), "{odd}: {text}");
    }
    for odd in ["news", "news@", "落槌 <news@a> x", "a@b, c@d", "news@auction.example.com\r\nBcc: x@y"] {
        let text = refusal(&[server, ("LUOCHUI_MAIL_FROM", odd)]);
        assert!(text.contains("a mail address"), "{odd}: {text}");
    }
    let long = "x".repeat(201);
    let text = refusal(&[server, from, user, ("LUOCHUI_MAIL_PASSWORD", &long)]);
    assert!(text.contains("'***'"), "{text}");
}

#[test]
fn the_account_to_pay_into_is_whole_or_not_there() {
    let whole = [
        ("LUOCHUI_PAY_NAME", "落槌拍卖有限公司"),
        ("LUOCHUI_PAY_BANK", "工商银行上海静安支行"),
        ("LUOCHUI_PAY_ACCOUNT", "6222 0210 0112 3456 789"),
    ];
    let pay_to = load(&whole).unwrap().pay_to.unwrap();
    assert_eq!((pay_to.name.as_str(), pay_to.account.as_str()), (whole[0].1, whole[2].1));
    assert_eq!(load(&[]).unwrap().pay_to, None);
    let half = refusal(&whole[..2]);
    assert!(half.contains("LUOCHUI_PAY_NAME") && half.contains("without LUOCHUI_PAY_ACCOUNT"), "{half}");
    for (wrong, part) in [(2, "6222/0210"), (2, "12345"), (0, "落槌\u{7}拍卖")] {
        let mut odd = whole;
        odd[wrong].1 = part;
        assert!(refusal(&odd).starts_with(&format!("{}: '", whole[wrong].0)), "{part}");
    }
}

#[test]
fn a_database_url_needs_the_scheme_and_a_database() {
    for url in ["mysql://db/identity", "postgres://db", "postgres://u:p@db/", "identity"] {
        let mut all = URLS;
        all[0].1 = url;
        assert!(refusal(&all).starts_with("IDENTITY_DATABASE_URL: '"), "{url}");
    }
}

#[test]
fn a_refused_database_url_does_not_show_its_password() {
    let mut all = URLS;
    all[0].1 = "mysql://u:geheim@db/identity?password=geheim";
    let text = refusal(&all);
    assert!(text.contains("mysql://u:***@db/identity?password=***") && !text.contains("geheim"), "{text}");
}

#[test]
fn a_mix_of_embedded_and_own_databases_names_each_missing_url() {
    let text = refusal(&[URLS[0], URLS[2]]);
    for missing in
        ["VEHICLE_DATABASE_URL: missing", "ORDER_DATABASE_URL: missing", "FINANCE_DATABASE_URL: missing"]
    {
        assert!(text.contains(missing), "{text}");
    }
    assert!(!text.contains("AUCTION_DATABASE_URL: missing"), "{text}");
}

#[test]
fn a_part_of_the_services_needs_only_its_own_urls() {
    let config = load(&[("LUOCHUI_SERVICES", "order, auction"), URLS[2], URLS[3]]).unwrap();
    assert_eq!(config.services, [Service::Auction, Service::Order]);
    assert!(config.runs(Service::Order) && !config.runs(Service::Vehicle));
    assert_eq!(config.database_url(Service::Auction), Some("postgres://u:p@db/auction"));
    assert!(!config.wants_demo(true), "a part of the services has no demo");
}

#[test]
fn a_part_of_the_services_does_not_run_embedded() {
    let text = refusal(&[("LUOCHUI_SERVICES", "auction")]);
    assert!(text.starts_with("LUOCHUI_SERVICES: a part of the services cannot run"), "{text}");
}

#[test]
fn urls_of_services_that_do_not_run_here_are_left_alone() {
    let mut pairs = vec![("LUOCHUI_SERVICES", "auction")];
    pairs.extend(URLS);
    let Databases::Urls(urls) = load(&pairs).unwrap().databases else { panic!("databases are URLs") };
    assert_eq!(urls.into_keys().collect::<Vec<_>>(), [Service::Auction]);
}

#[test]
fn two_services_do_not_share_a_database() {
    let mut all = URLS;
    all[3].1 = all[2].1;
    let text = refusal(&all);
    assert!(text.starts_with("ORDER_DATABASE_URL: is the same database as AUCTION_DATABASE_URL"), "{text}");
}

#[test]
fn an_address_that_nobody_can_type_needs_a_public_url() {
    for addr in ["0.0.0.0:3000", "[::]:3000", "127.0.0.1:0"] {
        assert!(refusal(&[("LUOCHUI_ADDR", addr)]).starts_with("LUOCHUI_PUBLIC_URL: must be set"), "{addr}");
        assert!(load(&[("LUOCHUI_ADDR", addr), ("LUOCHUI_PUBLIC_URL", "https://a.example")]).is_ok());
    }
}

#[test]
fn secure_cookies_follow_the_public_url_and_are_refused_without_https() {
    let https = ("LUOCHUI_PUBLIC_URL", "https://a.example");
    assert!(load(&[https]).unwrap().secure_cookies);
    assert!(!load(&[https, ("LUOCHUI_SECURE_COOKIES", "no")]).unwrap().secure_cookies);
    let text = refusal(&[("LUOCHUI_SECURE_COOKIES", "yes")]);
    assert!(text.starts_with("LUOCHUI_SECURE_COOKIES: yes needs an https address"), "{text}");
}

#[test]
fn pools_fit_the_embedded_database() {
    assert!(load(&[("LUOCHUI_POOL_SIZE", "36")]).is_ok());
    let text = refusal(&[("LUOCHUI_POOL_SIZE", "37")]);
    assert!(text.starts_with("LUOCHUI_POOL_SIZE: ") && text.ends_with("at most 36"), "{text}");
    let mut with_urls = vec![("LUOCHUI_POOL_SIZE", "100")];
    with_urls.extend(URLS);
    assert_eq!(load(&with_urls).unwrap().pool_size, 100);
}

#[test]
fn the_demo_needs_all_services() {
    let text = refusal(&[("LUOCHUI_SERVICES", "auction"), URLS[2], ("LUOCHUI_DEMO", "yes")]);
    assert!(text.starts_with("LUOCHUI_DEMO: yes needs all services"), "{text}");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let text = refusal(&[("LUOCHUI_ADDR", "x"), ("LUOCHUI_DEMO", "x"), ("LUOCHUI_LOG_FORMAT", "x")]);
    assert!(text.starts_with("3 settings are wrong:\n"), "{text}");
    for variable in ["LUOCHUI_ADDR", "LUOCHUI_DEMO", "LUOCHUI_LOG_FORMAT"] {
        assert!(text.contains(variable), "{text}");
    }
}

#[test]
fn misspelt_settings_are_pointed_out() {
    let config = load(&[("LUOCHUI_ADRR", "x"), ("LUOCHUI_CACHE", "/x"), ("PATH", "/bin")]).unwrap();
    assert_eq!(config.unknown(), ["LUOCHUI_ADRR"]);
}

#[test]
fn the_origin_is_the_public_url_and_on_this_machine_any_of_its_names() {
    let local = load(&[]).unwrap();
    for origin in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"] {
        assert!(local.accepts_origin(origin), "{origin}");
    }
    for origin in ["http://127.0.0.1:3001", "https://127.0.0.1:3000", "http://evil.example:3000", "null", ""]
    {
        assert!(!local.accepts_origin(origin), "{origin}");
    }
    let public = load(&[("LUOCHUI_PUBLIC_URL", "https://A.example/")]).unwrap();
    assert!(public.accepts_origin("https://a.example") && public.accepts_origin("https://a.example:443"));
    assert!(!public.accepts_origin("http://a.example") && !public.accepts_origin("https://localhost"));
}

#[test]
fn a_value_with_odd_bytes_is_refused() {
    // as `Config::from_env` hands them on
    let text = refusal(&[("LUOCHUI_DATA", "/srv/caf\u{FFFD}")]);
    assert!(text.starts_with("LUOCHUI_DATA: '/srv/caf"), "{text}");
}

#[test]
fn proxies_are_counted_and_few() {
    assert_eq!(load(&[]).unwrap().proxies, 0);
    assert_eq!(load(&[("LUOCHUI_PROXIES", "2")]).unwrap().proxies, 2);
    assert!(load(&[("LUOCHUI_PROXIES", "6")]).is_err() && load(&[("LUOCHUI_PROXIES", "yes")]).is_err());
}

#[test]
fn an_authority_needs_an_address_and_roots() {
    let (url, roots) =
        (("LUOCHUI_TIMESTAMP_URL", "http://tsa.example.com/stamp"), ("LUOCHUI_TIMESTAMP_ROOTS", "roots.pem"));
    let config = load(&[url, roots]).unwrap();
    let set = config.timestamps.unwrap();
    assert_eq!((set.url.as_str(), set.roots.to_str()), (url.1, Some(roots.1)));
    assert!(load(&[]).unwrap().timestamps.is_none());
    assert!(refusal(&[url]).contains("is set without LUOCHUI_TIMESTAMP_ROOTS"));
    assert!(refusal(&[roots]).contains("is set without LUOCHUI_TIMESTAMP_URL"));
    for bad in [
        "https://tsa.example.com",
        "tsa.example.com",
        "http://",
        "http://:80/",
        "http://u:p@tsa",
        "http://t sa",
        "ftp://x",
    ] {
        let said = refusal(&[("LUOCHUI_TIMESTAMP_URL", bad), roots]);
        assert!(said.contains("LUOCHUI_TIMESTAMP_URL") && said.contains("an http address"), "{bad}: {said}");
    }
}

#[test]
fn witnesses_have_keys_and_addresses() {
    let list =
        "w.example+0a0b0c0d+BASE+64=@http://w.example/log, v.example+01020304+BASE64@http://127.0.0.1:80";
    let config = load(&[("LUOCHUI_WITNESSES", list)]).unwrap();
    let first = ("w.example+0a0b0c0d+BASE+64=".to_owned(), "http://w.example/log".to_owned());
    assert_eq!((config.witnesses.len(), &config.witnesses[0]), (2, &first));
    assert!(load(&[]).unwrap().witnesses.is_empty());
    for bad in ["http://w.example", "w.example@http://w.example", "w+0+B@https://w.example", "w+0+B"] {
        assert!(refusal(&[("LUOCHUI_WITNESSES", bad)]).contains("a comma list of keys"), "{bad}");
    }
}

#[test]
fn pushes_are_on_off_or_also_to_this_machine() {
    use platform_config::Push;
    let push = |value: &str| load(&[("LUOCHUI_PUSH", value)]).unwrap().push;
    assert_eq!(load(&[]).unwrap().push, Push::Yes { own: None });
    assert_eq!((push("yes"), push("no")), (Push::Yes { own: None }, Push::No));
    assert_eq!(push("http://127.0.0.1:4100/"), Push::Yes { own: Some("http://127.0.0.1:4100".to_owned()) });
    for bad in
        ["true", "http://push.example:80", "https://127.0.0.1:4100", "http://127.0.0.1", "http://127.0.0.1:0"]
    {
        assert!(refusal(&[("LUOCHUI_PUSH", bad)]).contains("a push service on this machine"), "{bad}");
    }
}
