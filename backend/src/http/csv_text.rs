//! Rows of CSV (RFC 4180) that a spreadsheet cannot mistake for formulas.

/// One cell.
pub enum Cell<'a> {
    /// Text from people or other systems: guarded.
    Text(&'a str),
    /// A number, an instant, a word of ours: written as it is.
    Plain(String),
    /// Nothing.
    Empty,
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Cell::Empty, Cell::Text)
    }
}

impl Cell<'_> {
    /// A value of ours, if there is one.
    pub fn plain(value: Option<impl ToString>) -> Self {
        value.map_or(Cell::Empty, |value| Cell::Plain(value.to_string()))
    }
}

/// Adds a row to a text.
pub fn write<'a>(into: &mut String, cells: impl IntoIterator<Item = Cell<'a>>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            into.push(',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Plain(text) => into.push_str(&text),
            Cell::Text(text) => guarded(into, text),
        }
    }
    into.push_str("\r\n");
}

/// Spreadsheets take a cell that begins like this for a formula.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

fn guarded(into: &mut String, text: &str) {
    let formula = is_formula(text);
    let quoted = formula || text.contains([',', '"', '\n', '\r', ';']) || text != text.trim();
    if !quoted {
        into.push_str(text);
        return;
    }
    into.push('"');
    if formula {
        // An apostrophe makes it text; it is not shown.
        into.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            into.push('"');
        }
        into.push(c);
    }
    into.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: &str) -> String {
        let mut line = String::new();
        write(&mut line, [Cell::Text(cell)]);
        line.trim_end_matches("\r\n").to_owned()
    }

    #[test]
    fn a_cell_that_looks_like_a_formula_is_made_text() {
        assert_eq!(text("=1+1"), "\"'=1+1\"");
        assert_eq!(text("-100"), "\"'-100\"");
        assert_eq!(text("@SUM(A1)"), "\"'@SUM(A1)\"");
        assert_eq!(text("\tx"), "\"'\tx\"");
        assert_eq!(text("Group 70"), "Group 70");
    }

    #[test]
    fn commas_quotes_and_line_ends_are_kept() {
        assert_eq!(text("a,b"), "\"a,b\"");
        assert_eq!(text("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(text("one\ntwo"), "\"one\ntwo\"");
    }

    #[test]
    fn numbers_of_ours_are_written_as_they_are() {
        let mut line = String::new();
        write(
            &mut line,
            [Cell::plain(Some(-3)), Cell::Empty, Cell::plain(None::<i32>)],
        );
        assert_eq!(line, "-3,,\r\n");
    }
}
