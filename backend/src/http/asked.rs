//! What a request asks: the parameters of GraphQL over HTTP, from a body or from an address.

use actix_web::web;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A request as it comes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The document.
    pub query: String,
    /// Values of its variables.
    #[serde(default)]
    pub variables: Option<Map<String, Value>>,
    /// Which of its operations.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// Whatever a client adds. Looked at for its form and passed over.
    #[serde(default, rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

impl Asked {
    /// Reads a request's JSON.
    pub fn of_body(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "The request is not UTF-8.")?;
        if text.trim_start().starts_with('[') {
            return Err("One operation a request: batches are not answered.");
        }
        serde_json::from_str(text)
            .map_err(|_| "Send JSON with query, and if needed variables and operationName.")
    }

    /// Reads what follows the `?` of an address.
    pub fn of_address(text: &str) -> Result<Self, &'static str> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
            .map_err(|_| "The address cannot be read.")?;
        let mut asked = [const { None }; 4];
        let names = ["query", "variables", "operationName", "extensions"];
        for (name, value) in pairs.into_inner() {
            let Some(place) = names.iter().position(|known| *known == name) else {
                continue;
            };
            if asked[place].replace(value).is_some() {
                return Err("The address says one thing twice.");
            }
        }
        let [query, variables, operation_name, extensions] = asked;
        Ok(Self {
            query: query.ok_or("Send the query as the parameter query, or by POST.")?,
            variables: map(variables)?,
            operation_name: operation_name.filter(|name| !name.is_empty()),
            _extensions: map(extensions)?,
        })
    }
}

/// A parameter that is a JSON object, or `null`, or nothing.
fn map(text: Option<String>) -> Result<Option<Map<String, Value>>, &'static str> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => serde_json::from_str(&text)
            .map_err(|_| "The parameters variables and extensions are JSON objects."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_what_a_body_asks() {
        let text = "query=query%20A(%24n%3A%20Int)%20%7B%20now%20%7D&variables=%7B%22n%22%3A1%7D&operationName=A&x=1";
        let asked = Asked::of_address(text).expect("a request");
        assert_eq!(asked.query, "query A($n: Int) { now }");
        assert_eq!(asked.variables.expect("some")["n"], 1);
        assert_eq!(asked.operation_name.as_deref(), Some("A"));
        let asked = Asked::of_address("query=%7Bnow%7D&variables=null&operationName=");
        let asked = asked.expect("a request");
        assert!(asked.variables.is_none() && asked.operation_name.is_none());
    }

    #[test]
    fn addresses_that_ask_nothing_or_twice_are_refused() {
        for text in [
            "",
            "qeury=%7Bnow%7D",
            "query=a&query=b",
            "query=a&variables=1",
            "query=a&variables=%5B%5D",
            "query=a&extensions=x",
        ] {
            assert!(Asked::of_address(text).is_err(), "{text}");
        }
    }
}
