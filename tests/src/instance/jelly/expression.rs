//! `${…}` and `$[…]`: where they start and end, and what stands before the colon.

/// Which pass is made over a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// `j:`, `g:` and `${…}`.
    One,
    /// `j2:`, `g2:` and `$[…]`.
    Two,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stays.
    Literal(String),
    /// One of the names for characters that XML makes awkward: `${AMP}`, `${SP}`, `${LT}`, `${GT}`.
    Entity(&'static str),
    /// An expression.
    Expression {
        /// The script between the brackets.
        script: String,
        /// `HTML`, `JS` …, in order.
        modifiers: Vec<String>,
    },
}

/// Splits a text at the expressions of a phase.
pub fn split(text: &str, phase: Phase) -> Result<Vec<Piece>, String> {
    let (open, close) = match phase {
        Phase::One => ("${", '}'),
        Phase::Two => ("$[", ']'),
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        if start > 0 {
            pieces.push(Piece::Literal(rest[..start].to_owned()));
        }
        let body = &rest[start + open.len()..];
        let end = closing(body, close).ok_or_else(|| format!("{open} without {close} in {text:?}"))?;
        pieces.push(piece(&body[..end]));
        rest = &body[end + close.len_utf8()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

/// The script of a text that is one single expression.
pub fn only_expression(text: &str, phase: Phase) -> Result<Option<String>, String> {
    let mut pieces = split(text.trim(), phase)?;
    Ok(match (pieces.pop(), pieces.is_empty()) {
        (Some(Piece::Expression { script, modifiers }), true) if modifiers.is_empty() => Some(script),
        _ => None,
    })
}

/// Offset of the bracket that ends an expression; brackets in strings and inner pairs do not count.
fn closing(body: &str, close: char) -> Option<usize> {
    let open = if close == '}' { '{' } else { '[' };
    let (mut depth, mut quote, mut escaped) = (0usize, None, false);
    for (offset, character) in body.char_indices() {
        if let Some(mark) = quote {
            if escaped {
                escaped = false;
            } else if character == '\\' {
                escaped = true;
            } else if character == mark {
                quote = None;
            }
        } else if matches!(character, '"' | '\'') {
            quote = Some(character);
        } else if character == open {
            depth += 1;
        } else if character == close {
            if depth == 0 {
                return Some(offset);
            }
            depth -= 1;
        }
    }
    None
}

fn piece(body: &str) -> Piece {
    match body.trim() {
        "AMP" => return Piece::Entity("&"),
        "SP" => return Piece::Entity("&nbsp;"),
        "LT" => return Piece::Entity("<"),
        "GT" => return Piece::Entity(">"),
        _ => {}
    }
    if let Some((head, script)) = body.split_once(':')
        && !head.is_empty()
        && head
            .split(',')
            .all(|word| !word.trim().is_empty() && word.trim().bytes().all(|b| b.is_ascii_uppercase()))
    {
        let modifiers = head.split(',').map(|word| word.trim().to_owned()).collect();
        return Piece::Expression {
            script: script.to_owned(),
            modifiers,
        };
    }
    Piece::Expression {
        script: body.to_owned(),
        modifiers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_end_at_their_own_bracket() {
        let pieces = split("a${f({x: '}'})}b$[c]", Phase::One).unwrap();
        assert_eq!(
            pieces[1],
            Piece::Expression {
                script: "f({x: '}'})".into(),
                modifiers: vec![]
            }
        );
        assert_eq!(pieces[2], Piece::Literal("b$[c]".into()));
        assert!(split("${open", Phase::One).is_err());
    }

    #[test]
    fn modifiers_are_upper_case_words_before_a_colon() {
        assert_eq!(
            split("$[JS,HTML:x]", Phase::Two).unwrap(),
            vec![Piece::Expression {
                script: "x".into(),
                modifiers: vec!["JS".into(), "HTML".into()]
            }]
        );
        assert_eq!(
            split("${a ? b : c}", Phase::One).unwrap(),
            vec![Piece::Expression {
                script: "a ? b : c".into(),
                modifiers: vec![]
            }]
        );
    }
}
