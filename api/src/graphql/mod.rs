//! The public schema. `model` has the types, `query`, `mutation` and `subscription` the roots; the files beside them are
//! what all of them stand on. Owns no rows: a resolver authorises, loads, decides, commits and returns through `domain`.

pub mod access;
pub mod connection;
pub mod context;
pub mod execution;
pub mod fault;
pub mod id;
pub mod limits;
mod links;
mod loaders;
mod model;
mod mutation;
mod nesting;
mod payload;
mod query;
mod scalars;
mod subscription;
#[cfg(test)]
mod tests;

use async_graphql::{SDLExportOptions, Schema};

use self::{access::GuestAllowList, mutation::Mutation, query::Query, subscription::Subscription};

pub type ApiSchema = Schema<Query, Mutation, Subscription>;

/// The schema. What resolvers need of the process comes with each request.
pub fn schema() -> ApiSchema {
    Schema::build(Query, Mutation::default(), Subscription::default())
        .extension(GuestAllowList)
        // Stands behind the limits of our own, which refuse less deep documents already.
        .limit_recursive_depth(64)
        .finish()
}

/// The schema in GraphQL's own language, as it is committed.
pub fn sdl() -> String {
    schema().sdl_with_options(
        SDLExportOptions::new().prefer_single_line_descriptions().include_specified_by().use_space_ident(),
    )
}
