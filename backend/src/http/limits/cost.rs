//! Measures a document. Fragments are measured once each, so that the measuring itself cannot be
//! made expensive by fragments that spread fragments that spread fragments.

use super::shape::{Shape, Spread};
use super::{
    ACTS, ALIASES, COMPLEXITY, DEPTH, DIRECTIVES, INTROSPECTION_DEPTH, INTROSPECTION_LISTS, LEVELS,
    Refusal,
};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
    OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};
use std::collections::HashMap;

/// Rows that are assumed of a list without `first`.
const LIST_ROWS: u64 = 10;
/// Rows of a connection without `first`: the API's default.
const CONNECTION_ROWS: u64 = 50;
/// Rows that a connection can give at most, whatever `first` says.
const MOST_ROWS: u64 = 200;
/// What a text without a short bound weighs: it may be 80 kB long, and is rendered and escaped on the way.
const TEXT_COST: u64 = 50;
/// Lists of introspection.
const INTROSPECTION_LIST_NAMES: [&str; 8] = [
    "types",
    "fields",
    "inputFields",
    "args",
    "enumValues",
    "possibleTypes",
    "interfaces",
    "directives",
];

/// What a document is and asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Query, mutation or subscription.
    pub operation: OperationType,
    /// Whether it asks about the schema.
    pub introspects: bool,
    /// Fields of the answer, estimated.
    pub complexity: u64,
    /// Fields of the first level.
    pub first_level: u64,
}

/// Measures the operation that will be executed. The others of the document must keep the same
/// limits: validation walks through all of them.
pub fn measure(
    shape: &Shape,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> Result<Measured, Refusal> {
    let chosen = &chosen(document, operation_name)?.node;
    let mut walk = Walk {
        shape,
        fragments: &document.fragments,
        variables,
        defaults: HashMap::new(),
        known: HashMap::new(),
        level: 0,
    };
    let measured = walk.operation(chosen)?;
    for (_, other) in document.operations.iter() {
        if !std::ptr::eq(&raw const other.node, chosen) {
            walk.operation(&other.node)?;
        }
    }
    for name in document.fragments.keys() {
        walk.fragment(name)?;
    }
    Ok(measured)
}

fn at_most(value: u64, limit: u64, what: &str) -> Result<(), Refusal> {
    if value > limit {
        return Err(Refusal::TooMuch(format!(
            "The query {what}: {value}, where {limit} are allowed."
        )));
    }
    Ok(())
}

pub fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Refusal> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(map), Some(name)) => map
            .get(name)
            .ok_or_else(|| Refusal::Bad(format!("There is no operation named `{name}`."))),
        (DocumentOperations::Multiple(map), None) if map.len() == 1 => map
            .values()
            .next()
            .ok_or_else(|| Refusal::Bad("There is no operation.".into())),
        (DocumentOperations::Multiple(_), None) => Err(Refusal::Bad(
            "Name the operation: the document has several.".into(),
        )),
        (DocumentOperations::Single(_), Some(name)) => Err(Refusal::Bad(format!(
            "There is no operation named `{name}`."
        ))),
    }
}

fn defaults(operation: &OperationDefinition) -> HashMap<&str, u64> {
    operation
        .variable_definitions
        .iter()
        .filter_map(|variable| {
            let value = variable.node.default_value.as_ref()?;
            let rows = rows_of(&value.node)?;
            Some((variable.node.name.node.as_str(), rows))
        })
        .collect()
}

fn rows_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(number.as_u64().unwrap_or(0)),
        Value::List(ids) => Some(ids.len() as u64),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    cost: u64,
    depth: u32,
    aliases: u64,
    directives: u64,
    first_level: u64,
    introspection_depth: u32,
    introspection_lists: u32,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.cost = self.cost.saturating_add(other.cost);
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.first_level = self.first_level.saturating_add(other.first_level);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
    }
}

struct Walk<'a> {
    shape: &'a Shape,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    defaults: HashMap<&'a str, u64>,
    /// Measured fragments; `None` while one is being measured, which finds circles.
    known: HashMap<&'a str, Option<Sum>>,
    /// How deep the walk is, fragments counted.
    level: u64,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Measured, Refusal> {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        // What a fragment costs depends on the operation's variables.
        self.defaults = defaults(operation);
        self.known.clear();
        let mut sum = self.set(&operation.selection_set.node, root)?;
        sum.directives += operation.directives.len() as u64;
        at_most(sum.cost, COMPLEXITY, "asks for too many fields")?;
        at_most(sum.aliases, ALIASES, "has too many aliases")?;
        at_most(sum.directives, DIRECTIVES, "has too many directives")?;
        at_most(sum.depth.into(), DEPTH.into(), "is too deep")?;
        let depth = sum.introspection_depth.into();
        at_most(depth, INTROSPECTION_DEPTH.into(), "is too deep")?;
        at_most(
            sum.introspection_lists.into(),
            INTROSPECTION_LISTS.into(),
            "asks for lists within lists of the schema",
        )?;
        if operation.ty == OperationType::Mutation {
            at_most(sum.first_level, ACTS, "has too many acts")?;
        }
        if operation.ty == OperationType::Subscription && sum.first_level != 1 {
            return Err(Refusal::Bad("A subscription has exactly one field.".into()));
        }
        Ok(Measured {
            operation: operation.ty,
            introspects: sum.introspection_depth > 0,
            complexity: sum.cost,
            first_level: sum.first_level,
        })
    }

    /// Fragments that spread one another in a long row would be a deep recursion, here and in all
    /// that comes after.
    fn set(&mut self, set: &'a SelectionSet, parent: &str) -> Result<Sum, Refusal> {
        self.level += 1;
        at_most(self.level, LEVELS, "is nested too deep")?;
        let sum = self.items(set, parent);
        self.level -= 1;
        sum
    }

    fn items(&mut self, set: &'a SelectionSet, parent: &str) -> Result<Sum, Refusal> {
        let mut sum = Sum::default();
        for item in &set.items {
            sum.directives += item.node.directives().len() as u64;
            match &item.node {
                Selection::Field(field) => sum.add(self.field(&field.node, parent)?),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(parent, |c| c.node.on.node.as_str());
                    sum.add(self.set(&fragment.node.selection_set.node, on)?);
                }
                Selection::FragmentSpread(spread) => {
                    sum.add(self.fragment(spread.node.fragment_name.node.as_str())?);
                }
            }
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &str) -> Result<Sum, Refusal> {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Err(Refusal::Bad(format!(
                "There is no fragment named `{name}`."
            )));
        };
        match self.known.get(name.as_str()) {
            Some(Some(sum)) => return Ok(*sum),
            Some(None) => {
                return Err(Refusal::Bad(format!(
                    "The fragment `{name}` contains itself."
                )));
            }
            None => {}
        }
        self.known.insert(name.as_str(), None);
        let mut sum = self.set(
            &fragment.node.selection_set.node,
            fragment.node.type_condition.node.on.node.as_str(),
        )?;
        sum.directives += fragment.node.directives.len() as u64;
        self.known.insert(name.as_str(), Some(sum));
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, parent: &str) -> Result<Sum, Refusal> {
        let name = field.name.node.as_str();
        let mut sum = Sum {
            cost: 1,
            depth: 1,
            aliases: u64::from(field.alias.is_some()),
            directives: 0,
            first_level: 1,
            introspection_depth: 0,
            introspection_lists: 0,
        };
        let introspects = name == "__schema" || name == "__type" || parent.starts_with("__");
        let (target, rows) = match self.shape.field(parent, name) {
            Some(shape) => {
                let rows = match shape.spread {
                    Spread::One => 1,
                    Spread::List if field.get_argument("ids").is_some() => self.rows(field),
                    Spread::List => LIST_ROWS,
                    Spread::Connection => self.rows(field),
                };
                (shape.target.clone(), rows)
            }
            None if introspects => ("__Schema".to_owned(), 1),
            // Validation will say that there is no such field.
            None => (String::new(), 1),
        };
        if target == "Markdown" || name.ends_with("Html") {
            sum.cost = TEXT_COST;
        }
        let below = self.set(&field.selection_set.node, &target)?;
        sum.cost = sum.cost.saturating_add(below.cost.saturating_mul(rows));
        sum.aliases = sum.aliases.saturating_add(below.aliases);
        sum.directives = below.directives;
        if introspects {
            sum.depth = 0;
            sum.introspection_depth = below.introspection_depth + 1;
            sum.introspection_lists =
                below.introspection_lists + u32::from(INTROSPECTION_LIST_NAMES.contains(&name));
        } else {
            sum.depth = below.depth + 1;
            sum.introspection_depth = below.introspection_depth;
            sum.introspection_lists = below.introspection_lists;
        }
        Ok(sum)
    }

    fn rows(&self, field: &Field) -> u64 {
        let asked = ["first", "last", "ids"]
            .iter()
            .find_map(|name| field.get_argument(name));
        let given = asked.and_then(|value| {
            let variables = self.variables;
            let value = value.node.clone();
            value
                .into_const_with(|name| variables.get(&name).cloned().ok_or(name))
                .map_or_else(
                    |name| self.defaults.get(name.as_str()).copied(),
                    |value| rows_of(&value),
                )
        });
        given.unwrap_or(CONNECTION_ROWS).min(MOST_ROWS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;
    use async_graphql::Request;

    const SCHEMA: &str = "
        scalar Markdown
        type Query { now: String tickets(first: Int, last: Int): TicketConnection! byIds(ids: [ID!]!): [Ticket!]! person: Person }
        type Mutation { act(n: Int): String }
        type Subscription { changed: String }
        type TicketConnection { nodes: [Ticket!]! edges: [TicketEdge!]! }
        type TicketEdge { node: Ticket! }
        interface Ticket { title: String requester: Person messages(first: Int): MessageConnection! tags: [Tag!]! }
        type MessageConnection { nodes: [Message!]! }
        type Message { text: String author: Person }
        type Person { name: String about: Markdown! aboutHtml: String! manager: Person tickets(first: Int): TicketConnection! }
        type Tag { name: String }
    ";

    fn measured_with(query: &str, variables: serde_json::Value) -> Result<Measured, Refusal> {
        let limits = Limits::of(SCHEMA).expect("a schema");
        let variables = Variables::from_json(variables);
        limits
            .check(query, None, &variables)
            .map(|(_, measured)| measured)
    }

    fn measured(query: &str) -> Result<Measured, Refusal> {
        measured_with(query, serde_json::json!({}))
    }

    fn complexity(query: &str) -> u64 {
        measured(query).expect(query).complexity
    }

    #[test]
    fn long_texts_weigh_what_they_can_hold_from_either_end_of_a_list() {
        let text = "{ person { about aboutHtml } }";
        assert_eq!(complexity(text), 1 + 2 * TEXT_COST);
        assert_eq!(
            complexity("{ tickets(last: 200) { nodes { title } } }"),
            complexity("{ tickets(first: 200) { nodes { title } } }")
        );
        assert_eq!(
            complexity("{ byIds(ids: [\"a\", \"b\", \"c\"]) { title } }"),
            1 + 3
        );
    }

    #[test]
    fn lists_multiply_what_is_below_them() {
        assert_eq!(complexity("{ now }"), 1);
        assert_eq!(complexity("{ person { name } }"), 2);
        assert_eq!(
            complexity("{ tickets(first: 5) { nodes { title } } }"),
            1 + 5 * 2
        );
        assert_eq!(complexity("{ tickets { nodes { title } } }"), 1 + 50 * 2);
        assert_eq!(
            complexity("{ tickets(first: 2) { nodes { tags { name } } } }"),
            1 + 2 * (1 + 1 + 10)
        );
        assert_eq!(
            complexity("query($n: Int = 7) { tickets(first: $n) { nodes { title } } }"),
            1 + 7 * 2
        );
    }

    #[test]
    fn a_variable_says_how_many_rows() {
        let query = "query($n: Int) { tickets(first: $n) { nodes { title } } }";
        let measured = measured_with(query, serde_json::json!({ "n": 30 })).expect("measured");
        assert_eq!(measured.complexity, 1 + 30 * 2);
    }

    #[test]
    fn connections_within_connections_are_too_much() {
        let query = "{ tickets(first: 200) { nodes { requester { tickets(first: 200) { nodes { title requester { name } } } } } } }";
        assert!(matches!(measured(query), Err(Refusal::TooMuch(_))));
    }

    #[test]
    fn fragments_that_double_each_other_are_measured_quickly_and_refused() {
        let mut query = String::from("{ person { ...F0 } }");
        for n in 0..100 {
            query += &format!(" fragment F{n} on Person {{ ...F{} ...F{} }}", n + 1, n + 1);
        }
        query += " fragment F100 on Person { name }";
        assert!(matches!(measured(&query), Err(Refusal::TooMuch(_))));
    }

    #[test]
    fn fragments_in_a_circle_are_refused() {
        let query = "{ person { ...A } } fragment A on Person { ...B } fragment B on Person { manager { ...A } }";
        assert!(matches!(measured(query), Err(Refusal::Bad(_))));
    }

    #[test]
    fn aliases_directives_depth_and_acts_are_counted() {
        let many = |n: usize, text: &dyn Fn(usize) -> String| -> String {
            (0..n).map(text).collect::<Vec<_>>().join(" ")
        };
        let aliases = |n| format!("{{ {} }}", many(n, &|i| format!("a{i}: now")));
        assert!(measured(&aliases(50)).is_ok());
        assert!(matches!(measured(&aliases(51)), Err(Refusal::TooMuch(_))));
        let directives = format!("{{ now {} }}", "@skip(if: false) ".repeat(51));
        assert!(matches!(measured(&directives), Err(Refusal::TooMuch(_))));
        let deep = |n| {
            format!(
                "{{ person {} {{ name }} {}}}",
                "{ manager ".repeat(n),
                "}".repeat(n)
            )
        };
        assert!(measured(&deep(13)).is_ok());
        assert!(matches!(measured(&deep(14)), Err(Refusal::TooMuch(_))));
        let acts = |n| {
            format!(
                "mutation {{ {} }}",
                many(n, &|i| format!("a{i}: act(n: {i})"))
            )
        };
        assert!(measured(&acts(20)).is_ok());
        assert!(matches!(measured(&acts(21)), Err(Refusal::TooMuch(_))));
    }

    #[test]
    fn the_usual_introspection_passes_and_a_snowball_does_not() {
        let usual = "{ __schema { types { name fields { name args { name type { ...T } } type { ...T } } } } } fragment T on __Type { kind ofType { kind ofType { kind ofType { kind ofType { kind ofType { kind ofType { kind ofType { name } } } } } } } }";
        let found = measured(usual).expect("measured");
        assert!(found.introspects);
        let snowball =
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert!(matches!(measured(snowball), Err(Refusal::TooMuch(_))));
        assert!(!measured("{ __typename }").expect("measured").introspects);
    }

    #[test]
    fn what_is_not_executed_must_keep_the_limits_too() {
        let mut other = String::from("query A { now } query B { person { ...F0 } }");
        for n in 0..50 {
            other += &format!(" fragment F{n} on Person {{ ...F{} ...F{} }}", n + 1, n + 1);
        }
        other += " fragment F50 on Person { name }";
        let circle = "query A { now } fragment F on Person { ...F ...F }";
        let limits = Limits::of(SCHEMA).expect("a schema");
        let check = |query: &str| limits.check(query, Some("A"), &Variables::default());
        assert!(matches!(check(&other), Err(Refusal::TooMuch(_))));
        assert!(matches!(check(circle), Err(Refusal::Bad(_))));
    }

    #[test]
    fn a_long_row_of_fragments_is_refused_before_it_fills_the_stack() {
        let mut query = String::from("{ person { ...F0 } }");
        for n in 0..900 {
            query += &format!(" fragment F{n} on Person {{ ...F{} }}", n + 1);
        }
        query += " fragment F900 on Person { name }";
        assert!(matches!(measured(&query), Err(Refusal::TooMuch(_))));
    }

    #[test]
    fn numbers_of_any_size_are_read_or_refused() {
        for first in [
            "-1",
            "0",
            "99999999999999999999999999",
            "1e400",
            "-1e400",
            "1.5",
            "\"x\"",
            "null",
        ] {
            // Both are fine; a panic is not.
            let _ = measured(&format!(
                "{{ tickets(first: {first}) {{ nodes {{ title }} }} }}"
            ));
        }
    }

    #[test]
    fn a_subscription_has_one_field_and_operations_are_named() {
        assert!(measured("subscription { changed }").is_ok());
        assert!(matches!(
            measured("subscription { a: changed b: changed }"),
            Err(Refusal::Bad(_))
        ));
        assert!(matches!(
            measured("query A { now } query B { now }"),
            Err(Refusal::Bad(_))
        ));
    }

    #[test]
    fn what_is_measured_is_what_would_be_executed() {
        // The measuring reads the same document that the request then carries.
        let limits = Limits::of(SCHEMA).expect("a schema");
        let query = "query A { now } query B { person { name } }";
        let (document, measured) = limits
            .check(query, Some("B"), &Variables::default())
            .expect("measured");
        assert_eq!(measured.complexity, 2);
        let mut request = Request::new(query).operation_name("B");
        request.set_parsed_query(document);
        assert!(request.parsed_query().is_ok());
    }
}
