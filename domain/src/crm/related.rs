//! Whom a contact works with.

use diesel::{prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;

use super::Contact;
use crate::{Platform, Result, ids::ContactId};

#[derive(QueryableByName)]
struct Related {
    #[diesel(sql_type = sql_types::Uuid)]
    of: ContactId,
    #[diesel(embed)]
    contact: Contact,
}

impl Platform {
    /// The others of each contact's company, at most so many of each: those who were called or called last come first,
    /// then the newest.
    pub async fn related_contacts(
        &self,
        contacts: &[ContactId],
        limit: i64,
    ) -> Result<Vec<(ContactId, Contact)>> {
        let mut connection = self.db.get().await?;
        let rows: Vec<Related> = sql_query(
            "SELECT of.id AS of, related.* FROM contact AS of CROSS JOIN LATERAL (
                SELECT contact.*, (SELECT max(created_at) FROM call WHERE call.contact_id = contact.id) AS last_call
                FROM contact WHERE company_id = of.company_id AND id <> of.id AND archived_at IS NULL
                ORDER BY last_call DESC NULLS LAST, id DESC LIMIT $2
            ) AS related WHERE of.id = ANY($1) ORDER BY of.id, last_call DESC NULLS LAST, related.id DESC",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(contacts)
        .bind::<sql_types::BigInt, _>(limit)
        .load(&mut connection)
        .await?;
        Ok(rows.into_iter().map(|row| (row.of, row.contact)).collect())
    }
}
