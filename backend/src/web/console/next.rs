//! Where to go after signing in: a page of the console, and nowhere else.

/// Without a wish, the table.
pub const DEFAULT: &str = "/console/verifications";

/// Longer wishes are nobody's bookmark.
const MAX_BYTES: usize = 512;

/// The wanted path, if it is a clean path of the console. The characters that browsers read in several ways (`\`, `//`,
/// `..`, a percent sign before the query, controls) have no place in one.
pub fn parse(wanted: &str) -> Option<&str> {
    let (path, query) = wanted.split_once('?').unwrap_or((wanted, ""));
    let below = path.strip_prefix("/console/")?;
    let clean_path = below
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte));
    let clean_query = query
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%+=&".contains(&byte));
    let is_page = !below.contains("//") && !below.starts_with(['/']) && !below.starts_with("sign-");
    (wanted.len() <= MAX_BYTES && clean_path && clean_query && is_page).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clean_paths_of_the_console_are_gone_to() {
        for good in [
            "/console/verifications",
            "/console/verifications/VER7K3M9QX2A4TN",
            "/console/verifications?q=INC%200010023&status=failed&older=1795341600000.VER7K3M9QX2A4TN",
        ] {
            assert_eq!(parse(good), Some(good));
        }
        for bad in [
            "",
            "/",
            "https://evil.example/console/",
            "//evil.example/console/",
            "/console",
            "/consolex/",
            "/console//evil",
            "/console/../v/x",
            "/console/%2e%2e/v/x",
            "/console/\\evil.example",
            "/console/a\r\nSet-Cookie: a=b",
            "/console/#x",
            "/console/a?b=<script>",
            "/console/sign-out",
            "/console/sign-in?next=/console/",
            "javascript:/console/",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&format!("/console/{}", "a".repeat(MAX_BYTES))), None);
    }
}
