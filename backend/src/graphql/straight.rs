//! Objects of which many come at once: the tickets of a list, and who and what they name. Their
//! fields are resolved one after the other, where they are. The library gives each field a future of
//! its own on the heap, so that fields wait for the database side by side; here nothing waits, since
//! what the fields show is at hand ([`super::at_hand`]), and the futures cost more than the fields.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{ContainerType, resolve_container};
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use std::borrow::Cow;

/// An object that is resolved straight.
pub struct Straight<T>(pub T);

impl<T: ContainerType> OutputType for Straight<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve(ctx, &self.0).await
    }
}

/// Resolves an object straight when its fields are asked for as they are; with fragments, directives,
/// or a field asked for twice, it is left to the library.
pub async fn resolve<T: ContainerType>(
    ctx: &ContextSelectionSet<'_>,
    object: &T,
) -> ServerResult<Value> {
    let Some(fields) = plain(&ctx.item.node.items) else {
        return resolve_container(ctx, object).await;
    };
    let mut values = IndexMap::with_capacity(fields.len());
    for field in fields {
        let name = &field.node.response_key().node;
        let value = if field.node.name.node == "__typename" {
            Value::String(object.introspection_type_name().into_owned())
        } else {
            match object.resolve_field(&ctx.with_field(field)).await {
                Ok(value) => value.unwrap_or_default(),
                Err(error) => {
                    ctx.add_error(error);
                    continue;
                }
            }
        };
        values.insert(name.clone(), value);
    }
    Ok(if values.is_empty() {
        Value::Null
    } else {
        Value::Object(values)
    })
}

/// The fields, when there is nothing else and each is asked for once.
fn plain(items: &[Positioned<Selection>]) -> Option<Vec<&Positioned<Field>>> {
    let mut fields: Vec<&Positioned<Field>> = Vec::with_capacity(items.len());
    for item in items {
        let Selection::Field(field) = &item.node else {
            return None;
        };
        let key = &field.node.response_key().node;
        let known = fields.iter().any(|f| f.node.response_key().node == *key);
        if known || !field.node.directives.is_empty() {
            return None;
        }
        fields.push(field);
    }
    Some(fields)
}
