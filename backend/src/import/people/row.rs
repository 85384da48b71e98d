//! Columns, and what a row says of a person.

use shared::calendar::zone_exists;
use shared::organisation::{check_person, check_person_details};

/// A column that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Key of the person in the system that the file comes from.
    ExternalId,
    /// Sign-in name.
    Login,
    /// Mail address.
    Email,
    /// Name.
    Name,
    /// What they do.
    Title,
    /// Phone number.
    Phone,
    /// Name of the site where they work.
    Site,
    /// IANA zone.
    Timezone,
    /// BCP 47 language.
    Locale,
    /// Chooses an agreement.
    Vip,
    /// Key or name of the department in which they work.
    Department,
    /// Key, mail address or sign-in name of whom they report to.
    Manager,
    /// Still here.
    Active,
}

/// The column of a heading, however it is written; `None` for one that is not understood.
pub fn column(heading: &str) -> Option<Column> {
    let plain: String = heading
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    Some(match plain.as_str() {
        "externalid" | "employeeid" | "personnelnumber" | "id" => Column::ExternalId,
        "login" | "signinname" | "username" | "userid" => Column::Login,
        "email" | "mail" | "emailaddress" | "mailaddress" => Column::Email,
        "name" | "displayname" | "fullname" => Column::Name,
        "title" | "jobtitle" => Column::Title,
        "phone" | "telephone" => Column::Phone,
        "site" | "office" | "location" => Column::Site,
        "timezone" | "zone" => Column::Timezone,
        "locale" | "language" => Column::Locale,
        "vip" => Column::Vip,
        "department" => Column::Department,
        "manager" => Column::Manager,
        "active" => Column::Active,
        _ => return None,
    })
}

/// What a row says; what it does not say is `None`, and stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Line in the file.
    pub line: u64,
    /// Key of the person in the system that the file comes from.
    pub external_id: Option<String>,
    /// Sign-in name.
    pub login: Option<String>,
    /// Mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they do; the inner `None` clears it.
    pub title: Option<Option<String>>,
    /// Phone number; the inner `None` clears it.
    pub phone: Option<Option<String>>,
    /// Name of a site; the inner `None` clears it.
    pub site: Option<Option<String>>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// BCP 47 language.
    pub locale: Option<String>,
    /// Chooses an agreement.
    pub vip: Option<bool>,
    /// Key or name of a department; the inner `None` clears it.
    pub department: Option<Option<String>>,
    /// Whom they report to; the inner `None` clears it.
    pub manager: Option<Option<String>>,
    /// Still here.
    pub active: Option<bool>,
}

/// Reads a row.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn read<'a>(
    line: u64,
    columns: &[Option<Column>],
    fields: impl Iterator<Item = &'a str>,
) -> Result<Draft, String> {
    let mut draft = Draft {
        line,
        ..Draft::default()
    };
    for (column, field) in columns.iter().zip(fields) {
        let Some(column) = column else { continue };
        let text = unguarded(field.trim()).to_owned();
        if text.contains('\0') {
            return Err("A field contains a null character.".to_owned());
        }
        let filled = (!text.is_empty()).then(|| text.clone());
        match column {
            Column::ExternalId => draft.external_id = filled,
            Column::Login => draft.login = filled.map(|login| login.to_lowercase()),
            Column::Email => draft.email = text,
            Column::Name => draft.name = text,
            Column::Title => draft.title = Some(filled),
            Column::Phone => draft.phone = Some(filled),
            Column::Site => draft.site = Some(filled),
            Column::Timezone => draft.timezone = filled,
            Column::Locale => draft.locale = filled,
            Column::Vip => draft.vip = yes_or_no("vip", filled)?,
            Column::Department => draft.department = Some(filled),
            Column::Manager => draft.manager = Some(filled),
            Column::Active => draft.active = yes_or_no("active", filled)?,
        }
    }
    check(&draft)?;
    Ok(draft)
}

/// A cell that was guarded against spreadsheets, as our exports are, without its guard.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

fn yes_or_no(column: &str, word: Option<String>) -> Result<Option<bool>, String> {
    let Some(word) = word else { return Ok(None) };
    match word.to_lowercase().as_str() {
        "yes" | "true" | "1" | "y" => Ok(Some(true)),
        "no" | "false" | "0" | "n" => Ok(Some(false)),
        _ => Err(format!("{column}: yes or no.")),
    }
}

fn check(draft: &Draft) -> Result<(), String> {
    let login = draft.sign_in_name();
    let flat = |text: &Option<Option<String>>| text.clone().flatten();
    let (title, phone) = (flat(&draft.title), flat(&draft.phone));
    let locale = draft.locale.as_deref().unwrap_or("en");
    let mut problems = check_person(&draft.name, &login, &draft.email)
        .err()
        .unwrap_or_default();
    let details = check_person_details(title.as_deref(), phone.as_deref(), locale);
    problems.extend(details.err().unwrap_or_default());
    if let Some(problem) = problems.into_iter().next() {
        return Err(format!("{}: {}", problem.field, problem.message));
    }
    if draft
        .external_id
        .as_ref()
        .is_some_and(|id| id.chars().count() > 200)
    {
        return Err("external_id: at most 200 characters.".to_owned());
    }
    match &draft.timezone {
        Some(zone) if !zone_exists(zone) => {
            Err("timezone: this is not a known time zone, such as Europe/Berlin.".to_owned())
        }
        _ => Ok(()),
    }
}

impl Draft {
    /// By what the person is known again: their key, else their mail address.
    pub fn key(&self) -> String {
        match &self.external_id {
            Some(id) => format!("id:{id}"),
            None => mail_key(&self.email),
        }
    }

    /// The sign-in name of somebody new: the mail address where the file names none.
    pub fn sign_in_name(&self) -> String {
        self.login
            .clone()
            .unwrap_or_else(|| self.email.to_lowercase())
    }
}

/// The key of a person who is known by mail address.
pub fn mail_key(email: &str) -> String {
    format!("mail:{}", email.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(headings: &[&str], fields: &[&str]) -> Result<Draft, String> {
        let columns: Vec<_> = headings.iter().map(|heading| column(heading)).collect();
        read(2, &columns, fields.iter().copied())
    }

    #[test]
    fn headings_are_known_however_they_are_written() {
        for heading in ["E-Mail", "email", "Mail address", "E_MAIL"] {
            assert_eq!(column(heading), Some(Column::Email), "{heading}");
        }
        assert_eq!(column("Shoe size"), None);
    }

    #[test]
    fn a_row_says_what_it_says_and_nothing_else() {
        let draft = one(
            &["name", "email", "title", "shoe size", "phone"],
            &["Ana", "Ana@example.org", "", "38", "'+351 1"],
        )
        .expect("a good row");
        assert_eq!(draft.title, Some(None));
        assert_eq!(draft.phone, Some(Some("+351 1".to_owned())));
        assert_eq!((draft.site, draft.vip), (None, None));
        assert_eq!(mail_key("Ana@Example.org"), "mail:ana@example.org");
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_with_its_column() {
        let told = |headings: &[&str], fields: &[&str]| one(headings, fields).expect_err("refused");
        assert!(told(&["name", "email"], &["Ana", "ana"]).starts_with("email: "));
        assert!(told(&["name", "email"], &["", "a@b.c"]).starts_with("name: "));
        let zone = told(&["name", "email", "zone"], &["Ana", "a@b.c", "Mars"]);
        assert!(zone.starts_with("timezone: "));
        let vip = told(&["name", "email", "vip"], &["Ana", "a@b.c", "perhaps"]);
        assert_eq!(vip, "vip: yes or no.");
    }
}
