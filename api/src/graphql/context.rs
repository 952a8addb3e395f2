//! What a resolver finds in its context.

use std::{hash::Hash, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use domain::{Platform, people::Actor};

use super::{
    execution::Origin,
    fault::{Answer, Fault},
    loaders::{Loaders, Reader},
};
use crate::app::App;

/// Everything here is put into each request by `execution::prepare`.
pub trait ContextExt {
    fn app(&self) -> &App;
    fn platform(&self) -> &Platform;
    fn origin(&self) -> &Origin;
    fn actor(&self) -> &Actor;
    fn loaders(&self) -> &Loaders;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked::<Arc<App>>()
    }

    fn platform(&self) -> &Platform {
        &self.app().platform
    }

    fn origin(&self) -> &Origin {
        self.data_unchecked()
    }

    fn actor(&self) -> &Actor {
        &self.origin().caller.0
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }
}

/// The row that another names, if it names one.
pub async fn named<K>(context: &Context<'_>, id: Option<K>) -> Answer<Option<<Reader as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Reader: Loader<K, Error = Fault>,
{
    match id {
        Some(id) => context.loaders().load_one(id).await,
        None => Ok(None),
    }
}
