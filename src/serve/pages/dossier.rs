//! `/sites/{id}/dossier`: the dossier of a site, as the file that `lepid dossier` writes.

use crate::report::dossier::{self, CaseLine, Dossier};
use crate::serve::AppState;
use crate::serve::asked::Asked;
use crate::serve::problem::Problem;
use crate::text::Text;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use maud::PreEscaped;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/sites/{id}/dossier", get(show))
}

async fn show(Path(id): Path<String>, asked: Asked) -> Response {
    asked.page(|run, asked| {
        let lines = asked.shown.cases.as_ref().map(|cases| CaseLine::of_site(&cases.ledger, &id, asked.lang));
        let dossier =
            Dossier::of(&run.contents, &id, lines.as_deref()).ok_or_else(|| Problem::no_such(Text { zh: "档案", en: "dossier" }, &id))?;
        Ok(PreEscaped(dossier::html(&dossier::sheet(&dossier, asked.lang))))
    })
}
