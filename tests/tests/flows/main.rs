//! Flow tests: what people do with a whole platform, told over the public schema.

mod access;
mod agents;
mod audio;
mod bad_input;
mod capacity;
mod desk;
mod event_log;
mod failpoints;
mod idempotency;
mod instruments;
mod legs;
mod links;
mod many_calls;
mod missed_call;
mod offers;
mod operations;
mod policies;
mod process_faults;
mod queues;
mod recording_clock;
mod server_faults;
mod sign_in;
mod soak;
mod statements;
mod waiting_music;
mod whole_call;
