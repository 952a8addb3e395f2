//! Tables as diesel sees them; the migrations are where they are explained.

diesel::table! {
    app_user (id) {
        id -> Uuid,
        name -> Text,
        email -> Text,
        role -> Text,
        time_zone -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
        disabled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    session (id) {
        id -> Uuid,
        user_id -> Uuid,
        generation -> Integer,
        rotated_at -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    rate_limit (key) {
        key -> Text,
        window_start -> Timestamptz,
        attempts -> Integer,
    }
}

diesel::table! {
    idempotency (caller, mutation, key) {
        caller -> Text,
        mutation -> Text,
        key -> Text,
        input_hash -> Binary,
        result -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    contact (id) {
        id -> Uuid,
        name -> Text,
        emails -> Array<Text>,
        phones -> Array<Text>,
        tags -> Array<Text>,
        attributes -> Jsonb,
        time_zone -> Nullable<Text>,
        owner_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        company_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    company (id) {
        id -> Uuid,
        name -> Text,
        domain -> Nullable<Text>,
        tags -> Array<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    note (id) {
        id -> Uuid,
        version -> Integer,
        body -> Text,
        author_id -> Uuid,
        contact_id -> Nullable<Uuid>,
        call_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    outcome (id) {
        id -> Uuid,
        name -> Text,
        success -> Bool,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    away_reason (id) {
        id -> Uuid,
        name -> Text,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    media_worker (id) {
        id -> Uuid,
        name -> Text,
        state -> Text,
        lock_key -> BigInt,
        capacity -> Integer,
        legs -> Integer,
        address -> Text,
        started_at -> Timestamptz,
        heartbeat_at -> Timestamptz,
        gone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    call (id) {
        id -> Uuid,
        version -> Integer,
        direction -> Text,
        media -> Text,
        state -> Text,
        result -> Nullable<Text>,
        contact_id -> Nullable<Uuid>,
        contact_verified -> Bool,
        agent_id -> Nullable<Uuid>,
        subject -> Nullable<Text>,
        record -> Bool,
        recording_stopped -> Bool,
        worker_id -> Nullable<Uuid>,
        epoch -> Integer,
        dispatch_at -> Nullable<Timestamptz>,
        answer_by -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
        queue_id -> Nullable<Uuid>,
        visit_id -> Nullable<Uuid>,
        priority -> Integer,
        callback_of -> Nullable<Uuid>,
        callback_tries -> Integer,
        outcome_id -> Nullable<Uuid>,
        tags -> Array<Text>,
        rating_stars -> Nullable<Integer>,
        rating_words -> Nullable<Text>,
        rated_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    leg (id) {
        id -> Uuid,
        call_id -> Uuid,
        role -> Text,
        state -> Text,
        name -> Text,
        user_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        audience -> Text,
        parked -> Bool,
        muted -> Bool,
        video_on -> Bool,
        screen_on -> Bool,
        consent -> Nullable<Bool>,
        consent_at -> Nullable<Timestamptz>,
        consent_wording -> Nullable<Text>,
        guest_token_hash -> Nullable<Binary>,
        guest_token_expires_at -> Nullable<Timestamptz>,
        epoch -> Integer,
        away_since -> Nullable<Timestamptz>,
        leave_by -> Nullable<Timestamptz>,
        invited_at -> Timestamptz,
        joined_at -> Nullable<Timestamptz>,
        connected_at -> Nullable<Timestamptz>,
        left_at -> Nullable<Timestamptz>,
        take_over -> Nullable<Text>,
        generation -> Integer,
    }
}

diesel::table! {
    leg_offer (leg_id) {
        leg_id -> Uuid,
        epoch -> Integer,
        revision -> Integer,
        sdp -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    call_interval (call_id, ordinal) {
        call_id -> Uuid,
        ordinal -> Integer,
        kind -> Text,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recording (id) {
        id -> Uuid,
        call_id -> Uuid,
        state -> Text,
        data_key -> Nullable<Binary>,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        finalize_by -> Nullable<Timestamptz>,
        duration_ms -> Nullable<BigInt>,
        bytes -> Nullable<BigInt>,
        sha256 -> Nullable<Text>,
        progress -> Nullable<Double>,
        failure -> Nullable<Text>,
        retain_until -> Nullable<Timestamptz>,
        legal_hold -> Bool,
        attempt -> Integer,
        postponed -> Integer,
        lease_until -> Nullable<Timestamptz>,
        dispatch_at -> Nullable<Timestamptz>,
        output_attempt -> Nullable<Integer>,
    }
}

diesel::table! {
    recording_track (id) {
        id -> Uuid,
        recording_id -> Uuid,
        leg_id -> Uuid,
        kind -> Text,
        codec -> Text,
        epoch -> Integer,
        worker_id -> Uuid,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        closed -> Bool,
    }
}

diesel::table! {
    recording_object (track_id, sequence) {
        track_id -> Uuid,
        sequence -> Integer,
        key -> Text,
        bytes -> BigInt,
        sha256 -> Binary,
    }
}

diesel::table! {
    recording_pause (recording_id, started_at) {
        recording_id -> Uuid,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        reason -> Text,
        user_id -> Uuid,
        automatic -> Bool,
    }
}

diesel::table! {
    rendition (recording_id, name) {
        recording_id -> Uuid,
        name -> Text,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        kbps -> Integer,
        codecs -> Text,
    }
}

diesel::table! {
    recording_file (recording_id, path) {
        recording_id -> Uuid,
        path -> Text,
        key -> Text,
        content_type -> Text,
        bytes -> BigInt,
        sha256 -> Binary,
    }
}

diesel::table! {
    recording_access (id) {
        id -> Uuid,
        recording_id -> Uuid,
        user_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        token_hash -> Binary,
        at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    automation_rule (id) {
        id -> Uuid,
        name -> Text,
        trigger -> Text,
        task_title -> Text,
        due_after_seconds -> Integer,
        remind_before_seconds -> Integer,
        enabled -> Bool,
    }
}

diesel::table! {
    task (id) {
        id -> Uuid,
        title -> Text,
        state -> Text,
        due_at -> Nullable<Timestamptz>,
        remind_at -> Nullable<Timestamptz>,
        assignee_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        call_id -> Nullable<Uuid>,
        rule_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    notification (id) {
        id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        title -> Text,
        body -> Nullable<Text>,
        subject -> Nullable<Text>,
        dedupe -> Text,
        at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audio_file (id) {
        id -> Uuid,
        name -> Text,
        state -> Text,
        failure -> Nullable<Text>,
        upload_token_hash -> Nullable<Binary>,
        upload_until -> Timestamptz,
        source_key -> Nullable<Text>,
        key -> Nullable<Text>,
        duration_ms -> Nullable<BigInt>,
        bytes -> Nullable<BigInt>,
        sha256 -> Nullable<Binary>,
        attempt -> Integer,
        postponed -> Integer,
        lease_until -> Nullable<Timestamptz>,
        dispatch_at -> Nullable<Timestamptz>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor_id -> Uuid,
        action -> Text,
        call_id -> Nullable<Uuid>,
        subject -> Nullable<Text>,
        detail -> Jsonb,
    }
}

diesel::table! {
    message (id) {
        id -> Uuid,
        call_id -> Uuid,
        leg_id -> Uuid,
        body -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    message_file (id) {
        id -> Uuid,
        call_id -> Uuid,
        leg_id -> Uuid,
        message_id -> Nullable<Uuid>,
        name -> Text,
        content_type -> Text,
        bytes -> BigInt,
        upload_token_hash -> Binary,
        upload_until -> Timestamptz,
        key -> Nullable<Text>,
        data_key -> Nullable<Binary>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    voicemail_box (id) {
        id -> Uuid,
        queue_id -> Nullable<Uuid>,
        agent_id -> Nullable<Uuid>,
        enabled -> Bool,
        greeting_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    voicemail (id) {
        id -> Uuid,
        call_id -> Uuid,
        queue_id -> Nullable<Uuid>,
        agent_id -> Nullable<Uuid>,
        greeting_id -> Nullable<Uuid>,
        state -> Text,
        epoch -> Integer,
        until -> Nullable<Timestamptz>,
        started_at -> Timestamptz,
        recording_id -> Nullable<Uuid>,
        task_id -> Nullable<Uuid>,
        left_at -> Nullable<Timestamptz>,
        heard_at -> Nullable<Timestamptz>,
        heard_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    event (seq, at) {
        seq -> BigInt,
        at -> Timestamptz,
        aggregate -> Text,
        aggregate_id -> Uuid,
        version -> Integer,
        kind -> Text,
        payload -> Jsonb,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        queue -> Text,
        body -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    agent (user_id) {
        user_id -> Uuid,
        status -> Text,
        reason -> Nullable<Text>,
        next_status -> Nullable<Text>,
        next_reason -> Nullable<Text>,
        skills -> Jsonb,
        idle_since -> Timestamptz,
        missed_in_row -> Integer,
    }
}

diesel::table! {
    agent_presence (agent_id) {
        agent_id -> Uuid,
        until -> Timestamptz,
        presumed -> Bool,
    }
}

diesel::table! {
    agent_interval (id) {
        id -> BigInt,
        agent_id -> Uuid,
        activity -> Text,
        reason -> Nullable<Text>,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    queue (id) {
        id -> Uuid,
        key -> Text,
        name -> Text,
        strategy -> Text,
        priority -> Integer,
        required_skills -> Jsonb,
        relax_seconds -> Nullable<Integer>,
        last_agent_seconds -> Integer,
        offer_seconds -> Integer,
        missed_limit -> Integer,
        wrap_up_seconds -> Integer,
        wrap_up_required -> Bool,
        default_outcome_id -> Nullable<Uuid>,
        max_wait_seconds -> Integer,
        max_length -> Integer,
        overflow -> Text,
        overflow_queue_id -> Nullable<Uuid>,
        callback -> Bool,
        service_level_percent -> Double,
        service_level_seconds -> Integer,
        short_abandon_seconds -> Integer,
        hours -> Jsonb,
        closed_message -> Nullable<Text>,
        script -> Nullable<Text>,
        video -> Bool,
        music_id -> Nullable<Uuid>,
        announcement_id -> Nullable<Uuid>,
        announcement_seconds -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        version -> Integer,
    }
}

diesel::table! {
    queue_member (queue_id, agent_id) {
        queue_id -> Uuid,
        agent_id -> Uuid,
        tier -> Integer,
        offered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    queue_visit (id) {
        id -> Uuid,
        call_id -> Uuid,
        queue_id -> Uuid,
        callback -> Bool,
        entered_at -> Timestamptz,
        rank_at -> Timestamptz,
        not_before -> Timestamptz,
        leave_by -> Nullable<Timestamptz>,
        position -> Nullable<Integer>,
        prefer_agent_id -> Nullable<Uuid>,
        prefer_until -> Nullable<Timestamptz>,
        left_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        agent_id -> Nullable<Uuid>,
        handled_seconds -> Nullable<Double>,
        routing -> Nullable<Jsonb>,
    }
}

diesel::table! {
    offer (id) {
        id -> Uuid,
        call_id -> Uuid,
        visit_id -> Nullable<Uuid>,
        agent_id -> Uuid,
        state -> Text,
        alone -> Bool,
        reason -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        purpose -> Text,
        asked_by -> Nullable<Uuid>,
        transfer_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    transfer (id) {
        id -> Uuid,
        call_id -> Uuid,
        kind -> Text,
        state -> Text,
        side -> Text,
        from_agent_id -> Uuid,
        from_queue_id -> Nullable<Uuid>,
        to_agent_id -> Nullable<Uuid>,
        to_queue_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        started_at -> Timestamptz,
        connected_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    wrap_up (call_id, agent_id, started_at) {
        call_id -> Uuid,
        agent_id -> Uuid,
        queue_id -> Uuid,
        started_at -> Timestamptz,
        ends_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        required -> Bool,
        extended -> Bool,
    }
}

diesel::joinable!(session -> app_user (user_id));
diesel::joinable!(contact -> app_user (owner_id));
diesel::joinable!(contact -> company (company_id));
diesel::joinable!(call -> contact (contact_id));
diesel::joinable!(call -> outcome (outcome_id));
diesel::joinable!(note -> contact (contact_id));
diesel::joinable!(note -> call (call_id));
diesel::joinable!(call -> app_user (agent_id));
diesel::joinable!(call -> media_worker (worker_id));
diesel::joinable!(leg -> call (call_id));
diesel::joinable!(leg -> app_user (user_id));
diesel::joinable!(leg -> contact (contact_id));
diesel::joinable!(leg_offer -> leg (leg_id));
diesel::joinable!(call_interval -> call (call_id));
diesel::joinable!(recording -> call (call_id));
diesel::joinable!(recording_track -> recording (recording_id));
diesel::joinable!(recording_track -> leg (leg_id));
diesel::joinable!(recording_track -> media_worker (worker_id));
diesel::joinable!(recording_object -> recording_track (track_id));
diesel::joinable!(recording_pause -> recording (recording_id));
diesel::joinable!(recording_pause -> app_user (user_id));
diesel::joinable!(rendition -> recording (recording_id));
diesel::joinable!(recording_file -> recording (recording_id));
diesel::joinable!(recording_access -> recording (recording_id));
diesel::joinable!(recording_access -> app_user (user_id));
diesel::joinable!(task -> app_user (assignee_id));
diesel::joinable!(task -> contact (contact_id));
diesel::joinable!(task -> call (call_id));
diesel::joinable!(task -> automation_rule (rule_id));
diesel::joinable!(notification -> app_user (user_id));
diesel::joinable!(audio_file -> app_user (created_by));

diesel::joinable!(agent -> app_user (user_id));
diesel::joinable!(queue_member -> agent (agent_id));
diesel::joinable!(queue_member -> queue (queue_id));
diesel::joinable!(offer -> queue_visit (visit_id));

diesel::allow_tables_to_appear_in_same_query!(
    agent,
    agent_interval,
    agent_presence,
    app_user,
    audio_file,
    audit_log,
    automation_rule,
    away_reason,
    call,
    call_interval,
    company,
    contact,
    event,
    idempotency,
    leg,
    leg_offer,
    media_worker,
    message,
    message_file,
    note,
    notification,
    offer,
    outbox,
    outcome,
    queue,
    queue_member,
    queue_visit,
    rate_limit,
    recording,
    recording_access,
    recording_file,
    recording_object,
    recording_pause,
    recording_track,
    rendition,
    session,
    task,
    transfer,
    voicemail,
    voicemail_box,
    wrap_up,
);
