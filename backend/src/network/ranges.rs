//! Lists of address ranges in CIDR notation, one a line.

use std::net::IpAddr;

use ipnet::IpNet;

/// Ranges of addresses, merged and sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    /// First and last address, as IPv6 numbers (IPv4 mapped into them); no two touch or overlap.
    spans: Vec<(u128, u128)>,
}

/// A line that is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: “{text}” is no address and no range like 203.0.113.0/24")]
pub struct RangeError {
    /// Counted from 1.
    pub line: usize,
    /// What stands there, cut to 40 characters.
    pub text: String,
}

impl Ranges {
    /// Reads a list. Empty lines and everything after `#` are comments; a single address is a range of its own.
    pub fn parse(text: &str) -> Result<Self, RangeError> {
        let mut spans = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or("").trim();
            if entry.is_empty() {
                continue;
            }
            let range = entry
                .parse::<IpNet>()
                .ok()
                .or_else(|| entry.parse::<IpAddr>().ok().map(IpNet::from))
                .ok_or_else(|| RangeError {
                    line: index + 1,
                    text: entry.chars().take(40).collect(),
                })?;
            spans.push((number(range.network()), number(range.broadcast())));
        }
        Ok(Self { spans: merged(spans) })
    }

    /// True when one of the ranges holds `address`.
    pub fn contain(&self, address: IpAddr) -> bool {
        let wanted = number(address);
        let after = self.spans.partition_point(|(first, _)| *first <= wanted);
        after > 0 && self.spans[after - 1].1 >= wanted
    }
}

fn merged(mut spans: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    spans.sort_unstable();
    let mut merged: Vec<(u128, u128)> = Vec::with_capacity(spans.len());
    for (first, last) in spans {
        match merged.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = (*end).max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn number(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_are_read_with_comments_and_single_addresses() {
        let list = "# ours\n203.0.113.0/24\n198.51.100.7 # one\n\n2001:db8::/32\n";
        let ranges = Ranges::parse(list).unwrap();
        let holds = |text: &str| ranges.contain(text.parse().unwrap());
        assert!(holds("203.0.113.255") && holds("198.51.100.7") && holds("2001:db8:ffff::1"));
        assert!(
            holds("::ffff:203.0.113.4"),
            "an IPv4 address in the clothes of IPv6"
        );
        assert!(!holds("203.0.114.0") && !holds("198.51.100.8") && !holds("2001:db9::"));
        let wrong = Ranges::parse("203.0.113.0/24\nexample.com").unwrap_err();
        assert_eq!((wrong.line, wrong.text.as_str()), (2, "example.com"));
    }

    proptest! {
        #[test]
        fn merged_ranges_hold_what_the_single_ones_hold(
            nets in proptest::collection::vec((any::<u32>(), 20_u8..=32), 0..20),
            asked: u32,
        ) {
            let nets: Vec<IpNet> = nets
                .into_iter()
                .map(|(address, length)| IpNet::new(IpAddr::from(address.to_be_bytes()), length).unwrap())
                .collect();
            let lines: Vec<String> = nets.iter().map(ToString::to_string).collect();
            let text = lines.join("\n");
            let ranges = Ranges::parse(&text).unwrap();
            let first = nets.first().map(IpNet::network);
            for address in [Some(IpAddr::from(asked.to_be_bytes())), first].into_iter().flatten() {
                prop_assert_eq!(ranges.contain(address), nets.iter().any(|net| net.contains(&address)));
            }
        }
    }
}
