//! A real incident log goes in through the command line, and the KPIs that come out equal the answer keys
//! beside it to the last digit. Runs where the shared data is; CI demands it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use serde_json::Value;

fn shared() -> Option<PathBuf> {
    let root = std::env::var("AFTERSAIL_SHARED").map_or_else(|_| PathBuf::from("../../shared"), PathBuf::from);
    let root = if root.is_absolute() { root } else { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(root) };
    let logs = root.join("data/logs");
    if logs.is_dir() {
        return Some(logs);
    }
    assert!(std::env::var("AFTERSAIL_REQUIRE_SHARED").is_err(), "{} is demanded but missing", logs.display());
    eprintln!("no shared data at {}", logs.display());
    None
}

struct Runner {
    place: Vec<String>,
}

impl Runner {
    fn run(&self, args: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_aftersail")).args(args).args(&self.place).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn figures(&self, by: &str) -> Vec<Value> {
        let text = self.run(&["kpi", "--tenant", "log", "--by", by, "--unit", "min", "--json"]);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Which key column answers which part of which KPI.
const ANSWERS: [(&str, &str, &str); 21] = [
    ("res_mean_min", "MTTR", "mean"),
    ("res_median_min", "MTTR", "median"),
    ("res_p90_min", "MTTR", "p90"),
    ("resolved", "MTTR", "n"),
    ("close_mean_min", "ART", "mean"),
    ("close_median_min", "ART", "median"),
    ("net_res_mean_min", "NETRES", "mean"),
    ("net_res_median_min", "NETRES", "median"),
    ("bus_res_mean_min", "BUSRES", "mean"),
    ("bus_res_median_min", "BUSRES", "median"),
    ("fr_n", "FRT", "n"),
    ("fr_mean_min", "FRT", "mean"),
    ("fr_median_min", "FRT", "median"),
    ("reopened", "REOPEN", "hits"),
    ("reopen_rate", "REOPEN", "value"),
    ("reopen_lo", "REOPEN", "low"),
    ("reopen_hi", "REOPEN", "high"),
    ("sla_rate", "SLA", "value"),
    ("sla_lo", "SLA", "low"),
    ("sla_hi", "SLA", "high"),
    ("fcr_proxy_rate", "FCR", "value"),
];

fn compare(key: &BTreeMap<String, String>, figures: &[&Value], place: &str) -> usize {
    let mut compared = 0;
    for (column, kpi, part) in ANSWERS {
        let Some(expected) = key.get(column) else { continue };
        let figure = figures.iter().find(|figure| figure["kpi"] == kpi).unwrap_or_else(|| panic!("{place}: no {kpi}"));
        let found = &figure[part];
        if expected.is_empty() || expected == "nan" {
            assert!(found.is_null(), "{place} {column}: undefined is not {found}");
            continue;
        }
        let expected: f64 = expected.parse().unwrap();
        let found = found.as_f64().unwrap_or_else(|| panic!("{place} {column}: {expected} expected, nothing found"));
        assert_eq!(format!("{found:.6}"), format!("{expected:.6}"), "{place} {column}");
        compared += 1;
    }
    compared
}

fn rows(path: PathBuf) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn check(runner: &Runner, logs: &std::path::Path) {
    let file = logs.join("servicenow_incidents.csv.gz");
    let file = file.to_str().unwrap();
    let import = ["import", "incidents", file, "--mapping", "servicenow-incidents", "--tenant", "log", "--json"];
    let account: Value = serde_json::from_str(&runner.run(&import)).unwrap();
    let part = |name: &str| account[name].as_u64().unwrap();
    assert_eq!(part("read"), 141_712);
    assert_eq!(part("tickets"), 24_918);
    assert_eq!(part("read"), part("created") + part("updated") + part("skipped") + part("rejected"));
    assert_eq!((part("created"), part("skipped"), part("rejected")), (24_918, 0, 0));
    let again: Value = serde_json::from_str(&runner.run(&import)).unwrap();
    assert_eq!(again["skipped"], 141_712, "a second run changes nothing");

    let overall: BTreeMap<String, String> = rows(logs.join("keys/snow_overall.csv"))
        .into_iter()
        .map(|row| (row["kpi"].clone(), row["value"].clone()))
        .collect();
    let figures = runner.figures("");
    assert_eq!(compare(&overall, &figures.iter().collect::<Vec<_>>(), "overall"), ANSWERS.len());
    let frt = figures.iter().find(|figure| figure["kpi"] == "FRT").unwrap();
    assert_eq!(frt["excluded"]["clock_fault"], 2);
    assert_eq!(frt["definitions"][0], "FRT/log-proxy/1");
    let mttr = figures.iter().find(|figure| figure["kpi"] == "MTTR").unwrap();
    assert_eq!(mttr["excluded"]["no_resolved_at"], 1_556);

    for (name, by, columns) in [
        ("snow_by_month.csv", "month", &["month"][..]),
        ("snow_by_priority.csv", "priority", &["priority"][..]),
        ("snow_by_month_priority.csv", "month,priority", &["month", "priority"][..]),
        ("snow_by_group.csv", "team", &["assignment_group"][..]),
    ] {
        let figures = runner.figures(by);
        let keys = rows(logs.join("keys").join(name));
        assert!(!keys.is_empty());
        for key in keys {
            let group: BTreeMap<&str, &str> =
                by.split(',').zip(columns.iter().map(|column| key[*column].as_str())).collect();
            let place = format!("{name} {group:?}");
            let mine: Vec<&Value> = figures
                .iter()
                .filter(|figure| group.iter().all(|(dimension, value)| figure["group"][dimension] == **value))
                .collect();
            if by == "team" && mine.is_empty() && key["assignment_group"] == "?" {
                continue;
            }
            assert!(compare(&key, &mine, &place) > 10, "{place}");
        }
    }
}

#[test]
fn sqlite() {
    let Some(logs) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    check(&Runner { place: vec!["--data".into(), folder.path().to_str().unwrap().into()] }, &logs);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let Some(logs) = shared() else { return };
    let Some(home) = testkit::TestDb::postgres(&aftersail_app::wiring::migrations()).await else { return };
    let (owner, app) = home.addresses().unwrap();
    let data = home.folder.path().to_str().unwrap().to_owned();
    let runner =
        Runner { place: vec!["--data".into(), data, "--database".into(), app, "--owner-database".into(), owner] };
    tokio::task::spawn_blocking(move || check(&runner, &logs)).await.unwrap();
    home.close().await;
}
