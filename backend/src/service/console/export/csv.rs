//! CSV (RFC 4180), safe to open in a spreadsheet: a cell that a spreadsheet would run as a formula begins with an
//! apostrophe (OWASP, "CSV Injection").

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};

use super::Record;

const HEAD: [&str; 18] = [
    "Ticket Number",
    "Requester Name",
    "Requester Email",
    "Risk level",
    "Risk score",
    "Verification Status",
    "Request category",
    "Initiated By",
    "Timestamp",
    "Ended",
    "Recommendation",
    "Channel",
    "Findings",
    "Verification ID",
    "Verification Link",
    "Outcome",
    "Initiated By (sys_id)",
    "Instance",
];

/// What a spreadsheet takes for the beginning of a formula; the wide forms are what some input methods type.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn safe(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn write<'a>(cells: impl IntoIterator<Item = &'a str>, text: &mut Vec<u8>) {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(&mut *text);
    let cells: Vec<Cow<'_, str>> = cells.into_iter().map(safe).collect();
    // Writing into memory does not fail, and every record here has the same number of cells.
    let _ = writer.write_record(cells.iter().map(|cell| cell.as_bytes()));
    let _ = writer.flush();
}

/// The names of the columns.
pub fn head() -> Vec<u8> {
    let mut text = Vec::new();
    write(HEAD, &mut text);
    text
}

/// One row.
pub fn line(record: &Record, text: &mut Vec<u8>) {
    let score = record
        .risk_score
        .map(|score| score.to_string())
        .unwrap_or_default();
    let findings = record.findings.join(" ");
    write(
        [
            record.ticket_number.as_str(),
            &record.requester_name,
            &record.requester_email,
            record.risk_level.map_or("", shared::words::RiskLevel::label),
            &score,
            record.status.label(),
            &record.category,
            &record.agent_name,
            &record.created_at,
            record.ended_at.as_deref().unwrap_or_default(),
            record.recommendation.unwrap_or_default(),
            record.channel,
            &findings,
            &record.verification_id,
            &record.url,
            record.outcome.map_or("", shared::words::Outcome::label),
            &record.agent_sys_id,
            &record.instance,
        ],
        text,
    );
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut bytes = head();
        line(&record(text), &mut bytes);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(reader.headers().unwrap().len(), HEAD.len());
        let row = reader.records().next().unwrap().unwrap();
        row.iter().map(str::to_owned).collect()
    }

    #[test]
    fn no_cell_is_a_formula_and_every_text_comes_back() {
        for evil in [
            "=HYPERLINK(\"http://evil.example\")",
            "+1+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
        ] {
            let row = read(evil);
            assert_eq!(row[1], format!("'{evil}"));
            assert_eq!(row[6], format!("'{evil}"));
        }
        for plain in ["Mia \"the cat\" Chen", "a,b;c\nd", "Müller-Lüdenscheidt", ""] {
            assert_eq!(read(plain)[1], plain);
        }
    }

    #[test]
    fn lines_end_as_the_standard_says() {
        assert!(head().ends_with(b"Instance\r\n"));
    }
}
