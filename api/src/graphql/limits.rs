//! What a document may ask for, decided before anything runs.
//!
//! async-graphql's own limits ignore list sizes and are unlimited by default; here a list multiplies what
//! stands below it, so that `first: 100` inside `first: 100` costs what it costs.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet,
    },
};

/// Bytes of a whole request.
pub const MAX_BODY: usize = 256 * 1024;
/// Fields, each counted as often as the lists above it can repeat it.
pub const MAX_COST: u64 = 20_000;
/// Fields below one another.
const MAX_DEPTH: usize = 15;
/// The usual introspection query nests `ofType` nine times.
const MAX_INTROSPECTION_DEPTH: usize = 25;
/// Lists of the schema inside one another: types → fields → args is what tools ask for.
const MAX_INTROSPECTION_LISTS: usize = 3;
const MAX_ALIASES: u64 = 30;
const MAX_DIRECTIVES: u64 = 50;
/// Mutations in one document: enough for a page, too few for guessing passwords in bulk.
const MAX_MUTATIONS: u64 = 10;
/// The largest page of a list.
pub const MAX_PAGE: u64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Too much at once: COST_EXCEEDED.
    TooMuch(String),
    /// Not a document that could run: BAD_USER_INPUT.
    Malformed(String),
}

/// What the walk over an operation found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Measure {
    pub cost: u64,
    /// Names of the root fields, for the access rules.
    pub roots: BTreeSet<String>,
}

/// Finds the operation that a request names.
pub fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Refusal> {
    let mut operations = document.operations.iter();
    match name {
        Some(name) => operations
            .find(|(candidate, _)| candidate.is_some_and(|candidate| candidate.as_str() == name))
            .map(|(_, operation)| operation)
            .ok_or_else(|| Refusal::Malformed(format!("The document has no operation named \"{name}\"."))),
        None => match (operations.next(), operations.next()) {
            (Some((_, operation)), None) => Ok(operation),
            _ => Err(Refusal::Malformed(
                "The document has several operations: name one in operationName.".into(),
            )),
        },
    }
}

/// Measures an operation and refuses what is beyond the limits.
pub fn measure(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<Measure, Refusal> {
    let mut walk = Walk {
        fragments: &document.fragments,
        variables,
        defaults: operation
            .variable_definitions
            .iter()
            .filter_map(|definition| {
                let definition = &definition.node;
                Some((definition.name.node.clone(), definition.default_value.as_ref()?.node.clone()))
            })
            .collect(),
        known: HashMap::new(),
        open: HashSet::new(),
        root_keys: HashSet::new(),
        root_repeats: false,
        measure: Measure::default(),
    };
    let sum = walk.selections(&operation.selection_set.node, Place::Root)?;
    let too_much = |what: String| Err(Refusal::TooMuch(what));
    if sum.cost > MAX_COST {
        return too_much(format!(
            "The operation costs {}, {MAX_COST} is the limit: ask for smaller pages.",
            sum.cost
        ));
    }
    if sum.depth > MAX_DEPTH {
        return too_much(format!("The operation is {} fields deep, {MAX_DEPTH} is the limit.", sum.depth));
    }
    if sum.introspection_depth > MAX_INTROSPECTION_DEPTH || sum.introspection_lists > MAX_INTROSPECTION_LISTS
    {
        return too_much("The introspection goes deeper than tools need.".into());
    }
    if sum.aliases > MAX_ALIASES {
        return too_much(format!("The operation has more than {MAX_ALIASES} aliases."));
    }
    if sum.directives.saturating_add(directives(&operation.directives)) > MAX_DIRECTIVES {
        return too_much(format!("The operation has more than {MAX_DIRECTIVES} directives."));
    }
    if operation.ty == OperationType::Mutation && sum.roots > MAX_MUTATIONS {
        return too_much(format!("One document may hold {MAX_MUTATIONS} mutations."));
    }
    // GraphQL merges fields of one name; async-graphql would carry the mutation out for each.
    if operation.ty == OperationType::Mutation && walk.root_repeats {
        return Err(Refusal::Malformed(
            "A mutation stands twice under one name: leave one out, or give it an alias.".into(),
        ));
    }
    Ok(Measure { cost: sum.cost, ..walk.measure })
}

/// What a part of a document adds up to.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    cost: u64,
    depth: usize,
    introspection_depth: usize,
    introspection_lists: usize,
    aliases: u64,
    directives: u64,
    roots: u64,
}

impl Sum {
    fn beside(self, other: Sum) -> Sum {
        Sum {
            cost: self.cost.saturating_add(other.cost),
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            roots: self.roots.saturating_add(other.roots),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Root,
    Field,
    Introspection,
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    defaults: HashMap<Name, Value>,
    /// A fragment's sum, computed once however often it is spread.
    known: HashMap<(Name, Place), Sum>,
    open: HashSet<Name>,
    root_keys: HashSet<Name>,
    root_repeats: bool,
    measure: Measure,
}

impl Walk<'_> {
    fn selections(&mut self, set: &SelectionSet, place: Place) -> Result<Sum, Refusal> {
        let mut sum = Sum::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, place)?,
                Selection::InlineFragment(fragment) => {
                    let mut part = self.selections(&fragment.node.selection_set.node, place)?;
                    part.directives += directives(&fragment.node.directives);
                    part
                }
                Selection::FragmentSpread(spread) => {
                    let mut part = self.fragment(&spread.node.fragment_name.node, place)?;
                    // A spread costs too: spreads of spreads double with every step, without any field.
                    part.cost = part.cost.saturating_add(1);
                    part.directives += directives(&spread.node.directives);
                    part
                }
            };
            sum = sum.beside(part);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &Name, place: Place) -> Result<Sum, Refusal> {
        if let Some(sum) = self.known.get(&(name.clone(), place)) {
            self.root_repeats |= place == Place::Root;
            return Ok(*sum);
        }
        let Some(fragment) = self.fragments.get(name) else {
            return Err(Refusal::Malformed(format!("Unknown fragment: \"{name}\".")));
        };
        if !self.open.insert(name.clone()) {
            return Err(Refusal::Malformed(format!("The fragment \"{name}\" contains itself.")));
        }
        let mut sum = self.selections(&fragment.node.selection_set.node, place)?;
        sum.directives += directives(&fragment.node.directives);
        self.open.remove(name);
        self.known.insert((name.clone(), place), sum);
        Ok(sum)
    }

    fn field(&mut self, field: &Field, place: Place) -> Result<Sum, Refusal> {
        let name = field.name.node.as_str();
        if place == Place::Root {
            self.measure.roots.insert(name.to_owned());
            self.root_repeats |= !self.root_keys.insert(field.response_key().node.clone());
        }
        let introspection = place == Place::Introspection || matches!(name, "__schema" | "__type");
        let below = if introspection { Place::Introspection } else { Place::Field };
        let mut sum = self.selections(&field.selection_set.node, below)?;
        if introspection {
            sum.cost = sum.cost.saturating_add(1);
            sum.introspection_depth += 1;
            if matches!(name, "types" | "fields" | "inputFields" | "interfaces" | "possibleTypes" | "args") {
                sum.introspection_lists += 1;
            }
        } else {
            sum.cost = sum.cost.saturating_mul(self.list_size(field)?).saturating_add(1);
            sum.depth += 1;
        }
        sum.roots = u64::from(place == Place::Root);
        sum.aliases += u64::from(field.alias.is_some());
        sum.directives += directives(&field.directives);
        Ok(sum)
    }

    /// How often what stands below a field can repeat. Sizes out of range are the paginator's to refuse.
    fn list_size(&self, field: &Field) -> Result<u64, Refusal> {
        let mut size = 1;
        for (name, value) in &field.arguments {
            let value = value.node.clone().into_const_with(|name| self.variable(&name).ok_or(())).ok();
            size = match (name.node.as_str(), value) {
                ("first" | "last", Some(Value::Number(number))) => {
                    size.max(number.as_u64().unwrap_or(1).clamp(1, MAX_PAGE))
                }
                ("ids", Some(Value::List(ids))) => {
                    if ids.len() as u64 > MAX_PAGE {
                        return Err(Refusal::TooMuch(format!("At most {MAX_PAGE} ids at once.")));
                    }
                    size.max(ids.len() as u64)
                }
                _ => size,
            };
        }
        Ok(size)
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        self.variables.get(name).or_else(|| self.defaults.get(name)).cloned()
    }
}

fn directives(list: &[Positioned<Directive>]) -> u64 {
    list.len() as u64
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn measured(source: &str, variables: serde_json::Value) -> Result<Measure, Refusal> {
        let document = parse_query(source).unwrap();
        let operation = operation(&document, None)?;
        measure(&document, &operation.node, &Variables::from_json(variables))
    }

    fn cost(source: &str) -> u64 {
        measured(source, serde_json::Value::Null).unwrap().cost
    }

    fn too_much(source: &str) -> bool {
        matches!(measured(source, serde_json::Value::Null), Err(Refusal::TooMuch(_)))
    }

    #[test]
    fn a_list_multiplies_what_stands_below_it() {
        assert_eq!(cost("{ viewer { role } }"), 2);
        assert_eq!(cost("{ calls(first: 50) { nodes { id state } } }"), 1 + 50 * 3);
        assert!(too_much(
            "{ calls(first: 100) { nodes { contact { calls(first: 100) { nodes { id } } } } } }"
        ));
    }

    #[test]
    fn sizes_are_read_from_variables_and_their_defaults() {
        let source = "query Q($n: Int = 20) { calls(first: $n) { pageInfo { hasNextPage } } }";
        assert_eq!(measured(source, serde_json::json!({"n": 10})).unwrap().cost, 21);
        assert_eq!(measured(source, serde_json::Value::Null).unwrap().cost, 41);
        // A negative size is the paginator's to refuse; here it must not make the cost wrap around.
        assert_eq!(measured(source, serde_json::json!({"n": -5})).unwrap().cost, 3);
    }

    #[test]
    fn a_bomb_of_fragments_is_counted_without_being_expanded() {
        let mut source = String::from("{ ...f0 }");
        for index in 0..60 {
            source += &format!(" fragment f{index} on Query {{ viewer {{ ...g{index} }} }}");
            source += &format!(" fragment g{index} on Viewer {{ ...g{0} ...g{0} }}", index + 1);
        }
        source += " fragment g60 on Viewer { role }";
        assert!(too_much(&source));
    }

    #[test]
    fn a_fragment_that_contains_itself_is_malformed() {
        let source = "{ viewer { ...f } } fragment f on Viewer { user { ...g } } fragment g on User { ...f }";
        assert!(matches!(measured(source, serde_json::Value::Null), Err(Refusal::Malformed(_))));
    }

    #[test]
    fn depth_aliases_directives_and_mutations_have_limits() {
        let deep = format!("{}a{}", "{ a ".repeat(20), " }".repeat(20)).replacen("a{", "{", 1);
        assert!(too_much(&deep));
        let aliases: String = (0..40).map(|index| format!(" a{index}: viewer {{ role }}")).collect();
        assert!(too_much(&format!("{{ {aliases} }}")));
        assert!(too_much(&format!("{{ viewer {} {{ role }} }}", "@include(if: true) ".repeat(60))));
        assert!(too_much(&format!(
            "mutation {{ {} }}",
            "callEnd(input: {callId: \"a\"}) { __typename } ".repeat(11)
        )));
    }

    #[test]
    fn a_mutation_stands_once_under_a_name() {
        let repeated =
            |source: &str| matches!(measured(source, serde_json::Value::Null), Err(Refusal::Malformed(_)));
        assert!(repeated("mutation { callEnd { call { id } } callEnd { call { state } } }"));
        assert!(repeated("mutation { ...e ...e } fragment e on Mutation { callEnd { call { id } } }"));
        assert!(!repeated("mutation { callEnd { call { id } } other: callEnd { call { id } } }"));
        assert!(!repeated("{ viewer { role } viewer { user { id } } }"));
    }

    #[test]
    fn introspection_is_cheap_but_not_endless() {
        let usual = "{ __schema { types { fields { args { type { ofType { ofType { name } } } } } } } }";
        assert!(cost(usual) < 20);
        assert!(too_much(
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
        ));
    }

    #[test]
    fn the_named_operation_is_the_one_measured() {
        let document =
            parse_query("query A { viewer { role } } query B { calls(first: 9) { totalCount } }").unwrap();
        assert!(matches!(operation(&document, None), Err(Refusal::Malformed(_))));
        assert!(matches!(operation(&document, Some("C")), Err(Refusal::Malformed(_))));
        let found = operation(&document, Some("B")).unwrap();
        let measure = measure(&document, &found.node, &Variables::default()).unwrap();
        assert_eq!(measure.roots, BTreeSet::from(["calls".to_owned()]));
    }
}
