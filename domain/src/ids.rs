//! Typed ids. Outside the database an id reads `call_<32 hex digits>`: the prefix says what it names, the digits are a
//! UUID v7 (RFC 9562), so that ids sort by age and index well.

use std::{fmt, str::FromStr};

use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types,
};
use uuid::Uuid;

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {expected} id: it reads {expected}_ and 32 hexadecimal digits")]
pub struct IdError {
    pub expected: &'static str,
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, IdError> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|digits| {
            digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
        .and_then(|digits| Uuid::try_parse(digits).ok())
        .ok_or(IdError { expected: prefix })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = sql_types::Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id, later than all before it.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse($prefix, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl FromSql<sql_types::Uuid, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(value).map(Self)
            }
        }

        impl ToSql<sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.0, out)
            }
        }
    )*};
}

ids! {
    /// Someone who signs in.
    UserId = "user";
    /// One sign-in.
    SessionId = "session";
    /// A user as one who takes calls; the digits are the user's.
    AgentId = "agent";
    /// Someone who is called.
    ContactId = "contact";
    /// One conversation.
    CallId = "call";
    /// One party of a call.
    LegId = "leg";
    /// What was recorded of a call.
    RecordingId = "recording";
    /// One stream within a recording.
    TrackId = "track";
    /// One playback link.
    AccessId = "access";
    /// Something to do.
    TaskId = "task";
    /// A rule that makes tasks.
    RuleId = "rule";
    /// Something a user is told.
    NotificationId = "notification";
    /// One run of a media worker.
    WorkerId = "worker";
    /// A queue that contacts call.
    QueueId = "queue";
    /// One entry of a call into a queue.
    VisitId = "visit";
    /// A waiting call, held out to an agent.
    OfferId = "offer";
    /// A call that is handed over.
    TransferId = "transfer";
    /// Where contacts work.
    CompanyId = "company";
    /// Something written down about a contact or a call.
    NoteId = "note";
    /// How a call turned out, as administrators name it.
    OutcomeId = "outcome";
    /// Why an agent is away, as administrators name it.
    ReasonId = "reason";
    /// Something written in the chat beside a call.
    MessageId = "message";
    /// A file in the chat beside a call.
    MessageFileId = "file";
    /// A message that somebody left.
    VoicemailId = "voicemail";
    /// How somebody takes messages.
    BoxId = "box";
    /// Music or an announcement for those who wait.
    AudioFileId = "audio";
    /// One act in the audit log.
    AuditId = "audit";
}

impl From<UserId> for AgentId {
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

impl From<AgentId> for UserId {
    fn from(agent: AgentId) -> Self {
        Self(agent.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = CallId::new();
        assert_eq!(id.to_string().parse::<CallId>().unwrap(), id);
        assert_eq!(serde_json::from_str::<CallId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn another_kind_of_id_is_refused() {
        let contact = ContactId::new().to_string();
        assert_eq!(contact.parse::<CallId>(), Err(IdError { expected: "call" }));
        for text in [
            "",
            "call_",
            "call_xyz",
            "call_0123",
            "CALL_00000000000070008000000000000001",
            "call_0000000000007000800000000000000G",
        ] {
            assert!(text.parse::<CallId>().is_err(), "{text}");
        }
    }
}
