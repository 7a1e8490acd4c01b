use super::*;

#[test]
fn every_signal_has_a_name_of_its_own_and_only_records_of_ours_may_lower_the_risk() {
    let mut names: Vec<&str> = ALL.iter().map(|signal| signal.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    for signal in ALL {
        assert!(signal.weight.abs() <= 100, "{}", signal.name);
        assert!(signal.weight >= 0 || signal.may_lower, "{}", signal.name);
    }
    let lowering: Vec<&str> = ALL.iter().filter(|s| s.may_lower).map(|s| s.name).collect();
    assert_eq!(lowering, ["destination_on_file", "device_known"]);
}
