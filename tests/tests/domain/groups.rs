//! Calls of more than two: who may ask whom in, who keeps the call going, and the recording while somebody has yet to
//! agree.

use cordboard_tests::sql::count;
use domain::agents::AgentActivity;
use domain::calls::{CallResult, CallState, Invited, Invitee, Leg, LegRole, LegState, MonitorMode};
use domain::crm::ContactChange;
use domain::error::RefusalCode;
use domain::ids::CallId;
use domain::limits;
use domain::people::{Actor, Role};
use domain::recordings::RecordingState;
use domain::routing::{OfferState, QueueChange};

use super::centre::{Caller, Centre, id_of, person, refused, seconds};

fn guest(name: &str) -> Invitee {
    Invitee::Guest(name.into())
}

fn leg_of(guest: &Caller) -> domain::ids::LegId {
    guest.actor.guest().unwrap().leg
}

async fn open() -> (Centre, CallId, Actor, Caller) {
    let centre = Centre::open().await;
    let queue =
        centre.queue("support", QueueChange { wrap_up_seconds: Some(30), ..QueueChange::default() }).await;
    let (call, agent, caller) = centre.talk(&queue).await;
    (centre, call, agent, caller)
}

struct Asked {
    leg: Leg,
    token: String,
}

async fn invite(centre: &Centre, agent: &Actor, call: CallId, whom: Invitee) -> Asked {
    match centre.platform.invite(agent, call, whom, None).await.unwrap() {
        Invited::Outsider(leg, token) => Asked { leg, token },
        Invited::Colleague(offer) => panic!("a colleague is asked by an offer: {offer:?}"),
    }
}

/// A guest is asked and comes.
async fn guest_in(centre: &Centre, agent: &Actor, call: CallId, name: &str) -> Caller {
    let invited = invite(centre, agent, call, guest(name)).await;
    centre.comes(call, &invited.token).await
}

async fn leave(centre: &Centre, who: &Caller) {
    centre.platform.leave(&who.actor, leg_of(who)).await.unwrap();
}

async fn recording(centre: &Centre, call: CallId) -> (domain::ids::RecordingId, RecordingState) {
    let found = centre.platform.recordings_of_calls(&centre.admin, &[call]).await.unwrap().remove(0);
    (found.id, found.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_leaving_ends_nothing_as_long_as_the_house_and_somebody_else_talk() {
    let (centre, call, agent, contact) = open().await;
    let guest = guest_in(&centre, &agent, call, "Gottfried").await;
    let leg = centre.leg(call, LegRole::Guest).await;
    assert_eq!((leg.name.as_str(), leg.state, leg.leave_by), ("Gottfried", LegState::Connected, None));
    leave(&centre, &contact).await;
    assert_eq!(centre.state(call).await, CallState::InProgress, "agent and guest talk on");
    leave(&centre, &guest).await;
    let row = centre.call(call).await;
    assert_eq!((row.state, row.result), (CallState::Ended, Some(CallResult::Completed)));
    assert_eq!(row.end_reason.as_deref(), Some("The guest hung up."));

    // Without anybody of the house it is over for all.
    let (centre, call, agent, _contact) = open().await;
    guest_in(&centre, &agent, call, "Gottfried").await;
    let mine = centre.leg(call, LegRole::Agent).await.id;
    centre.platform.leave(&agent, mine).await.unwrap();
    assert_eq!(centre.state(call).await, CallState::Ended);
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_a_call_that_goes_on_is_no_longer_of_it() {
    let (centre, call, agent, contact) = open().await;
    let invited = invite(&centre, &agent, call, guest("Gottfried")).await;
    let joined =
        centre.platform.join_by_link(&Actor::Anonymous, &invited.token, None, None, None).await.unwrap();
    let token = joined.guest_token.unwrap();
    assert!(!centre.platform.guest(&token).await.unwrap().unwrap().ended);
    centre.platform.remove(&agent, invited.leg.id).await.unwrap();
    assert!(centre.platform.guest(&token).await.unwrap().unwrap().ended);
    let back = centre.platform.join_by_link(&Actor::Anonymous, &invited.token, None, None, None).await;
    assert_eq!(refused(back).0, RefusalCode::LinkExpired);
    assert!(centre.platform.invitation(&invited.token).await.is_err());
    assert_eq!(centre.state(call).await, CallState::InProgress);
    // The contact is the one whose call it was: nobody else rates it.
    leave(&centre, &contact).await;
    let judge = centre.platform.guest(&token).await.unwrap().unwrap();
    let rated = centre.platform.rate_call(&Actor::Guest(judge), call, 1, None).await;
    assert_eq!(refused(rated).0, RefusalCode::NotAllowed);
    centre.platform.rate_call(&contact.actor, call, 5, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_not_taken_up_lapses_and_keeps_no_call_alive() {
    let (centre, call, agent, contact) = open().await;
    let invited = invite(&centre, &agent, call, guest("Gottfried")).await;
    assert_eq!(invited.leg.state, LegState::Invited);
    // A worker that dies meanwhile gives those who are there half a minute; who is awaited keeps the ten.
    assert_eq!(centre.platform.retire_worker(centre.worker).await.unwrap(), 1);
    let again = centre.platform.legs(&[invited.leg.id]).await.unwrap().remove(0);
    assert_eq!(again.leave_by, invited.leg.leave_by);

    let (centre, call) = {
        drop((centre, call, agent, contact));
        let (centre, call, agent, contact) = open().await;
        let late = invite(&centre, &agent, call, guest("Gottfried")).await;
        centre.pass_with(&[&agent], limits::INVITATION - seconds(1)).await;
        assert_eq!(centre.platform.legs(&[late.leg.id]).await.unwrap()[0].state, LegState::Invited);
        centre.pass_with(&[&agent], seconds(1)).await;
        assert_eq!(centre.platform.legs(&[late.leg.id]).await.unwrap()[0].state, LegState::Left);
        assert_eq!(centre.state(call).await, CallState::InProgress);
        let sql = centre.stage.sql().await;
        let lapsed =
            "SELECT count(*) FROM event WHERE kind = 'LEG_LEFT' AND payload ->> 'detail' = 'did not come'";
        assert_eq!(count(&sql, lapsed).await, 1);
        invite(&centre, &agent, call, guest("Blaise")).await;
        leave(&centre, &contact).await;
        (centre, call)
    };
    assert_eq!(centre.state(call).await, CallState::Ended, "nobody waits for one who has not come");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_ask_whom() {
    let (centre, call, agent, contact) = open().await;
    let platform = &centre.platform;
    let colleague = person(platform, Role::Agent).await;
    assert_eq!(refused(platform.invite(&colleague, call, guest("A"), None).await).0, RefusalCode::NotFound);
    assert_eq!(
        refused(platform.invite(&centre.admin, call, guest("A"), None).await).0,
        RefusalCode::NotAllowed
    );
    assert_eq!(
        refused(platform.invite(&contact.actor, call, guest("A"), None).await).0,
        RefusalCode::NotAllowed
    );
    let supervisor = person(platform, Role::Supervisor).await;
    centre.monitor(&supervisor, call, MonitorMode::Barge).await;
    assert_eq!(
        refused(platform.invite(&supervisor, call, guest("A"), None).await).0,
        RefusalCode::NotAllowed
    );
    assert_eq!(refused(platform.invite(&agent, call, guest(" "), None).await).0, RefusalCode::Invalid);

    let named = ContactChange { name: Some("Emmy Noether".into()), ..ContactChange::default() };
    let other = platform.create_contact(&agent, named, None).await.unwrap();
    let invited = invite(&centre, &agent, call, Invitee::Contact(other.id)).await;
    assert_eq!((invited.leg.role, invited.leg.contact_id), (LegRole::Contact, Some(other.id)));
    let twice = platform.invite(&agent, call, Invitee::Contact(other.id), None).await;
    assert_eq!(refused(twice).0, RefusalCode::Invalid);
    let own = centre.call(call).await.contact_id.unwrap();
    assert_eq!(
        refused(platform.invite(&agent, call, Invitee::Contact(own), None).await).0,
        RefusalCode::Invalid
    );
    // Withdrawn, and asked again.
    platform.remove(&agent, invited.leg.id).await.unwrap();
    invite(&centre, &agent, call, Invitee::Contact(other.id)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_may_be_in_a_call() {
    let (centre, call, agent, _) = open().await;
    for number in 3..=limits::PARTIES {
        invite(&centre, &agent, call, guest(&format!("Guest {number}"))).await;
    }
    let more = centre.platform.invite(&agent, call, guest("One too many"), None).await;
    assert_eq!(refused(more).0, RefusalCode::LimitReached);
    let supervisor = person(&centre.platform, Role::Supervisor).await;
    let listens = centre.platform.monitor(&supervisor, call, MonitorMode::Listen).await;
    assert_eq!(refused(listens).0, RefusalCode::LimitReached);
    let last = centre.leg(call, LegRole::Guest).await.id;
    centre.platform.remove(&agent, last).await.unwrap();
    invite(&centre, &agent, call, guest("In his place")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_put_out() {
    let (centre, call, agent, contact) = open().await;
    let platform = &centre.platform;
    let guest = guest_in(&centre, &agent, call, "Gottfried").await;
    let supervisor = person(platform, Role::Supervisor).await;
    let listener = centre.monitor(&supervisor, call, MonitorMode::Listen).await;
    let own = centre.leg(call, LegRole::Agent).await.id;
    assert_eq!(refused(platform.remove(&agent, listener.id).await).0, RefusalCode::NotFound, "hidden");
    platform.monitor(&supervisor, call, MonitorMode::Barge).await.unwrap();
    for leg in [own, leg_of(&contact), listener.id] {
        assert_eq!(refused(platform.remove(&agent, leg).await).0, RefusalCode::NotAllowed);
    }
    assert_eq!(refused(platform.remove(&guest.actor, leg_of(&contact)).await).0, RefusalCode::NotAllowed);
    assert_eq!(refused(platform.remove(&supervisor, leg_of(&guest)).await).0, RefusalCode::NotAllowed);
    platform.remove(&agent, leg_of(&guest)).await.unwrap();
    platform.remove(&agent, leg_of(&guest)).await.unwrap();
    let sql = centre.stage.sql().await;
    let gone = format!(
        "SELECT count(*) FROM event WHERE kind = 'LEG_LEFT' AND payload ->> 'legId' = '{}'",
        leg_of(&guest)
    );
    assert_eq!(count(&sql, &gone).await, 1, "told once");
    // Who is the only one left is not put out: that would be the end of the call.
    let last = guest_in(&centre, &agent, call, "Blaise").await;
    leave(&centre, &contact).await;
    assert_eq!(refused(platform.remove(&agent, leg_of(&last)).await).0, RefusalCode::NotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recording_pauses_by_itself_until_a_late_comer_has_agreed() {
    let (centre, call, agent, contact) = open().await;
    let platform = &centre.platform;
    platform.give_consent(&contact.actor, leg_of(&contact), true).await.unwrap();
    let (id, state) = recording(&centre, call).await;
    assert_eq!(state, RecordingState::Recording);
    let invited = invite(&centre, &agent, call, guest("Gottfried")).await;
    assert_eq!(recording(&centre, call).await.1, RecordingState::Recording, "nobody has come yet");
    let joined = platform.join_by_link(&Actor::Anonymous, &invited.token, None, None, None).await.unwrap();
    assert!(joined.consent_wording.is_some());
    assert_eq!(recording(&centre, call).await.1, RecordingState::Paused, "before there is media");
    let pauses = platform.pauses(&[id]).await.unwrap();
    assert_eq!(
        (pauses[0].reason.as_str(), pauses[0].automatic, Some(pauses[0].user_id)),
        ("consent of Gottfried is awaited", true, agent.user_id())
    );
    assert_eq!(refused(platform.resume_recording(&agent, id).await).0, RefusalCode::ConsentRequired);
    centre.platform.clock.advance(seconds(2));
    let guest = platform.guest(&joined.guest_token.unwrap()).await.unwrap().unwrap();
    platform.give_consent(&Actor::Guest(guest), guest.leg, true).await.unwrap();
    assert_eq!(recording(&centre, call).await.1, RecordingState::Recording);

    // One who leaves without a word is no longer waited for …
    centre.platform.clock.advance(seconds(2));
    let second = guest_in(&centre, &agent, call, "Blaise").await;
    assert_eq!(recording(&centre, call).await.1, RecordingState::Paused);
    centre.platform.clock.advance(seconds(2));
    platform.remove(&agent, leg_of(&second)).await.unwrap();
    assert_eq!(recording(&centre, call).await.1, RecordingState::Recording);
    assert!(platform.pauses(&[id]).await.unwrap().iter().all(|pause| pause.ended_at.is_some()));

    // … what an agent paused stays so, whoever agrees …
    centre.platform.clock.advance(seconds(2));
    drop(platform.pause_recording(&agent, id, "card number").await);
    let third = guest_in(&centre, &agent, call, "Emmy").await;
    platform.give_consent(&third.actor, leg_of(&third), true).await.unwrap();
    assert_eq!(recording(&centre, call).await.1, RecordingState::Paused);
    drop(platform.resume_recording(&agent, id).await);
    assert_eq!(recording(&centre, call).await.1, RecordingState::Recording);

    // … and a no ends it.
    let fourth = guest_in(&centre, &agent, call, "Sofia").await;
    platform.give_consent(&fourth.actor, leg_of(&fourth), false).await.unwrap();
    assert_eq!(recording(&centre, call).await.1, RecordingState::Deleted);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_asks_once() {
    let (centre, call, agent, _) = open().await;
    let key =
        domain::people::idempotency::Key::new(&agent, "legInvite", Some("a key".into()), &"same").unwrap();
    let first = centre.platform.invite(&agent, call, guest("Gottfried"), key.clone()).await.unwrap();
    let second = centre.platform.invite(&agent, call, guest("Gottfried"), key).await.unwrap();
    let (Invited::Outsider(leg, token), Invited::Outsider(same, again)) = (first, second) else {
        panic!("a guest is asked by a link")
    };
    assert_eq!((leg.id, token), (same.id, again));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_is_asked_by_an_offer_and_takes_the_call_when_its_agent_leaves() {
    let (centre, call, agent, contact) = open().await;
    let colleague = centre.agent(&[]).await;
    let whom = || Invitee::User(colleague.user_id().unwrap());
    let own = Invitee::User(agent.user_id().unwrap());
    assert_eq!(refused(centre.platform.invite(&agent, call, own, None).await).0, RefusalCode::NotAllowed);
    let Invited::Colleague(offer) = centre.platform.invite(&agent, call, whom(), None).await.unwrap() else {
        panic!("a colleague gets an offer")
    };
    assert_eq!((offer.call_id, offer.visit_id, offer.agent_id), (call, None, id_of(&colleague)));
    let busy = centre.platform.invite(&agent, call, whom(), None).await;
    assert_eq!(refused(busy).0, RefusalCode::AgentBusy, "it rings already");
    centre.decline(&colleague).await;
    assert_eq!(
        (centre.state(call).await, centre.activity(&colleague).await),
        (CallState::InProgress, AgentActivity::Available)
    );

    let Invited::Colleague(offer) = centre.platform.invite(&agent, call, whom(), None).await.unwrap() else {
        panic!("a colleague gets an offer")
    };
    let stranger = centre.platform.withdraw_invitation(&colleague, offer.id).await;
    assert_eq!(refused(stranger).0, RefusalCode::NotFound, "only those in the call take it back");
    let withdrawn = centre.platform.withdraw_invitation(&agent, offer.id).await.unwrap();
    assert_eq!(
        (withdrawn.state, centre.activity(&colleague).await),
        (OfferState::Cancelled, AgentActivity::Available)
    );
    let again = centre.platform.withdraw_invitation(&agent, offer.id).await.unwrap();
    assert_eq!(again.state, OfferState::Cancelled, "a repeat is no fault");

    centre.platform.invite(&agent, call, whom(), None).await.unwrap();
    centre.answer(&colleague).await;
    assert_eq!(
        (centre.state(call).await, centre.call(call).await.agent_id),
        (CallState::InProgress, agent.user_id())
    );
    assert_eq!(centre.activity(&colleague).await, AgentActivity::OnCall);
    let legs = centre.platform.legs_of_calls(&[call]).await.unwrap();
    let mine = legs.iter().find(|leg| leg.user_id == agent.user_id()).unwrap().id;
    let theirs = legs.iter().find(|leg| leg.user_id == colleague.user_id()).unwrap().id;
    assert_eq!(
        refused(centre.platform.remove(&colleague, mine).await).0,
        RefusalCode::NotAllowed,
        "it is her call"
    );
    centre.platform.leave(&agent, mine).await.unwrap();
    assert_eq!(
        (centre.state(call).await, centre.call(call).await.agent_id),
        (CallState::InProgress, colleague.user_id())
    );
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
    centre.platform.leave(&colleague, theirs).await.unwrap();
    let row = centre.call(call).await;
    assert_eq!((row.state, row.end_reason.as_deref()), (CallState::Ended, Some("The agent hung up.")));
    drop(contact);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_is_put_out_and_wraps_up() {
    let (centre, call, agent, _contact) = open().await;
    let colleague = centre.agent(&[]).await;
    centre.platform.invite(&agent, call, Invitee::User(colleague.user_id().unwrap()), None).await.unwrap();
    // Accepted without media: gone after ten seconds, and the call went on all the time.
    centre.accept(&colleague).await;
    centre.pass_with(&[&agent, &colleague], seconds(11)).await;
    assert_eq!(
        (centre.state(call).await, centre.activity(&colleague).await),
        (CallState::InProgress, AgentActivity::Available)
    );
    centre.platform.invite(&agent, call, Invitee::User(colleague.user_id().unwrap()), None).await.unwrap();
    centre.answer(&colleague).await;
    let theirs = centre.leg(call, LegRole::Agent).await.id;
    centre.platform.remove(&agent, theirs).await.unwrap();
    assert_eq!(centre.activity(&colleague).await, AgentActivity::WrapUp);
    assert_eq!(centre.call(call).await.agent_id, agent.user_id());
}
