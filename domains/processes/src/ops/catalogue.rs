//! What service tasks can do, and the processes one can begin with.

use http_api::{App, Caller, Json, State};

use crate::{
    Actions, Templates,
    api::{ActionList, ActionView, TemplateList},
};

/// Lists the actions by name.
pub(crate) async fn actions(State(app): State<App>, Caller(_): Caller) -> Json<ActionList> {
    let actions = app.get::<Actions>();
    let view = |(name, deed): (&'static str, &crate::Deed)| ActionView { name: name.to_owned(), face: deed.face() };
    Json(ActionList { items: actions.all().map(view).collect() })
}

/// Lists the templates.
pub(crate) async fn templates(State(app): State<App>, Caller(_): Caller) -> Json<TemplateList> {
    Json(TemplateList { items: app.get::<Templates>().0.clone() })
}
