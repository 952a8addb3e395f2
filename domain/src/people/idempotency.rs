//! Idempotency keys: key = caller + mutation + client's key, for 24 h. A repeat gets the first result; the same key
//! with another input is a fault of the client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::Actor;
use crate::{
    Error, Result,
    db::{Unit, schema::idempotency, statement},
    error::Refusal,
    limits,
};

/// A key that a request carried, with what it stands for.
#[derive(Debug, Clone)]
pub struct Key {
    caller: String,
    mutation: &'static str,
    key: String,
    input_hash: Vec<u8>,
}

impl Key {
    /// `input` is the whole input as the client sent it.
    ///
    /// # Errors
    /// INVALID when the key is empty or longer than 200 characters, or no UUID though nobody signed in: strangers share one
    /// space of keys, where a short one would give somebody another's result.
    pub fn new(
        actor: &Actor,
        mutation: &'static str,
        key: Option<String>,
        input: &impl Serialize,
    ) -> Result<Option<Self>> {
        let Some(key) = key else { return Ok(None) };
        if key.is_empty() || key.chars().count() > 200 {
            return Err(
                Refusal::invalid("idempotencyKey", "An idempotency key has 1 to 200 characters.").into()
            );
        }
        if matches!(actor, Actor::Anonymous) && uuid::Uuid::try_parse(&key).is_err() {
            return Err(Refusal::invalid("idempotencyKey", "Without signing in a key is a UUID.").into());
        }
        let input = serde_json::to_vec(input)?;
        Ok(Some(Self { caller: actor.key(), mutation, key, input_hash: Sha256::digest(input).to_vec() }))
    }
}

impl Unit {
    /// The result of the first request with this key, if there was one. Requests with the same key wait for each other.
    ///
    /// # Errors
    /// [`Error::KeyReused`] when the input differs.
    pub(crate) async fn first_result<T: DeserializeOwned>(&mut self, key: Option<&Key>) -> Result<Option<T>> {
        let Some(key) = key else { return Ok(None) };
        let lock = format!("{}/{}/{}", key.caller, key.mutation, key.key);
        statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<diesel::sql_types::Text, _>(lock)
            .execute(self.connection())
            .await?;
        let since = self.now - limits::IDEMPOTENCY;
        let first: Option<(Vec<u8>, serde_json::Value)> = idempotency::table
            .find((&key.caller, key.mutation, &key.key))
            .filter(idempotency::created_at.gt(since))
            .select((idempotency::input_hash, idempotency::result))
            .first(self.connection())
            .await
            .optional()?;
        match first {
            None => Ok(None),
            Some((hash, _)) if hash != key.input_hash => Err(Error::KeyReused),
            Some((_, result)) => Ok(Some(serde_json::from_value(result)?)),
        }
    }

    /// Remembers the result: ids only, never a secret.
    pub(crate) async fn keep_result(&mut self, key: Option<&Key>, result: &impl Serialize) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        let result = serde_json::to_value(result)?;
        let row = (
            idempotency::caller.eq(&key.caller),
            idempotency::mutation.eq(key.mutation),
            idempotency::key.eq(&key.key),
            idempotency::input_hash.eq(&key.input_hash),
            idempotency::result.eq(&result),
            idempotency::created_at.eq(self.now),
        );
        diesel::insert_into(idempotency::table)
            .values(row)
            .on_conflict((idempotency::caller, idempotency::mutation, idempotency::key))
            .do_update()
            .set((
                idempotency::input_hash.eq(&key.input_hash),
                idempotency::result.eq(&result),
                idempotency::created_at.eq(self.now),
            ))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::error::RefusalCode;

    #[test]
    fn a_strangers_key_is_a_uuid() {
        let key = |text: &str| Key::new(&Actor::Anonymous, "callPlace", Some(text.to_owned()), &());
        for text in ["", "1", "a key", "0190a5b1-c2d3-7e4f-8a9b"] {
            let Err(Error::Refused(refusal)) = key(text) else { panic!("{text:?} was taken") };
            assert_eq!((refusal.code, refusal.path), (RefusalCode::Invalid, vec!["idempotencyKey"]));
        }
        assert!(key("0190a5b1-c2d3-7e4f-8a9b-0c1d2e3f4a5b").unwrap().is_some());
    }
}
