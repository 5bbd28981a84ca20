//! The tools. Each acts in the name of the user whose token the request has.

use axum::http::request::Parts;
use axum_auth0_bearer::VerifiedToken;
use rmcp::{
    ErrorData, Json, ServerHandler,
    handler::server::{common::Extension, router::tool::ToolRouter, wrapper::Parameters},
    model::{ServerCapabilities, ServerConfig},
    schemars::{self, JsonSchema},
    tool, tool_handler, tool_router,
};
use serde::{Deserialize, Serialize};

use crate::notes::Notes;

pub(crate) const READ: &str = "read:notes";
pub(crate) const WRITE: &str = "write:notes";

/// Maximum length of a note, in bytes.
const MAX_NOTE_BYTES: usize = 1_000;

/// The tools of the server.
#[derive(Clone, Debug)]
pub(crate) struct NoteTools {
    notes: Notes,
    tool_router: ToolRouter<Self>,
}

impl Default for NoteTools {
    fn default() -> Self {
        Self {
            notes: Notes::default(),
            tool_router: Self::tool_router(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct NewNote {
    /// The text of the note, at most 1000 bytes.
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NoteList {
    notes: Vec<String>,
}

#[tool_router]
impl NoteTools {
    #[tool(
        description = "Lists the notes of the user who is signed in.",
        annotations(read_only_hint = true)
    )]
    fn list_notes(&self, request: Extension<Parts>) -> Result<Json<NoteList>, ErrorData> {
        let token = verified_token(request)?;
        let notes = self.notes.list(&token);
        Ok(Json(NoteList { notes }))
    }

    #[tool(description = "Adds a note of the user who is signed in, and returns all of them.")]
    fn add_note(
        &self,
        request: Extension<Parts>,
        Parameters(note): Parameters<NewNote>,
    ) -> Result<Json<NoteList>, ErrorData> {
        let token = verified_token(request)?;
        token
            .require_scope(WRITE)
            .map_err(|error| ErrorData::invalid_request(error.to_string(), None))?;
        if note.text.is_empty() || note.text.len() > MAX_NOTE_BYTES {
            let problem = "a note has 1 to 1000 bytes";
            return Err(ErrorData::invalid_params(problem, None));
        }
        if !self.notes.add(&token, note.text) {
            return Err(ErrorData::invalid_request("there are too many notes", None));
        }
        let notes = self.notes.list(&token);
        Ok(Json(NoteList { notes }))
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for NoteTools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_instructions("Notes of the user who is signed in.")
    }
}

/// Returns the token that the layer of the route has verified.
fn verified_token(Extension(mut request): Extension<Parts>) -> Result<VerifiedToken, ErrorData> {
    request
        .extensions
        .remove::<VerifiedToken>()
        .ok_or_else(|| ErrorData::internal_error("the route does not require a token", None))
}
