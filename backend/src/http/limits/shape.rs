//! What the schema says about the size of answers: which fields are lists.

use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use std::collections::HashMap;

/// How a field multiplies what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// One object or value.
    One,
    /// A list of unknown, moderate length.
    List,
    /// A connection: as many rows as `first` says.
    Connection,
}

/// A field of a type.
#[derive(Clone, Debug)]
pub struct FieldShape {
    /// Name of the type that it leads to.
    pub target: String,
    /// How it multiplies.
    pub spread: Spread,
}

/// The sizes of a schema.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    types: HashMap<String, HashMap<String, FieldShape>>,
}

impl Shape {
    /// Reads a schema in its own language.
    pub fn of(sdl: &str) -> anyhow::Result<Self> {
        let document = async_graphql::parser::parse_schema(sdl)?;
        let mut types = HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            let name = definition.node.name.node.to_string();
            let connection = name.ends_with("Connection");
            let fields = fields
                .into_iter()
                .map(|field| {
                    let shape = field_shape(&field.node.ty.node, connection);
                    (field.node.name.node.to_string(), shape)
                })
                .collect();
            types.insert(name, fields);
        }
        Ok(Self { types })
    }

    /// A field; `None` for one that does not exist (validation says so later).
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldShape> {
        self.types.get(parent)?.get(name)
    }
}

/// Edges and nodes of a connection were already counted by the connection.
fn field_shape(ty: &Type, of_connection: bool) -> FieldShape {
    let (target, list) = innermost(&ty.base);
    let spread = if target.ends_with("Connection") {
        Spread::Connection
    } else if list && !of_connection {
        Spread::List
    } else {
        Spread::One
    };
    FieldShape {
        target: target.to_owned(),
        spread,
    }
}

fn innermost(base: &BaseType) -> (&str, bool) {
    match base {
        BaseType::Named(name) => (name, false),
        BaseType::List(inner) => (innermost(&inner.base).0, true),
    }
}
