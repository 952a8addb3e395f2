//! Types of ours that are kept as jsonb.

/// Lets a type with serde be a `Jsonb` column. The type derives `AsExpression` and `FromSqlRow` itself.
macro_rules! json_column {
    ($name:ty) => {
        impl diesel::deserialize::FromSql<diesel::sql_types::Jsonb, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                use diesel::{deserialize::FromSql, pg::Pg, sql_types::Jsonb};
                let json: serde_json::Value = FromSql::<Jsonb, Pg>::from_sql(value)?;
                Ok(serde_json::from_value(json)?)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Jsonb, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                use diesel::{pg::Pg, serialize::ToSql, sql_types::Jsonb};
                let json = serde_json::to_value(self)?;
                ToSql::<Jsonb, Pg>::to_sql(&json, &mut out.reborrow())
            }
        }
    };
}
pub(crate) use json_column;
