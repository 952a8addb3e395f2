//! Statements in SQL that a connection prepares once.

use std::marker::PhantomData;

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{HasSqlType, Untyped},
};

/// As [`diesel::sql_query`], which prepares anew at each use: a second round trip, and the server parses it again. For
/// statements that run all the time.
pub(crate) const fn statement(sql: &'static str) -> Statement<()> {
    Statement { sql, binds: () }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement<Binds> {
    sql: &'static str,
    binds: Binds,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Bind<Type, Value>(Value, PhantomData<Type>);

impl<Binds> Statement<Binds> {
    /// The next parameter: `$1`, then `$2` and so on.
    pub fn bind<Type, Value>(self, value: Value) -> Statement<(Binds, Bind<Type, Value>)> {
        Statement { sql: self.sql, binds: (self.binds, Bind(value, PhantomData)) }
    }
}

/// Parameters in order.
pub(crate) trait Binds {
    fn walk<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

impl Binds for () {
    fn walk<'b>(&'b self, _: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Ok(())
    }
}

impl<First: Binds, Type, Value> Binds for (First, Bind<Type, Value>)
where
    Pg: HasSqlType<Type>,
    Value: ToSql<Type, Pg>,
{
    fn walk<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk(out.reborrow())?;
        out.push_bind_param::<Type, Value>(&self.1.0)
    }
}

impl<All: Binds> QueryFragment<Pg> for Statement<All> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.sql);
        // diesel writes a parameter's name where it takes its value; the SQL has named them already.
        out.push_sql("\n-- ");
        self.binds.walk(out)
    }
}

impl<All> QueryId for Statement<All> {
    type QueryId = ();
    /// Known by its SQL.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<All> Query for Statement<All> {
    type SqlType = Untyped;
}
