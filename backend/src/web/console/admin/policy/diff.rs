//! The difference of two texts, line by line, with a few lines around each change.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

/// Lines around a change.
const AROUND: usize = 3;
/// After this time the difference may show more than is needed, but is still right.
const TIME: Duration = Duration::from_millis(300);

/// One line of the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Class of the row.
    pub tone: &'static str,
    /// Stands before the line.
    pub mark: &'static str,
    /// The same for those who hear the page.
    pub meaning: &'static str,
    /// Number of the line in the old text, empty if it is new.
    pub old: String,
    /// Number of the line in the new text, empty if it is gone.
    pub new: String,
    /// The line.
    pub text: String,
}

/// The parts in which the texts differ; none for equal ones.
pub fn difference(old: &str, new: &str) -> Vec<Vec<Line>> {
    let diff = TextDiff::configure().timeout(TIME).diff_lines(old, new);
    let number = |index: Option<usize>| index.map_or_else(String::new, |index| (index + 1).to_string());
    let part = |ops: Vec<similar::DiffOp>| -> Vec<Line> {
        ops.iter()
            .flat_map(|op| diff.iter_changes(op))
            .map(|change| {
                let (tone, mark, meaning) = match change.tag() {
                    ChangeTag::Equal => ("", "", ""),
                    ChangeTag::Delete => ("removed", "−", "Removed: "),
                    ChangeTag::Insert => ("added", "+", "Added: "),
                };
                Line {
                    tone,
                    mark,
                    meaning,
                    old: number(change.old_index()),
                    new: number(change.new_index()),
                    text: change.value().trim_end_matches('\n').to_owned(),
                }
            })
            .collect()
    };
    diff.grouped_ops(AROUND).into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_shown_with_those_around_it() {
        let old: Vec<String> = (1..=20).map(|line| format!("line {line}\n")).collect();
        let old = old.concat();
        let new = old.replace("line 10\n", "line ten\n");
        let parts = difference(&old, &new);
        assert_eq!(parts.len(), 1);
        let shown: Vec<String> = parts[0]
            .iter()
            .map(|line| format!("{}|{}|{}{}", line.old, line.new, line.mark, line.text))
            .collect();
        assert_eq!(
            shown,
            [
                "7|7|line 7",
                "8|8|line 8",
                "9|9|line 9",
                "10||−line 10",
                "|10|+line ten",
                "11|11|line 11",
                "12|12|line 12",
                "13|13|line 13"
            ]
        );
        assert!(difference(&old, &old).is_empty());
        assert_eq!(difference("", "a\n").concat().len(), 1);
    }
}
