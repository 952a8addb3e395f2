//! Who may use which field. Every root field has one stated rule, and whoever hasn't signed in, guest or stranger, reads
//! an allow-list; what is in neither table is refused. Whether a row is the caller's is the domain's to say.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, ServerError, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};

use super::{execution::Origin, fault::Fault};
use crate::caller::Standing;

/// Who may use a root field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Without signing in, too.
    Anyone,
    /// Those who signed in, and guests of a call.
    Parties,
    /// Those who signed in.
    Users,
    /// Supervisors and administrators.
    Supervisors,
    /// Administrators.
    Administrators,
}

impl Rule {
    fn allows(self, standing: Standing) -> bool {
        match self {
            Self::Anyone => true,
            Self::Parties => standing >= Standing::Guest,
            Self::Users => standing >= Standing::Agent,
            Self::Supervisors => standing >= Standing::Supervisor,
            Self::Administrators => standing >= Standing::Admin,
        }
    }
}

/// What is left to a guest whose call is over: to see who it was, to be told of the end when its page had no connection
/// then, to hear from `callJoin` that the link is no longer good, to rate, and to ask again for the call-back that ended
/// the call, when the answer was lost.
const AFTERWARDS: &[&str] = &["viewer", "legSignals", "callJoin", "callRate", "callbackRequest"];

/// Whether a caller may use a root field that has this rule.
pub fn may_use(root: &str, rule: Rule, standing: Standing) -> bool {
    match standing {
        Standing::FormerGuest => AFTERWARDS.contains(&root),
        _ => rule.allows(standing),
    }
}

pub const QUERIES: &[(&str, Rule)] = &[
    ("viewer", Rule::Anyone),
    ("node", Rule::Parties),
    ("nodes", Rule::Parties),
    ("contacts", Rule::Users),
    ("contact", Rule::Users),
    ("companies", Rule::Users),
    ("outcomes", Rule::Users),
    ("awayReasons", Rule::Users),
    ("tasks", Rule::Users),
    ("calls", Rule::Users),
    ("call", Rule::Parties),
    ("recordings", Rule::Users),
    ("notifications", Rule::Users),
    ("invitation", Rule::Anyone),
    ("queues", Rule::Users),
    ("queue", Rule::Users),
    ("queueInfo", Rule::Anyone),
    ("agents", Rule::Users),
    ("mediaWorkers", Rule::Supervisors),
    ("audioFiles", Rule::Supervisors),
    ("auditLog", Rule::Administrators),
    ("voicemails", Rule::Users),
];

pub const MUTATIONS: &[(&str, Rule)] = &[
    ("sessionCreate", Rule::Anyone),
    ("sessionRefresh", Rule::Anyone),
    ("sessionRevoke", Rule::Anyone),
    ("contactCreate", Rule::Users),
    ("contactUpdate", Rule::Users),
    ("contactArchive", Rule::Users),
    ("contactMerge", Rule::Users),
    ("companyCreate", Rule::Users),
    ("companyUpdate", Rule::Users),
    ("noteCreate", Rule::Users),
    ("noteUpdate", Rule::Users),
    ("outcomeCreate", Rule::Administrators),
    ("outcomeUpdate", Rule::Administrators),
    ("awayReasonCreate", Rule::Administrators),
    ("awayReasonUpdate", Rule::Administrators),
    ("taskCreate", Rule::Users),
    ("taskUpdate", Rule::Users),
    ("notificationRead", Rule::Users),
    ("callPlace", Rule::Users),
    ("callJoin", Rule::Anyone),
    ("callEnd", Rule::Users),
    ("callHold", Rule::Users),
    ("callResume", Rule::Users),
    ("callTransfer", Rule::Users),
    ("transferSwap", Rule::Users),
    ("transferComplete", Rule::Users),
    ("transferCancel", Rule::Users),
    ("callRate", Rule::Parties),
    ("callContactSet", Rule::Users),
    ("callRequest", Rule::Anyone),
    ("callbackRequest", Rule::Parties),
    ("callbackCancel", Rule::Anyone),
    ("callWrapUp", Rule::Users),
    ("wrapUpExtend", Rule::Users),
    ("offerAccept", Rule::Users),
    ("offerDecline", Rule::Users),
    ("agentStatusSet", Rule::Users),
    ("agentSkillsSet", Rule::Supervisors),
    ("queueCreate", Rule::Administrators),
    ("queueUpdate", Rule::Administrators),
    ("queueMemberSet", Rule::Supervisors),
    ("legNegotiate", Rule::Parties),
    ("legTrickle", Rule::Parties),
    ("legUpdate", Rule::Parties),
    ("legLeave", Rule::Parties),
    ("legInvite", Rule::Users),
    ("legRemove", Rule::Users),
    ("invitationWithdraw", Rule::Users),
    ("callMonitor", Rule::Supervisors),
    ("callMove", Rule::Supervisors),
    ("consentGive", Rule::Parties),
    ("messageSend", Rule::Parties),
    ("messageFileCreate", Rule::Parties),
    ("voicemailLeave", Rule::Parties),
    ("voicemailHeard", Rule::Users),
    ("agentVoicemailSet", Rule::Users),
    ("recordingStart", Rule::Users),
    ("recordingPause", Rule::Users),
    ("recordingResume", Rule::Users),
    ("recordingStop", Rule::Users),
    ("recordingPlay", Rule::Users),
    ("audioFileCreate", Rule::Administrators),
    ("audioFileUpdate", Rule::Administrators),
];

pub const SUBSCRIPTIONS: &[(&str, Rule)] = &[
    ("callEvents", Rule::Parties),
    ("legSignals", Rule::Parties),
    ("notifications", Rule::Users),
    ("offers", Rule::Users),
    ("agentActivity", Rule::Users),
    ("queueStats", Rule::Users),
];

/// What guests and strangers may read, type by type. Payloads of the mutations that they may use, and what a call shows of
/// itself to those who are in it: no agent's address, no contact's card, no recording. A stranger's call is linked to the
/// contact that the stranger claims to be, so nothing may lead from a call to a card.
pub const GUEST_FIELDS: &[(&str, &[&str])] = &[
    ("Viewer", &["user", "role", "permissions", "guest"]),
    ("Guest", &["call", "leg", "name"]),
    // What a node is beyond its id is read as its own type.
    ("Node", &["id"]),
    (
        "Call",
        &[
            "id",
            "version",
            "direction",
            "media",
            "state",
            "result",
            "subject",
            "createdAt",
            "answeredAt",
            "endedAt",
            "durationSeconds",
            "talkSeconds",
            "legs",
            "recordingState",
            "messages",
            "events",
            "rating",
            "position",
            "estimatedWaitSeconds",
            "queueName",
            "queueClosed",
            "callbackAvailable",
            "callbackUrl",
            "voicemailAvailable",
            "voicemailWording",
            "voicemailState",
            "voicemailEndsAt",
        ],
    ),
    ("Rating", &["stars", "words", "at"]),
    (
        "Leg",
        &[
            "id", "role", "state", "name", "muted", "videoOn", "screenOn", "joinedAt", "leftAt", "consent",
            "parked", "audience",
        ],
    ),
    ("Consent", &["given", "at", "wording"]),
    ("CallEvent", &["cursor", "version", "at", "kind", "actor", "call", "leg", "message", "detail"]),
    ("Message", &["id", "call", "from", "body", "file", "at"]),
    ("MessageFile", &["id", "name", "contentType", "bytes", "url"]),
    ("MessageConnection", &["edges", "nodes", "pageInfo", "totalCount"]),
    ("MessageEdge", &["node", "cursor"]),
    // Without totalCount: it counts what guests aren't told of, too.
    ("CallEventConnection", &["edges", "nodes", "pageInfo"]),
    ("CallEventEdge", &["node", "cursor"]),
    ("PageInfo", &["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"]),
    (
        "Invitation",
        &[
            "callerName",
            "media",
            "subject",
            "state",
            "consentWording",
            "contactName",
            "callback",
            "waiting",
            "queueName",
            "queueClosed",
            "position",
            "estimatedWaitSeconds",
        ],
    ),
    (
        "QueueInfo",
        &[
            "key",
            "name",
            "open",
            "opensAt",
            "closedMessage",
            "media",
            "callback",
            "full",
            "estimatedWaitSeconds",
            "consentWording",
            "voicemail",
            "voicemailWording",
        ],
    ),
    ("QueueClosed", &["opensAt", "message", "voicemail"]),
    ("JoinInfo", &["leg", "epoch", "generation", "iceServers", "guestToken", "consentWording", "call"]),
    ("IceServer", &["urls", "username", "credential", "expiresAt"]),
    ("SdpOffer", &["sdp", "revision", "epoch"]),
    ("SdpAnswer", &["sdp", "revision", "epoch"]),
    ("IceCandidate", &["candidate", "sdpMid", "sdpMLineIndex"]),
    ("MediaMoved", &["reason", "epoch", "iceServers"]),
    ("LegEnded", &["reason"]),
    ("LegTaken", &["reason"]),
    ("UserError", &["code", "message", "path"]),
    ("CallJoinPayload", &["join", "userErrors"]),
    ("CallRatePayload", &["call", "userErrors"]),
    ("CallRequestPayload", &["call", "joinToken", "joinUrl", "userErrors"]),
    ("CallbackRequestPayload", &["call", "callback", "joinToken", "joinUrl", "userErrors"]),
    ("CallbackCancelPayload", &["call", "userErrors"]),
    ("VoicemailLeavePayload", &["call", "userErrors"]),
    ("LegNegotiatePayload", &["answer", "userErrors"]),
    ("LegTricklePayload", &["leg", "userErrors"]),
    ("LegUpdatePayload", &["leg", "userErrors"]),
    ("LegLeavePayload", &["leg", "userErrors"]),
    ("ConsentGivePayload", &["leg", "call", "userErrors"]),
    ("MessageSendPayload", &["message", "userErrors"]),
    ("MessageFileCreatePayload", &["file", "uploadUrl", "userErrors"]),
    // Signing in. The user is the one who just did: no other field here leads to one.
    ("SessionCreatePayload", &["session", "userErrors"]),
    ("SessionRefreshPayload", &["session", "userErrors"]),
    ("SessionRevokePayload", &["userErrors"]),
    ("Session", &["accessToken", "refreshToken", "expiresAt", "user"]),
    ("User", &["id", "name", "email", "role", "timeZone"]),
];

/// Judges the root fields of an operation before anything of it runs.
pub fn check_roots(
    table: &[(&str, Rule)],
    roots: &BTreeSet<String>,
    standing: Standing,
) -> Result<(), Fault> {
    for root in roots.iter().filter(|root| !root.starts_with("__")) {
        if let Some((_, rule)) = table.iter().find(|(name, _)| name == root)
            && !may_use(root, *rule, standing)
        {
            return Err(match standing {
                Standing::Anonymous => Fault::Unauthenticated,
                _ => Fault::Forbidden,
            });
        }
        // A field that does not exist is validation's to name.
    }
    Ok(())
}

fn guest_may_read(parent: &str, field: &str) -> bool {
    parent.starts_with("__")
        || GUEST_FIELDS.iter().any(|(name, fields)| *name == parent && fields.contains(&field))
}

fn path(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path: Vec<_> = std::iter::successors(Some(node), |node| node.parent)
        .map(|node| match node.segment {
            QueryPathSegment::Index(index) => PathSegment::Index(index),
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        })
        .collect();
    path.reverse();
    path
}

/// Applies the allow-list while an operation of a guest or a stranger runs.
pub struct GuestAllowList;

impl ExtensionFactory for GuestAllowList {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for GuestAllowList {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let is_guest =
            ctx.data_opt::<Origin>().is_some_and(|origin| origin.caller.standing() <= Standing::Guest);
        // Root fields have been judged before, whatever the merged type is called that they stand in.
        let is_root = info.path_node.parent.is_none();
        // The items of a list come by, too, with the list as their parent: whether it may be read was decided at its field.
        let is_item = info.parent_type.starts_with('[');
        let is_open = is_root || is_item || info.is_for_introspection;
        if is_guest && !is_open && !guest_may_read(info.parent_type, info.name) {
            return Err(ServerError::from(Fault::Forbidden).with_path(path(info.path_node)));
        }
        next.run(ctx, info).await
    }
}
