//! The conformance checker.

use shared::service_level::check::{Error, check_file};

#[test]
fn all_cases_of_the_repository_pass() {
    for (name, text) in [
        ("rules.json", include_str!("../cases/rules.json")),
        ("zones.json", include_str!("../cases/zones.json")),
    ] {
        let report = check_file(text).expect("a list of cases");
        assert!(report.is_success(), "{name}\n{report}");
        assert!(report.passed >= 6, "{name} has cases");
    }
}

#[test]
fn a_failing_case_is_shown_with_expected_and_actual_before_the_sum() {
    let report = check_file(include_str!("../cases/failing.json")).expect("a list of cases");
    assert_eq!(
        report.to_string(),
        "FAILED wrong-due: everything that can differ does\n  \
           due: expected 2026-05-04T12:00:00Z, actual 2026-05-04T11:00:00Z\n  \
           elapsed minutes: expected 61, actual 60.000000\n  \
           breach: expected true, actual false\n  \
           escalation -30 minute: expected 2026-05-04T10:31:00Z, actual 2026-05-04T10:30:00Z\n\
         FAILED wrong-zone: a zone that nobody knows\n  \
           calendar: expected a usable calendar, actual zone: “Mars/Olympus” is not a known time zone, such as Europe/Berlin.\n\
         FAILED case 3: a start that is no instant\n  \
           case: expected a readable case, actual `noon` is not an instant like 2026-05-04T09:30:00Z\n\
         1 passed, 3 failed"
    );
}

#[test]
fn what_is_no_list_of_cases_is_an_error() {
    assert!(matches!(check_file("cases"), Err(Error::NotJson(_))));
    assert!(matches!(check_file("{}"), Err(Error::NoCases)));
    assert!(matches!(check_file("3"), Err(Error::NoCases)));
    assert_eq!(
        check_file("{\"cases\": []}").expect("a list").to_string(),
        "0 passed, 0 failed"
    );
}
