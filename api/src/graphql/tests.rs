//! The schema as a whole: described, committed, and with a rule for every root.

use std::collections::BTreeSet;

use async_graphql::Request;
use serde_json::Value;

use super::{access, schema, sdl};

const INTROSPECTION: &str = "{ __schema { types { kind name description
    fields { name description args { name description } }
    inputFields { name description }
    enumValues { name description } } } }";

async fn types() -> Vec<Value> {
    let response = schema().execute(Request::new(INTROSPECTION)).await;
    let data = response.data.into_json().unwrap();
    data["__schema"]["types"].as_array().unwrap().clone()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

#[tokio::test]
async fn every_element_is_described() {
    let mut bare = Vec::new();
    let mut judge = |path: String, value: &Value| {
        if value["description"].as_str().unwrap_or_default().is_empty() {
            bare.push(path);
        }
    };
    let types = types().await;
    for kind in types.iter().filter(|kind| !name(kind).starts_with("__") && name(kind) != "ID") {
        judge(name(kind).to_owned(), kind);
        for field in list(kind, "fields") {
            judge(format!("{}.{}", name(kind), name(field)), field);
            for argument in list(field, "args") {
                judge(format!("{}.{}({})", name(kind), name(field), name(argument)), argument);
            }
        }
        for member in list(kind, "inputFields").iter().chain(list(kind, "enumValues")) {
            judge(format!("{}.{}", name(kind), name(member)), member);
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../../schema.graphql");
    assert!(committed == sdl(), "schema.graphql is out of date: `api schema > schema.graphql`");
}

#[tokio::test]
async fn every_root_has_one_rule() {
    let types = types().await;
    for (root, table) in
        [("Query", access::QUERIES), ("Mutation", access::MUTATIONS), ("Subscription", access::SUBSCRIPTIONS)]
    {
        let kind = types.iter().find(|kind| name(kind) == root).unwrap();
        let served: BTreeSet<_> = list(kind, "fields").iter().map(name).collect();
        let ruled: BTreeSet<_> = table.iter().map(|(name, _)| *name).collect();
        assert_eq!(served, ruled, "{root}");
        assert_eq!(ruled.len(), table.len(), "{root}: a rule is there twice");
    }
}

#[tokio::test]
async fn what_guests_may_read_exists() {
    let types = types().await;
    for (parent, fields) in access::GUEST_FIELDS {
        let kind =
            types.iter().find(|kind| name(kind) == *parent).unwrap_or_else(|| panic!("no type {parent}"));
        for field in *fields {
            assert!(list(kind, "fields").iter().any(|known| name(known) == *field), "{parent}.{field}");
        }
    }
}

/// Of the type of a field without its `!` and `[]`.
fn named(mut kind: &Value) -> &Value {
    while !kind["ofType"].is_null() {
        kind = &kind["ofType"];
    }
    kind
}

#[tokio::test]
async fn nothing_that_guests_may_read_leads_to_what_they_may_not() {
    let response = schema()
        .execute(Request::new(
            "{ __schema { types { name kind fields { name type { name kind ofType { name kind ofType { name kind
                ofType { name kind } } } } } } } }",
        ))
        .await;
    let data = response.data.into_json().unwrap();
    for (parent, fields) in access::GUEST_FIELDS {
        let kind = list(&data["__schema"], "types").iter().find(|kind| name(kind) == *parent).unwrap();
        for field in list(kind, "fields").iter().filter(|field| fields.contains(&name(field))) {
            let target = named(&field["type"]);
            let is_listed = access::GUEST_FIELDS.iter().any(|(listed, _)| *listed == name(target));
            assert!(target["kind"] != "OBJECT" || is_listed, "{parent}.{}: {}", name(field), name(target));
        }
    }
    let cards = [
        "Contact",
        "Company",
        "Agent",
        "Queue",
        "QueueVisit",
        "Offer",
        "Recording",
        "Note",
        "Task",
        "Voicemail",
        "PastCall",
    ];
    for (parent, _) in access::GUEST_FIELDS {
        assert!(!cards.contains(parent), "{parent}");
    }
}
