//! The object store (any S3): recordings and what is made of them.

pub mod crypt;
