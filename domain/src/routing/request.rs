//! A contact asks for a call, from a public page or a widget.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

use super::{
    Entry, OverflowKind, Queue,
    callback::promised,
    visits::{length, lock_with_room},
};
use crate::{
    Error, Platform, Result,
    calls::{Call, CallEventKind, Change, Direction, Leg, MediaKind, Placed},
    crm::Contact,
    db::{
        Unit,
        schema::{call, contact, queue},
        statement,
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, ContactId, LegId, QueueId},
    limits,
    people::{Actor, idempotency::Key},
    validate,
    voicemail::{Recipient, box_of_queue},
};

/// What somebody says who asks for a call. None of it is verified.
#[derive(Debug, Clone)]
pub struct CallRequest {
    pub queue_key: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub media: MediaKind,
    pub subject: Option<String>,
    /// Head start, in minutes of waiting; for those who signed in.
    pub priority: Option<i32>,
    /// To leave a message rather than to wait.
    pub voicemail: bool,
}

#[derive(Serialize, Deserialize)]
struct First {
    call: CallId,
    leg: LegId,
}

impl CallRequest {
    fn checked(self, actor: &Actor) -> Result<Self> {
        if self.priority.is_some() && !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "A priority is for supervisors to give.");
        }
        if self.priority.is_some_and(|points| !(-100..=100).contains(&points)) {
            return Err(Refusal::invalid("priority", "A priority is -100 to 100.").into());
        }
        let said = |text: Option<String>| text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        Ok(Self {
            name: validate::name("name", &self.name)?,
            email: said(self.email).map(|email| validate::email("email", &email)).transpose()?,
            phone: said(self.phone).map(|phone| validate::phone("phone", &phone)).transpose()?,
            subject: said(self.subject).map(|it| validate::text_of("subject", &it, 500)).transpose()?,
            ..self
        })
    }
}

impl Platform {
    /// Puts a call into a queue: it waits from now on, or a message is left, and the contact has a minute to join it. Where a full
    /// queue calls back, it is the call to come that is given, and its link. `origin` is the address that the request came from.
    ///
    /// # Errors
    /// NOT_FOUND for the queue, QUEUE_CLOSED with the queue's own words, QUEUE_FULL, NOT_ALLOWED for a priority, a
    /// picture or a message, INVALID, LIMIT_REACHED for an address that asks too often.
    pub async fn request_call(
        &self,
        actor: &Actor,
        request: CallRequest,
        origin: &str,
        key: Option<Key>,
    ) -> Result<Placed> {
        let request = request.checked(actor)?;
        // Before a connection is taken: the count takes one of its own.
        self.not_too_often(actor, origin).await?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<First>(key.as_ref()).await? {
            let call =
                call::table.find(first.call).select(Call::as_select()).first(unit.connection()).await?;
            return Ok(Placed { call, join_token: self.join_token(first.leg) });
        }
        let queue = lock_queue(&mut unit, &request.queue_key).await?;
        let takes_pictures = queue.video;
        let Admission { queue, way } = admit(&mut unit, queue, request.voicemail).await?;
        if request.media == MediaKind::Video && !takes_pictures {
            return refuse(RefusalCode::NotAllowed, "This queue takes calls without a picture only.");
        }
        let contact = contact_of(&mut unit, &request).await?;
        let now = unit.now;
        let record = self.config.record_calls;
        // The queue that it is sent on to may take voice calls only.
        let media = if queue.video { request.media } else { MediaKind::Audio };
        let call = Call {
            contact_id: contact,
            queue_id: Some(queue.id),
            priority: request.priority.unwrap_or(0),
            ..Call::begun(Direction::Inbound, media, request.subject, record, now)
        };
        let mut leg = Leg::of_contact(&call, contact, request.name, now);
        leg.leave_by = Some(now + limits::REQUEST_TO_JOIN);
        let theirs = leg.id;
        let mut change = Change::create(unit, call, vec![leg]).await?;
        change.event(CallEventKind::Created, &actor.key(), None, None).await?;
        let planned = match way {
            Way::Wait => {
                change.dispatch().await?;
                change.enter_queue(&queue, Entry::default()).await?;
                None
            }
            Way::Message { wished } => {
                change.dispatch().await?;
                change.begin_voicemail(Recipient::Queue(queue.id), wished, &actor.key()).await?;
                None
            }
            // It counts as one that was in the queue and is called back.
            Way::Callback => {
                change.enter_queue(&queue, Entry::default()).await?;
                let visit = change.visit().await?.ok_or_else(|| Refusal::not_found("visit"))?;
                Some(change.become_callback(&visit, None, "system").await?)
            }
        };
        let (id, leg) = planned.as_ref().map_or((change.call.id, theirs), |(call, leg)| (call.id, *leg));
        change.unit.keep_result(key.as_ref(), &First { call: id, leg }).await?;
        let (call, _) = change.commit().await?;
        let call = planned.map_or(call, |(planned, _)| planned);
        tracing::info!(call = %call.id, queue = %queue.id, "call requested");
        Ok(Placed { call, join_token: self.join_token(leg) })
    }

    async fn not_too_often(&self, actor: &Actor, origin: &str) -> Result<()> {
        if matches!(actor, Actor::User(_)) {
            return Ok(());
        }
        let key = format!("call-request/{origin}");
        let window = chrono::TimeDelta::minutes(1);
        match self.count_attempt(&key, limits::REQUESTS_A_MINUTE, window).await? {
            Some(_) => refuse(RefusalCode::LimitReached, "Too many calls from here. Wait a minute."),
            None => Ok(()),
        }
    }
}

/// Locked until the commit, so that two that enter at once do not both find the last place free; a full one that sends on is let go
/// of before.
async fn lock_queue(unit: &mut Unit, key: &str) -> Result<Queue> {
    statement("SAVEPOINT before_queue").execute(unit.connection()).await?;
    let found: Option<Queue> = queue::table
        .filter(queue::key.eq(key).and(queue::archived_at.is_null()))
        .select(Queue::as_select())
        .for_no_key_update()
        .first(unit.connection())
        .await
        .optional()?;
    found.ok_or_else(|| Refusal::not_found("queue").at("queueKey").into())
}

/// Where a call goes, and what for.
struct Admission {
    queue: Queue,
    way: Way,
}

enum Way {
    Wait,
    /// To leave a message: by wish, or because the queue is full.
    Message {
        wished: bool,
    },
    /// The queue is full: the contact is called back.
    Callback,
}

async fn admit(unit: &mut Unit, queue: Queue, wants_message: bool) -> Result<Admission> {
    if wants_message {
        if !box_of_queue(unit.connection(), queue.id).await?.enabled {
            return refuse(RefusalCode::NotAllowed, "This queue takes no messages.");
        }
        return Ok(Admission { queue, way: Way::Message { wished: true } });
    }
    if !queue.hours.open_at(unit.now) {
        let says = queue.closed_message.unwrap_or_else(|| "We are closed just now.".into());
        return Err(Refusal::new(RefusalCode::QueueClosed, says).at("queueKey").into());
    }
    if length(unit.connection(), queue.id).await? < i64::from(queue.max_length) {
        return Ok(Admission { queue, way: Way::Wait });
    }
    match queue.overflow {
        OverflowKind::Voicemail => Ok(Admission { queue, way: Way::Message { wished: false } }),
        OverflowKind::Callback
            if promised(unit.connection(), queue.id).await? < i64::from(queue.max_length) =>
        {
            Ok(Admission { queue, way: Way::Callback })
        }
        _ => Ok(Admission { queue: overflow_of(unit, &queue).await?, way: Way::Wait }),
    }
}

/// The queue that somebody hands a call to, locked until the commit; `field` is where the input names it.
///
/// # Errors
/// NOT_FOUND, QUEUE_CLOSED, QUEUE_FULL.
pub(crate) async fn open_queue(unit: &mut Unit, id: QueueId, field: &'static str) -> Result<Queue> {
    let found: Option<Queue> = queue::table
        .filter(queue::id.eq(id).and(queue::archived_at.is_null()))
        .select(Queue::as_select())
        .for_no_key_update()
        .first(unit.connection())
        .await
        .optional()?;
    let Some(queue) = found else { return Err(Refusal::not_found("queue").at(field).into()) };
    if !queue.hours.open_at(unit.now) {
        let says = format!("{} is closed now. Choose another queue.", queue.name);
        return Err(Refusal::new(RefusalCode::QueueClosed, says).at(field).into());
    }
    if length(unit.connection(), id).await? >= i64::from(queue.max_length) {
        let says = format!("As many wait in {} as may. Choose another queue.", queue.name);
        return Err(Refusal::new(RefusalCode::QueueFull, says).at(field).into());
    }
    Ok(queue)
}

/// Where a call goes that finds a queue full. Only one of the two is ever locked: of two queues that overflow into each other,
/// calls that hold one each would wait for each other.
async fn overflow_of(unit: &mut Unit, full: &Queue) -> Result<Queue> {
    let says = "All lines are busy just now. Try again in a few minutes.";
    let refusal = || Error::from(Refusal::new(RefusalCode::QueueFull, says).at("queueKey"));
    let id = full.overflow_queue_id.ok_or_else(refusal)?;
    // Lets go of what was locked since.
    statement("ROLLBACK TO SAVEPOINT before_queue").execute(unit.connection()).await?;
    lock_with_room(unit, id).await?.ok_or_else(refusal)
}

/// The contact of that address or number, else a new one; nobody for one who gave neither.
async fn contact_of(unit: &mut Unit, request: &CallRequest) -> Result<Option<ContactId>> {
    let given: Vec<&String> = request.email.iter().chain(&request.phone).collect();
    if given.is_empty() {
        return Ok(None);
    }
    if let Some(known) = known_contact(unit.connection(), request).await? {
        return Ok(Some(known));
    }
    let now = unit.now;
    let made = Contact {
        id: ContactId::new(),
        name: request.name.clone(),
        emails: request.email.iter().cloned().collect(),
        phones: request.phone.iter().cloned().collect(),
        tags: Vec::new(),
        attributes: serde_json::json!([]),
        time_zone: None,
        owner_id: None,
        company_id: None,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    diesel::insert_into(contact::table).values(&made).execute(unit.connection()).await?;
    Ok(Some(made.id))
}

async fn known_contact(
    connection: &mut AsyncPgConnection,
    request: &CallRequest,
) -> Result<Option<ContactId>> {
    let mut known = contact::table.filter(contact::archived_at.is_null()).into_boxed();
    known = match (&request.email, &request.phone) {
        (Some(email), Some(phone)) => known.filter(
            contact::emails.contains(vec![email.clone()]).or(contact::phones.contains(vec![phone.clone()])),
        ),
        (Some(email), None) => known.filter(contact::emails.contains(vec![email.clone()])),
        (None, Some(phone)) => known.filter(contact::phones.contains(vec![phone.clone()])),
        (None, None) => return Ok(None),
    };
    Ok(known.order(contact::id).select(contact::id).first(connection).await.optional()?)
}
