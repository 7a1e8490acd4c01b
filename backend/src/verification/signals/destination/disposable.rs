//! The domain of the destination hands out throw-away mailboxes. Reads `destination.disposable`.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::verification::facts::Facts;
use crate::verification::policy::Policy;
use crate::verification::signals::{Seen, Signal};

/// See the module.
pub const SIGNAL: Signal = Signal {
    name: "destination_disposable",
    weight: 35,
    may_lower: false,
    for_agent: true,
    look,
};

/// One domain a line, sorted; lines that begin with `#` are comments. Source and license stand in the file.
const LIST: &str = include_str!("../../../../data/disposable-domains.txt");

/// True for a domain on the list, and for every domain below one.
pub fn is_disposable(domain: &str) -> bool {
    static DOMAINS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| LIST.lines().filter(|line| !line.starts_with('#')).collect());
    let domain = domain.trim_end_matches('.').to_lowercase();
    let mut rest = domain.as_str();
    loop {
        if DOMAINS.contains(rest) {
            return true;
        }
        match rest.split_once('.') {
            Some((_, parent)) => rest = parent,
            None => return false,
        }
    }
}

fn look(facts: &Facts, _: &Policy) -> Option<Seen> {
    facts
        .destination
        .disposable
        .then(|| Seen::once("The link went to a throw-away mailbox."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_domains_and_those_below_them_are_disposable() {
        for domain in ["mailinator.com", "MAILINATOR.COM.", "box.mailinator.com"] {
            assert!(is_disposable(domain), "{domain}");
        }
        for domain in ["gmail.com", "acme.example", "my-mailinator.example", "com", ""] {
            assert!(!is_disposable(domain), "{domain}");
        }
    }
}
