//! The import of a ServiceNow audit log and the reports over it, against figures that were worked
//! out apart (`fixtures/servicenow/make.py`).

use crate::support::actor::Actor;
use crate::support::organisation::department;
use crate::support::{TestApp, json};
use backend::import::servicenow_log::{self, Options, Summary};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/servicenow")
        .join(name)
}

fn expected() -> Value {
    let text = std::fs::read_to_string(fixture("expected.json")).expect("figures");
    serde_json::from_str(&text).expect("JSON")
}

/// Reports an incident and gives it.
async fn incident(who: &Actor, title: &str, department_key: &str) -> Value {
    let input = json!({
        "title": title,
        "description": "It fails.",
        "department": department(department_key).to_string(),
    });
    let mutation = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id version } userErrors { code field } } }";
    let data = who.mutate(mutation, json!({ "input": input })).await;
    assert_eq!(data["incidentReport"]["userErrors"], json!([]));
    data["incidentReport"]["ticket"].clone()
}

/// A folder of one import, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(app: &TestApp, word: &str) -> Self {
        let name = format!(
            "bellhop-{word}-{}-{:?}",
            app.address().port(),
            app.platform().db.backend()
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("removed");
    }
}

async fn import(app: &TestApp, file: &Path, folder: &Folder) -> Summary {
    // So little memory that sorting goes through files.
    let options = Options {
        rejects: Some(folder.0.join("rejects.csv")),
        memory: 8_192,
        ..Options::default()
    };
    servicenow_log::run(app.platform(), file, &options, &mut ())
        .await
        .expect("imported")
}

async fn rows(who: &Actor, arguments: &str, fields: &str) -> Vec<Value> {
    let query = format!(
        "{{ r: ticketReport(imported: true, {arguments}) {{ truncated rows {{ {fields} }} }} }}"
    );
    let data = who.query(&query, json!({})).await;
    assert_eq!(data["r"]["truncated"], false);
    data["r"]["rows"].as_array().expect("rows").clone()
}

/// Rows as an object: `key` of each to `value`.
fn table(rows: &[Value], key: impl Fn(&Value) -> String, value: &str) -> Value {
    let entries = rows
        .iter()
        .map(|row| (key(row), row.pointer(value).expect("a figure").clone()));
    Value::Object(entries.collect::<Map<_, _>>())
}

fn text(row: &Value, pointer: &str) -> String {
    match row.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "?".to_owned(),
    }
}

fn priority(row: &Value) -> String {
    let name = match row["priority"].as_str() {
        Some("CRITICAL") => "1 - Critical",
        Some("HIGH") => "2 - High",
        Some("MODERATE") => "3 - Moderate",
        _ => "4 - Low",
    };
    name.to_owned()
}

fn whole(rows: &[Value], value: &str) -> Value {
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].pointer(value).expect("a figure").clone()
}

async fn check_figures(who: &Actor, wanted: &Value) {
    let counted = "measures: [COUNT]";
    let all = rows(
        who,
        "measures: [COUNT, REOPENED, REASSIGNED, WITHOUT_RESOLUTION, WITH_PROBLEM, IMPORTED_MET_RATIO]",
        "count reopened reassigned withoutResolution withProblem importedMet { breached }",
    )
    .await;
    for (figure, key) in [
        ("/count", "incidents"),
        ("/reopened", "incidents_reopened"),
        ("/reassigned", "incidents_reassigned"),
        ("/withoutResolution", "incidents_without_resolved_at"),
        ("/withProblem", "incidents_with_problem_id"),
        ("/importedMet/breached", "made_sla_false_at_last_row"),
    ] {
        assert_eq!(whole(&all, figure), wanted[key], "{key}");
    }
    for (dimension, field, pointer, key) in [
        (
            "SOURCE_STATE",
            "sourceState",
            "/sourceState",
            "incidents_by_last_state",
        ),
        (
            "CONTACT_TYPE",
            "contactType",
            "/contactType",
            "incidents_by_contact_type_at_last_row",
        ),
        (
            "TEAM",
            "team { name }",
            "/team/name",
            "incidents_by_assignment_group_at_last_row",
        ),
        (
            "CATEGORY",
            "category { name }",
            "/category/name",
            "incidents_by_category_at_last_row",
        ),
        ("HOUR", "hour", "/hour", "opened_by_hour"),
    ] {
        let arguments = format!("{counted}, groupBy: [{dimension}]");
        let found = rows(who, &arguments, &format!("{field} count")).await;
        assert_eq!(
            table(&found, |r| text(r, pointer), "/count"),
            wanted[key],
            "{key}"
        );
    }
    let found = rows(
        who,
        &format!("{counted}, groupBy: [WEEKDAY]"),
        "weekday count",
    )
    .await;
    let monday_is_0 = |row: &Value| (row["weekday"].as_i64().expect("a weekday") - 1).to_string();
    assert_eq!(
        table(&found, monday_is_0, "/count"),
        wanted["opened_by_weekday_mon0"]
    );

    let found = rows(
        who,
        "measures: [COUNT, RESOLVE_TIME], groupBy: [PRIORITY]",
        "priority count resolveTime { n meanMinutes medianMinutes p90Minutes }",
    )
    .await;
    assert_eq!(
        table(&found, priority, "/count"),
        wanted["incidents_by_priority_at_last_row"]
    );
    for (pointer, key) in [
        ("n", "n"),
        ("meanMinutes", "mean"),
        ("medianMinutes", "median"),
        ("p90Minutes", "p90_nearest_rank"),
    ] {
        for (name, times) in wanted["resolution_minutes_by_priority"]
            .as_object()
            .expect("times")
        {
            let row = found.iter().find(|r| priority(r) == *name).expect("a row");
            assert_eq!(
                row["resolveTime"][pointer].as_f64(),
                times[key].as_f64(),
                "{name} {key}"
            );
        }
    }
    for (instant, key) in [
        ("CREATED", "opened_by_month"),
        ("CLOSED", "closed_by_month"),
    ] {
        let arguments = format!("{counted}, bucket: {{ unit: MONTH, instant: {instant} }}");
        let found = rows(who, &arguments, "period { label } count").await;
        assert_eq!(
            table(&found, |r| text(r, "/period/label"), "/count"),
            wanted[key],
            "{key}"
        );
    }
    let found = rows(
        who,
        "measures: [BACKLOG], bucket: { unit: MONTH }",
        "period { startsAt } backlog",
    )
    .await;
    for (day, open) in wanted["open_not_closed_at_month_start_utc"]
        .as_object()
        .expect("days")
    {
        let start = format!("{day}T00:00:00Z");
        let at = found
            .iter()
            .find(|r| r["period"]["startsAt"] == *start)
            .expect("a month");
        assert_eq!(&at["backlog"], open, "{day}");
        let alone = rows(
            who,
            &format!("measures: [BACKLOG], at: \"{start}\""),
            "backlog",
        )
        .await;
        assert_eq!(&whole(&alone, "/backlog"), open, "{day} alone");
    }
}

async fn check_histories(who: &Actor, wanted: &Value) {
    let query = "{ e: ticketEventReport(basis: SOURCE_STATE) { rows byState { state rows hours } transitions { from to count } byTeam { team { name } rows } } }";
    let data = who.query(query, json!({})).await;
    let report = &data["e"];
    assert_eq!(report["rows"], wanted["rows"]);
    let states = report["byState"].as_array().expect("states");
    assert_eq!(
        table(states, |r| text(r, "/state"), "/rows"),
        wanted["rows_by_state"]
    );
    let spent = table(states, |r| text(r, "/state"), "/hours");
    for (state, hours) in wanted["hours_in_state_between_consecutive_rows"]
        .as_object()
        .expect("hours")
    {
        assert_eq!(spent[state].as_f64(), hours.as_f64(), "{state}");
    }
    let transitions = report["transitions"].as_array().expect("transitions");
    let name = |r: &Value| format!("{} > {}", text(r, "/from"), text(r, "/to"));
    assert_eq!(table(transitions, name, "/count"), wanted["state_changes"]);
}

on_both_databases! {
    async fn an_imported_log_gives_exactly_the_figures_of_the_file(app) {
        let folder = Folder::new(app, "figures");
        let summary = import(app, &fixture("sample.csv"), &folder).await;
        let wanted = expected();
        assert_eq!(json!(summary.rows), wanted["rows"]);
        assert_eq!(json!(summary.rejected), wanted["rejected"]);
        assert_eq!(json!(summary.created), wanted["incidents"]);
        let reporter = app.reporter().await;
        check_figures(&reporter, &wanted).await;
        check_histories(&reporter, &wanted).await;
    }

    async fn what_cannot_be_read_is_kept_with_its_line_and_the_reason(app) {
        let folder = Folder::new(app, "rejects");
        let summary = import(app, &fixture("sample.csv"), &folder).await;
        let bytes = std::fs::read(summary.rejects.expect("a reject file")).expect("read");
        let kept = String::from_utf8_lossy(&bytes);
        for reason in [
            "21,\"sys_updated_at is not an instant",
            "32,location is not valid UTF-8",
            "number is unknown",
            "3 fields where the header has 36",
            "a quote is not closed",
            "priority is not understood",
            "reopen_count is not a count",
            "the header stands here again",
        ] {
            assert!(kept.contains(reason), "{reason}\n{kept}");
        }
    }

    async fn an_import_run_again_doubles_nothing_and_one_cut_off_is_completed(app) {
        let folder = Folder::new(app, "again");
        let whole = std::fs::read(fixture("sample.csv")).expect("the sample");
        // The first 90 lines: whole incidents, one in part, one without its later rows.
        let end = whole.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(89).expect("a line").0;
        let part = folder.0.join("part.csv");
        std::fs::write(&part, &whole[..=end]).expect("written");
        let first = import(app, &part, &folder).await;
        assert!(first.created > 5 && first.created < 40, "{first:?}");
        let second = import(app, &fixture("sample.csv"), &folder).await;
        assert!(second.extended > 0 && second.unchanged > 0, "{second:?}");
        assert_eq!(json!(first.events + second.events), expected()["rows"]);
        let third = import(app, &fixture("sample.csv"), &folder).await;
        assert_eq!((third.events, third.created, third.extended), (0, 0, 0));
        assert_eq!(third.people, 0);
        let older = import(app, &part, &folder).await;
        assert_eq!((older.events, older.created, older.extended), (0, 0, 0), "an older file changes nothing");
        let reporter = app.reporter().await;
        check_figures(&reporter, &expected()).await;
        check_histories(&reporter, &expected()).await;
    }

    async fn a_packed_file_with_another_order_of_columns_is_the_same_file(app) {
        let folder = Folder::new(app, "packed");
        import(app, &fixture("sample.csv"), &folder).await;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(fixture("sample.csv")).expect("opened");
        let turned = folder.0.join("turned.csv.gz");
        let packed = flate2::write::GzEncoder::new(std::fs::File::create(&turned).expect("made"), flate2::Compression::fast());
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(packed);
        let mut write = |record: &csv::ByteRecord| {
            let fields: Vec<&[u8]> = record.iter().collect();
            writer.write_record(fields.into_iter().rev()).expect("written");
        };
        let header = reader.byte_headers().expect("a header").clone();
        write(&header);
        for record in reader.byte_records() {
            write(&record.expect("a record"));
        }
        writer.into_inner().expect("flushed").finish().expect("packed");
        let again = import(app, &turned, &folder).await;
        assert!(again.rows > 150, "{again:?}");
        assert_eq!((again.events, again.created), (0, 0), "{again:?}");
    }

    async fn a_file_of_another_kind_is_refused_with_what_it_lacks(app) {
        let folder = Folder::new(app, "other");
        let file = folder.0.join("other.csv");
        std::fs::write(&file, "id,title\n1,x\n").expect("written");
        let options = Options::default();
        let error = servicenow_log::run(app.platform(), &file, &options, &mut ()).await.expect_err("refused");
        assert!(error.to_string().contains("lacks number, incident_state, sys_updated_at, opened_at"), "{error}");
    }

    async fn reports_show_nobody_what_they_may_not_see(app) {
        let (ana, hr, it) = (app.employee().await, app.agent("hr").await, app.agent("it").await);
        for key in ["it", "it", "hr"] {
            incident(&ana, "Something", key).await;
        }
        let counts = "{ r: ticketReport(measures: [COUNT]) { rows { count } } f: ticketFacts { nodes { id } } e: ticketEvents { nodes { caseId } } h: ticketEventReport { rows } }";
        let (auditor, reporter, admin) = (app.auditor().await, app.reporter().await, app.admin().await);
        let stranger = app.employee().await;
        for (who, figures, inner) in [
            (&ana, 3, 0),
            (&hr, 3, 3),
            (&it, 2, 2),
            (&auditor, 2, 2),
            (&reporter, 2, 2),
            (&admin, 0, 0),
            (&stranger, 0, 0),
        ] {
            let data = who.query(counts, json!({})).await;
            assert_eq!(data["r"]["rows"][0]["count"], figures, "{}", who.login);
            assert_eq!(data["f"]["nodes"].as_array().map(Vec::len), Some(inner), "{}", who.login);
            let mut cases: Vec<&Value> = data["e"]["nodes"].as_array().expect("events").iter().map(|e| &e["caseId"]).collect();
            cases.sort_by_key(|c| c.to_string());
            cases.dedup();
            assert_eq!(cases.len(), inner, "{}", who.login);
            assert_eq!(data["h"]["rows"].as_u64().map(|n| n > 0), Some(inner > 0), "{}", who.login);
        }
        assert_eq!(app.stranger().graphql(None, counts, json!({})).await.code(), "UNAUTHENTICATED");
    }

    async fn our_own_tickets_are_measured_from_report_to_resolution(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let first = incident(&ana, "Mail is down", "it").await;
        incident(&ana, "Nobody answers this", "it").await;
        app.advance(300).await;
        let start = "mutation($input: TicketStartInput!) { ticketStart(input: $input) { ticket { version } userErrors { code } } }";
        let input = json!({ "ticket": first["id"], "expectedVersion": first["version"] });
        let started = marta.mutate(start, json!({ "input": input })).await;
        let version = &started["ticketStart"]["ticket"]["version"];
        app.advance(1_500).await;
        marta.refresh().await;
        let resolve = "mutation($input: TicketResolveInput!) { ticketResolve(input: $input) { userErrors { code } } }";
        let input = json!({ "ticket": first["id"], "expectedVersion": version, "code": "SOLVED", "message": "It is back." });
        let resolved = marta.mutate(resolve, json!({ "input": input })).await;
        assert_eq!(resolved["ticketResolve"]["userErrors"], json!([]));
        app.advance(4 * 3_600).await;
        marta.refresh().await;
        let query = "{ r: ticketReport(measures: [COUNT, BACKLOG, BACKLOG_UNRESOLVED, RESPOND_TIME, RESOLVE_TIME, MET_RATIO, RESPOND_MET_RATIO, WITHOUT_RESOLUTION]) { rows {
            count backlog backlogUnresolved withoutResolution respondTime { n medianSeconds } resolveTime { n meanMinutes p90Seconds } met { met breached ratio } respondMet { met breached } } }
          e: ticketEventReport { byState { state rows hours } transitions { from to count } } }";
        let data = marta.query(query, json!({})).await;
        let row = &data["r"]["rows"][0];
        assert_eq!((&row["count"], &row["backlog"], &row["backlogUnresolved"]), (&json!(2), &json!(2), &json!(1)), "{row}");
        assert_eq!(row["withoutResolution"], 1);
        assert_eq!(row["respondTime"], json!({ "n": 1, "medianSeconds": 1_800.0 }));
        assert_eq!(row["resolveTime"], json!({ "n": 1, "meanMinutes": 30.0, "p90Seconds": 1_800.0 }));
        assert_eq!(row["respondMet"], json!({ "met": 1, "breached": 1 }), "{row}");
        assert_eq!(row["met"]["breached"], 1, "the other's response; resolution has its whole day");
        let states = data["e"]["byState"].as_array().expect("states");
        let hours = table(states, |r| text(r, "/state"), "/hours");
        assert_eq!(hours["in_progress"], 0.42, "{states:?}");
        let transitions = data["e"]["transitions"].as_array().expect("transitions");
        let found = table(transitions, |r| format!("{} > {}", text(r, "/from"), text(r, "/to")), "/count");
        assert_eq!(found["(start) > new"], 2, "{found}");
        assert_eq!(found["in_progress > resolved"], 1, "{found}");
    }

    async fn a_wrong_question_gets_a_clear_answer(app) {
        let marta = app.agent("it").await;
        incident(&marta, "Something", "it").await;
        for (arguments, field) in [
            ("measures: []", "measure"),
            ("measures: [COUNT], first: 0", "Between"),
            ("measures: [COUNT], bucket: { unit: DAY, timezone: \"Mars/Olympus\" }", "time zone"),
            ("measures: [BACKLOG], groupBy: [HOUR]", "instant"),
            ("measures: [COUNT], groupBy: [TEAM, TEAM]", "twice"),
            ("measures: [BACKLOG], bucket: { unit: DAY, from: \"1500-01-01T00:00:00Z\" }", "periods"),
        ] {
            let query = format!("{{ ticketReport({arguments}) {{ rows {{ count }} }} }}");
            let answer = marta.ask(&query, json!({})).await;
            assert!(["INVALID", "LIMIT_EXCEEDED"].contains(&answer.code().as_str()), "{}", answer.text);
            assert!(answer.text.contains(field), "{}", answer.text);
        }
    }

    async fn downloads_hold_what_the_api_tells(app) {
        let folder = Folder::new(app, "downloads");
        import(app, &fixture("sample.csv"), &folder).await;
        let reporter = app.reporter().await;
        let get = async |path: &str| {
            let bearer = format!("Bearer {}", reporter.token());
            reporter.client.send(awc::http::Method::GET, path, &[("authorization", &bearer)], Vec::new()).await
        };
        let wanted = expected();
        let facts = get("/export/ticket-facts.csv").await;
        assert_eq!((facts.status, facts.headers["content-type"].as_str()), (200, "text/csv; charset=utf-8"));
        assert_eq!(json!(facts.text.lines().count() - 1), wanted["incidents"]);
        assert!(facts.text.contains("\"The \"\"night\"\" shift\""), "quotes are kept");
        let events = get("/export/ticket-events.csv").await;
        assert_eq!(json!(events.text.lines().count() - 1), wanted["rows"]);
        assert!(events.text.contains("\"'-100\""), "a cell that looks like a formula is made text");
        let report = get("/export/ticket-report.csv?measures=count,resolve_time&groupBy=priority").await;
        assert!(report.text.starts_with("priority,count,resolve_time_n,resolve_time_mean_seconds"), "{}", report.text);
        let months = get("/export/ticket-report.csv?measures=backlog&unit=month&timezone=Europe/Lisbon").await;
        assert!(months.text.starts_with("period,period_start,backlog\r\n2025-11,2025-11-01T00:00:00Z,0"), "{}", months.text);
        assert_eq!(get("/export/ticket-report.csv?measures=beauty").await.status, 400);
        assert_eq!(get("/export/ticket-report.csv?colour=red").await.status, 400);
        assert_eq!(get("/export/ticket-facts.csv?updatedSince=yesterday").await.status, 400);
        let stranger = app.stranger().send(awc::http::Method::GET, "/export/ticket-facts.csv", &[], Vec::new()).await;
        assert_eq!((stranger.status, stranger.code().as_str()), (401, "UNAUTHENTICATED"));
    }

    async fn flat_rows_are_pulled_page_by_page_without_gap_or_repetition(app) {
        let folder = Folder::new(app, "pages");
        import(app, &fixture("sample.csv"), &folder).await;
        let auditor = app.auditor().await;
        let (mut after, mut seen) = (Value::Null, Vec::new());
        loop {
            let query = "query($after: String) { f: ticketFacts(first: 7, after: $after) { nodes { sourceNumber } pageInfo { hasNextPage endCursor } } }";
            let data = auditor.query(query, json!({ "after": after })).await;
            seen.extend(data["f"]["nodes"].as_array().expect("rows").iter().map(|n| n["sourceNumber"].to_string()));
            after = data["f"]["pageInfo"]["endCursor"].clone();
            if data["f"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(json!(seen.len()), expected()["incidents"]);
        seen.sort();
        seen.dedup();
        assert_eq!(json!(seen.len()), expected()["incidents"]);
        let (mut after, mut count) = (Value::Null, 0);
        loop {
            let query = "query($after: Sequence) { e: ticketEvents(first: 50, after: $after) { nodes { sequence activity } pageInfo { hasNextPage endCursor } } }";
            let data = auditor.query(query, json!({ "after": after })).await;
            count += data["e"]["nodes"].as_array().map_or(0, Vec::len);
            after = data["e"]["pageInfo"]["endCursor"].clone();
            if data["e"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(json!(count), expected()["rows"]);
        let since = app.now().plus_seconds(1).to_string();
        let query = "query($since: DateTime) { f: ticketFacts(updatedSince: $since) { nodes { id } } }";
        let data = auditor.query(query, json!({ "since": since })).await;
        assert_eq!(data["f"]["nodes"], json!([]));
    }
}
